package io.dtm.simulation.explore;

import static io.dtm.simulation.explore.Budget.CLIENT_CRASH;
import static io.dtm.simulation.explore.Budget.COORDINATOR_CRASH;
import static io.dtm.simulation.explore.Budget.COPY;
import static io.dtm.simulation.explore.Budget.DEADLINE;
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
        return List.of(
            Scope.of("deadline").votes(3).with(DEADLINE, 1).with(COPY, 1),
            Scope.of("crash").with(COORDINATOR_CRASH, 1),
            Scope.of("crash-copy").votes(1).with(COORDINATOR_CRASH, 1).with(COPY, 1),
            Scope.of("ended").participants(1).votes(1).with(SESSION_LOSS, 1).with(LINK_LOSS, 1).with(COPY, 1),
            Scope.of("late").participants(1).votes(1).with(COORDINATOR_CRASH, 2).with(PARTICIPANT_CRASH, 1),
            Scope.of("grace").participants(1).votes(1).with(COORDINATOR_CRASH, 1).with(PARTICIPANT_CRASH, 1).with(GRACE, 1),
            Scope.of("grace-two").votes(1).with(COORDINATOR_CRASH, 1).with(GRACE, 1),
            Scope.of("grace-interactive").with(Application.INTERACTIVE).participants(1).with(COORDINATOR_CRASH, 1).with(GRACE, 1),
            Scope.of("loss").with(LINK_LOSS, 1).with(DEADLINE, 1),
            Scope.of("restart").slow().with(PARTICIPANT_CRASH, 1).with(COPY, 1),
            Scope.of("pause").with(PARTICIPANT_CRASH, 1).with(PEER_TIMEOUT, 1).with(DEADLINE, 1),
            Scope.of("alone").with(Phases.ONE_OR_TWO).participants(1)
                .with(COORDINATOR_CRASH, 1).with(PARTICIPANT_CRASH, 1).with(DEADLINE, 1),
            Scope.of("last-agent").with(Phases.ONE).with(PARTICIPANT_CRASH, 1).with(DEADLINE, 2),
            Scope.of("delegated").with(Phases.ONE).votes(1).with(COORDINATOR_CRASH, 1),
            Scope.of("interactive").with(Application.INTERACTIVE).with(COORDINATOR_CRASH, 1),
            Scope.of("calls").with(Application.INTERACTIVE).participants(1).calls(2).votes(1)
                .with(PARTICIPANT_CRASH, 1).with(COPY, 1),
            Scope.of("session").with(Application.INTERACTIVE).with(SESSION_LOSS, 1).with(DEADLINE, 1),
            Scope.of("race").with(Application.RACING).with(DEADLINE, 1),
            Scope.of("operator").with(OPERATOR, 1).with(DEADLINE, 1),
            Scope.of("three").participants(3).with(DEADLINE, 1),
            Scope.of("two-transactions").transactions(2),
            Scope.of("late-resume").participants(1).votes(1).with(LINK_LOSS, 1).with(LATE_HANDSHAKE, 1),
            Scope.of("commit-copy").with(Application.INTERACTIVE).participants(1).votes(1).with(COORDINATOR_CRASH, 1).with(COPY, 1),
            Scope.of("one-crash-copy").participants(1).votes(3).with(COORDINATOR_CRASH, 1).with(COPY, 1),
            Scope.of("loss-crash").participants(1).votes(1).with(LINK_LOSS, 1).with(PARTICIPANT_CRASH, 1).with(DEADLINE, 1),
            Scope.of("alone-copy").with(Phases.ONE_OR_TWO).participants(1).with(COORDINATOR_CRASH, 1).with(COPY, 1),
            Scope.of("forgetful-old").participants(1).forgetful().votes(3).transactions(2).with(COPY, 1).with(COORDINATOR_CRASH, 1),
            Scope.of("ended-two").participants(1).votes(1).transactions(2).with(SESSION_LOSS, 1).with(COPY, 1),
            Scope.of("interactive-yes").with(Application.INTERACTIVE).votes(1).with(COORDINATOR_CRASH, 1),
            Scope.of("session-one").participants(1).with(Application.INTERACTIVE).votes(1).with(SESSION_LOSS, 1),
            Scope.of("impatient").votes(1).impatient().with(COORDINATOR_CRASH, 1).with(DEADLINE, 1),
            Scope.of("client").with(CLIENT_CRASH, 1).with(COPY, 1),
            Scope.of("client-interactive").with(Application.INTERACTIVE).votes(1).with(CLIENT_CRASH, 1),
            Scope.of("client-crash").votes(1).with(CLIENT_CRASH, 1).with(COORDINATOR_CRASH, 1),
            Scope.of("twin").twin().with(PARTICIPANT_CRASH, 1),
            Scope.of("twin-slow").twin().participants(1).slow().votes(1).with(PARTICIPANT_CRASH, 1)
                .with(COORDINATOR_CRASH, 1),
            Scope.of("twin-loss").twin().votes(1).with(LINK_LOSS, 1),
            Scope.of("twin-calls").twin().participants(1).calls(2).with(Application.INTERACTIVE).votes(1)
                .with(PARTICIPANT_CRASH, 1),
            Scope.of("twin-late").twin().participants(1).votes(1).with(COORDINATOR_CRASH, 2),
            Scope.of("settled").participants(1).votes(1).with(OPERATOR, 1).with(LINK_LOSS, 1),
            Scope.of("forgetful").participants(2).forgetful().votes(3).with(LINK_LOSS, 1),
            Scope.of("forgetful-two").participants(1).forgetful().votes(3).transactions(2).with(LINK_LOSS, 1),
            Scope.of("forgetful-crash").participants(1).forgetful().votes(3).transactions(2)
                .with(COORDINATOR_CRASH, 1),
            Scope.of("two-crash").transactions(2).participants(2).votes(1).with(COORDINATOR_CRASH, 1),
            Scope.of("two-loss").transactions(2).votes(1).with(LINK_LOSS, 1),
            Scope.of("three-read-only").participants(3).votes(3));
    }

    /** @return those that take minutes each, and gigabytes of memory. */
    static List<Scope> large() {
        return List.of(
            Scope.of("crash-deadline").with(COORDINATOR_CRASH, 1).with(DEADLINE, 1),
            Scope.of("copies").votes(3).with(COPY, 1).with(DEADLINE, 2),
            Scope.of("restart-loss").with(PARTICIPANT_CRASH, 1).with(LINK_LOSS, 1).with(DEADLINE, 1),
            Scope.of("last-agent-crash").with(Phases.ONE).with(COORDINATOR_CRASH, 1).with(PARTICIPANT_CRASH, 1),
            Scope.of("race-crash").with(Application.RACING).with(COORDINATOR_CRASH, 1),
            Scope.of("operator-crash").with(OPERATOR, 1).with(COORDINATOR_CRASH, 1),
            Scope.of("three-crash").participants(3).votes(1).with(COORDINATOR_CRASH, 1),
            Scope.of("two-transactions-deadline").transactions(2).with(DEADLINE, 1));
    }

    /** @return the scope of that name, or null. */
    static Scope byName(final String name) {
        return Stream.concat(small().stream(), large().stream())
            .filter(scope -> scope.name().equals(name)).findFirst().orElse(null);
    }
}
