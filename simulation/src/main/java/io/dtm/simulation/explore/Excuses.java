package io.dtm.simulation.explore;

import static io.dtm.simulation.explore.Budget.CLIENT_CRASH;
import static io.dtm.simulation.explore.Budget.COORDINATOR_CRASH;
import static io.dtm.simulation.explore.Budget.DEADLINE;
import static io.dtm.simulation.explore.Budget.GRACE;
import static io.dtm.simulation.explore.Budget.LATE_HANDSHAKE;
import static io.dtm.simulation.explore.Budget.OPERATOR;
import static io.dtm.simulation.explore.Budget.PARTICIPANT_CRASH;
import static io.dtm.simulation.explore.Budget.SESSION_LOSS;
import static io.dtm.simulation.explore.Layout.BUDGETS;
import static io.dtm.simulation.explore.Layout.HOST;

import io.dtm.client.AbortReason;
import io.dtm.client.Outcome;
import io.dtm.simulation.explore.PeerProcess.Answer;

/**
 * AC4: a transaction is rolled back only for a reason that was really there. A lost link, a late copy and a restart of
 * the coordinator are none, but for what was still active then, or was never begun.
 */
final class Excuses {
    private final Scope scope;
    private final World world;
    private boolean hasTimePassed;

    Excuses(final Scope scope, final World world) {
        this.scope = scope;
        this.world = world;
    }

    /** From now on deadlines come by themselves. */
    void timePasses() {
        hasTimePassed = true;
    }

    /** Back to a time in which they come only as often as a budget says. */
    void timeStands() {
        hasTimePassed = false;
    }

    /** @return whether one of these has happened. */
    boolean isUsed(final int[] state, final Budget... any) {
        for (final Budget budget : any) {
            if (budget.left(state[BUDGETS]) < budget.left(scope.budgets())) {
                return true;
            }
        }
        return false;
    }

    /**
     * @param told to the client; null: nothing.
     * @return what is done to a transaction for no reason that was there; null: nothing.
     */
    String missing(final int[] state, final long id, final Answer told) {
        final Integer code = world.host().info(state[HOST]).view().abortReasons().get(id);
        final AbortReason reason = code == null ? null : AbortReason.of(code);
        if (reason != null && !wasThere(state, id, reason)) {
            return "is aborted because of " + reason + ", and there was no such thing";
        }
        if (told == null || told.status() == Outcome.Status.COMMITTED) {
            return null;
        }
        if (told.status() == Outcome.Status.UNKNOWN) {
            return isUsed(state, SESSION_LOSS, GRACE, LATE_HANDSHAKE) ? null : "ends, and the client is told UNKNOWN";
        }
        if (told.isNeverBegun() || told.status() == null) {
            // A request isn't sent any more if its time is over before there is a link.
            return isUsed(state, COORDINATOR_CRASH, SESSION_LOSS, PARTICIPANT_CRASH, LATE_HANDSHAKE)
                ? null : "is refused";
        }
        return null;
    }

    private boolean wasThere(final int[] state, final long id, final AbortReason reason) {
        return switch (reason) {
            case VOTE_NO, ONE_PHASE_ABORTED -> isRefused(state, id) || isUsed(state, PARTICIPANT_CRASH)
                || isGivenUp(state);
            case DEADLINE -> hasTimePassed || isUsed(state, DEADLINE);
            case NO_PARTICIPANT -> isUsed(state, PARTICIPANT_CRASH, SESSION_LOSS, GRACE, LATE_HANDSHAKE);
            case NEW_INCARNATION -> isUsed(state, PARTICIPANT_CRASH);
            case TWO_INCARNATIONS -> isUsed(state, PARTICIPANT_CRASH)
                || scope.isInteractive() && scope.calls() > 1 && scope.processes(0) > 1;
            case PARTICIPANT_LOST, CLIENT_LOST -> scope.isInteractive()
                && (hasTimePassed || isUsed(state, SESSION_LOSS, GRACE, CLIENT_CRASH, LATE_HANDSHAKE));
            case COORDINATOR_RESTART -> scope.isInteractive() && isUsed(state, COORDINATOR_CRASH);
            case OPERATOR -> isUsed(state, OPERATOR);
            default -> false;
        };
    }

    /** A join that an epoch's end leaves without an answer is given up by its service, whose work is undone. */
    private boolean isGivenUp(final int[] state) {
        return scope.isRacing() && isUsed(state, COORDINATOR_CRASH);
    }

    private boolean isRefused(final int[] state, final long id) {
        for (int home = 0; home < scope.participants(); home++) {
            if (world.peers().info(world.node(state, home)).refusals().contains(id)) {
                return true;
            }
        }
        return false;
    }
}
