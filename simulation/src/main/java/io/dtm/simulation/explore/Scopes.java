package io.dtm.simulation.explore;

import static io.dtm.simulation.explore.Budget.CLIENT_CRASH;
import static io.dtm.simulation.explore.Budget.COORDINATOR_CRASH;
import static io.dtm.simulation.explore.Budget.COPY;
import static io.dtm.simulation.explore.Budget.DEADLINE;
import static io.dtm.simulation.explore.Budget.EPOCH_COPY;
import static io.dtm.simulation.explore.Budget.GRACE;
import static io.dtm.simulation.explore.Budget.LATE_HANDSHAKE;
import static io.dtm.simulation.explore.Budget.LINK_LOSS;
import static io.dtm.simulation.explore.Budget.OPERATOR;
import static io.dtm.simulation.explore.Budget.PARTICIPANT_CRASH;
import static io.dtm.simulation.explore.Budget.PEER_TIMEOUT;
import static io.dtm.simulation.explore.Budget.SESSION_LOSS;

import io.dtm.simulation.explore.ExploredResource.Phases;
import io.dtm.simulation.explore.Scope.Application;
import java.util.List;
import java.util.stream.Stream;

/** The scopes that are explored: short ones in each build, long ones when somebody asks. */
final class Scopes {
    private Scopes() {
    }

    /** @return those that take seconds each. */
    static List<Scope> small() {
        return Stream.of(oneShot(), interactive(), processes(), several()).flatMap(List::stream).toList();
    }

    /** A one-shot transaction with two participants, or with one where that is enough. */
    private static List<Scope> oneShot() {
        return List.of(
            Scope.of("deadline").votes(3).with(DEADLINE, 1).with(COPY, 1),
            Scope.of("impatient").votes(1).impatient().with(COORDINATOR_CRASH, 1).with(DEADLINE, 1),
            Scope.of("crash").with(COORDINATOR_CRASH, 1),
            Scope.of("crash-copy").participants(1).votes(3).with(COORDINATOR_CRASH, 1).with(COPY, 1),
            Scope.of("ended").participants(1).votes(1).with(SESSION_LOSS, 1).with(LINK_LOSS, 1).with(COPY, 1),
            Scope.of("late").participants(1).votes(1).with(COORDINATOR_CRASH, 2).with(PARTICIPANT_CRASH, 1),
            Scope.of("grace").participants(1).votes(1)
                .with(COORDINATOR_CRASH, 1).with(PARTICIPANT_CRASH, 1).with(GRACE, 1),
            Scope.of("loss").with(LINK_LOSS, 1).with(DEADLINE, 1),
            Scope.of("late-handshake").participants(1).votes(1).with(LINK_LOSS, 1).with(LATE_HANDSHAKE, 1),
            Scope.of("restart").slow().with(PARTICIPANT_CRASH, 1).with(COPY, 1),
            Scope.of("pause").with(PARTICIPANT_CRASH, 1).with(PEER_TIMEOUT, 1).with(DEADLINE, 1),
            Scope.of("alone").with(Phases.ONE_OR_TWO).participants(1)
                .with(COORDINATOR_CRASH, 1).with(PARTICIPANT_CRASH, 1).with(DEADLINE, 1),
            Scope.of("alone-copy").with(Phases.ONE_OR_TWO).participants(1).with(COORDINATOR_CRASH, 1).with(COPY, 1),
            Scope.of("last-agent").with(Phases.ONE).with(PARTICIPANT_CRASH, 1).with(DEADLINE, 2),
            Scope.of("delegated").with(Phases.ONE).votes(1).with(COORDINATOR_CRASH, 1),
            Scope.of("client-crash").with(CLIENT_CRASH, 1).with(COPY, 1),
            Scope.of("operator").with(OPERATOR, 1).with(DEADLINE, 1),
            Scope.of("settled").participants(1).votes(1).with(OPERATOR, 1).with(LINK_LOSS, 1));
    }

    private static List<Scope> interactive() {
        return List.of(
            Scope.of("interactive").with(Application.INTERACTIVE).with(COORDINATOR_CRASH, 1),
            Scope.of("interactive-grace").with(Application.INTERACTIVE).participants(1)
                .with(COORDINATOR_CRASH, 1).with(GRACE, 1),
            Scope.of("commit-copy").with(Application.INTERACTIVE).participants(1).votes(1)
                .with(COORDINATOR_CRASH, 1).with(COPY, 1),
            Scope.of("calls").with(Application.INTERACTIVE).participants(1).calls(2).votes(1)
                .with(PARTICIPANT_CRASH, 1).with(COPY, 1),
            Scope.of("session").with(Application.INTERACTIVE).with(SESSION_LOSS, 1).with(DEADLINE, 1),
            Scope.of("interactive-client-crash").with(Application.INTERACTIVE).votes(1).with(CLIENT_CRASH, 1),
            Scope.of("race").with(Application.RACING).with(DEADLINE, 1));
    }

    /** Two processes of a resource. */
    private static List<Scope> processes() {
        return List.of(
            Scope.of("twin").twin().with(PARTICIPANT_CRASH, 1),
            Scope.of("twin-slow").twin().participants(1).slow().votes(1).with(PARTICIPANT_CRASH, 1).with(LINK_LOSS, 1),
            Scope.of("twin-loss").twin().votes(1).with(LINK_LOSS, 1),
            Scope.of("twin-calls").twin().participants(1).calls(2).with(Application.INTERACTIVE).votes(1)
                .with(PARTICIPANT_CRASH, 1),
            Scope.of("twin-crash").twin().participants(1).votes(1).with(COORDINATOR_CRASH, 1));
    }

    /** Three participants, several transactions. */
    private static List<Scope> several() {
        return List.of(
            Scope.of("three").participants(3).votes(3).with(DEADLINE, 1),
            Scope.of("three-loss").participants(3).votes(1).with(LINK_LOSS, 1),
            Scope.of("three-last-agent").participants(3).with(Phases.ONE).with(DEADLINE, 1),
            Scope.of("two-transactions").transactions(2),
            Scope.of("two-transactions-deadline").transactions(2).votes(1).with(DEADLINE, 1),
            Scope.of("two-transactions-copy").transactions(2).votes(1).with(COPY, 1),
            Scope.of("two-transactions-crash").transactions(2).participants(1).with(COORDINATOR_CRASH, 1),
            Scope.of("ended-two-transactions").participants(1).votes(1).transactions(2)
                .with(SESSION_LOSS, 1).with(COPY, 1),
            Scope.of("forgetful").participants(1).forgetful().votes(3).transactions(2).with(LINK_LOSS, 1),
            Scope.of("old-epoch").participants(1).forgetful().transactions(2)
                .with(COORDINATOR_CRASH, 1).with(EPOCH_COPY, 1));
    }

    /** @return those that take minutes each, and gigabytes of memory. */
    static List<Scope> large() {
        return List.of(
            Scope.of("crash-deadline").with(COORDINATOR_CRASH, 1).with(DEADLINE, 1),
            Scope.of("crash-grace").votes(1).with(COORDINATOR_CRASH, 1).with(GRACE, 1),
            Scope.of("crash-copy-two").votes(1).with(COORDINATOR_CRASH, 1).with(COPY, 1),
            Scope.of("copies").votes(3).with(COPY, 1).with(DEADLINE, 2),
            Scope.of("restart-loss").with(PARTICIPANT_CRASH, 1).with(LINK_LOSS, 1).with(DEADLINE, 1),
            Scope.of("last-agent-crash").with(Phases.ONE).with(COORDINATOR_CRASH, 1).with(PARTICIPANT_CRASH, 1),
            Scope.of("race-crash").with(Application.RACING).with(COORDINATOR_CRASH, 1),
            Scope.of("operator-crash").with(OPERATOR, 1).with(COORDINATOR_CRASH, 1),
            Scope.of("client-crash-crash").votes(1).with(CLIENT_CRASH, 1).with(COORDINATOR_CRASH, 1),
            Scope.of("twin-slow-crash").twin().participants(1).slow().votes(1)
                .with(PARTICIPANT_CRASH, 1).with(COORDINATOR_CRASH, 1),
            Scope.of("three-crash").participants(3).votes(1).with(COORDINATOR_CRASH, 1),
            Scope.of("two-transactions-votes").transactions(2).with(DEADLINE, 1),
            Scope.of("two-transactions-loss").transactions(2).votes(1).with(LINK_LOSS, 1),
            Scope.of("two-transactions-two-crash").transactions(2).votes(1).with(COORDINATOR_CRASH, 1));
    }

    /** @return the scope of that name, or null. */
    static Scope byName(final String name) {
        return Stream.concat(small().stream(), large().stream())
            .filter(scope -> scope.name().equals(name)).findFirst().orElse(null);
    }
}
