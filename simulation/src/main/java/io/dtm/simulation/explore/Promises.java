package io.dtm.simulation.explore;

import static io.dtm.simulation.explore.Layout.HOST;
import static io.dtm.simulation.explore.Layout.NODE;
import static io.dtm.simulation.explore.Layout.UP;
import static io.dtm.simulation.explore.Layout.slot;
import static io.dtm.simulation.explore.Layout.standing;

import io.dtm.client.Outcome;
import io.dtm.simulation.explore.ExploredResource.Standing;
import java.util.Map;

/** What must hold in every state, and that everything comes to its end once nothing goes wrong any more. */
final class Promises {
    private static final int MAX_REST_ROUNDS = 100;

    private final Scope scope;
    private final World world;

    Promises(final Scope scope, final World world) {
        this.scope = scope;
        this.world = world;
    }

    /** @return what is broken in a state; null: nothing. */
    String broken(final int[] state) {
        final Map<Long, Outcome.Status> told = world.peers().info(state[slot(scope.participants()) + NODE]).told();
        for (int i = 0; i < scope.transactions(); i++) {
            final long id = scope.transactionId(i);
            int committed = 0;
            int undone = 0;
            int readOnly = 0;
            for (int peer = 0; peer < scope.participants(); peer++) {
                final PeerModel.Info info = world.peers().info(state[slot(peer) + NODE]);
                final Standing standing = info.standings().get(id);
                if (standing == Standing.COMMITTED) {
                    committed++;
                    if ((answered(state, peer) & ~info.kept().get(id)) != 0) {
                        return "AC1: branch " + (peer + 1) + " is committed without part of the work that was answered";
                    }
                } else if (standing == Standing.ROLLED_BACK || standing == Standing.REFUSED) {
                    undone++;
                } else if (standing == Standing.READ_ONLY) {
                    readOnly++;
                }
            }
            final Outcome.Status status = told.get(id);
            if (committed > 0 && undone > 0) {
                return "AC1: transaction " + (i + 1) + " is committed here and undone there";
            }
            if (status == Outcome.Status.ABORTED && committed > 0) {
                return "AC2: the client is told ABORTED of transaction " + (i + 1) + ", and it is committed";
            }
            if (status == Outcome.Status.COMMITTED && undone > 0) {
                return "AC2: the client is told COMMITTED of transaction " + (i + 1) + ", and it is undone";
            }
            final boolean isCommitted = committed > 0 || status == Outcome.Status.COMMITTED;
            if (isCommitted && committed + readOnly + prepared(state, id) < scope.participants()) {
                return "AC3: transaction " + (i + 1) + " is committed, and not every branch has voted";
            }
        }
        return null;
    }

    /** Parts of a participant's work of which the client has heard that they are done. */
    private int answered(final int[] state, final int peer) {
        return world.peers().info(state[slot(scope.participants()) + NODE]).answers() >> peer * scope.calls()
            & (1 << scope.calls()) - 1;
    }

    private int prepared(final int[] state, final long id) {
        int prepared = 0;
        for (int peer = 0; peer < scope.participants(); peer++) {
            prepared += world.peers().info(state[slot(peer) + NODE]).standings().get(id) == Standing.PREPARED ? 1 : 0;
        }
        return prepared;
    }

    /**
     * Nothing goes wrong any more: everything must come to its end.
     *
     * @return what is left; null: nothing.
     */
    String rest(final int[] state) {
        final int[] last = state.clone();
        for (int round = 0; round < MAX_REST_ROUNDS; round++) {
            world.run(last);
            final String failure = world.failure() != null ? world.failure() : broken(last);
            if (failure != null || isAtRest(last)) {
                return failure;
            }
            world.passTime(last);
            if (round == MAX_REST_ROUNDS / 2) {
                world.endGrace(last);
            }
        }
        return "I11: it never comes to rest: " + world.host().info(last[HOST]).inFlight()
            + " transactions in flight, " + describe(last);
    }

    private boolean isAtRest(final int[] state) {
        if (world.host().info(state[HOST]).inFlight() > 0) {
            return false;
        }
        for (int peer = 0; peer < scope.participants(); peer++) {
            if (world.peers().info(state[slot(peer) + NODE]).prepared() > 0) {
                return false;
            }
        }
        final PeerModel.Info client = world.peers().info(state[slot(scope.participants()) + NODE]);
        return client.told().size() >= client.awaited();
    }

    /** @return what resources and client have of it. */
    private String describe(final int[] state) {
        final StringBuilder text = new StringBuilder();
        for (int peer = 0; peer < scope.peers(); peer++) {
            final PeerModel.Info info = world.peers().info(state[slot(peer) + NODE]);
            text.append(scope.isClient(peer) ? "client " + info.told() : "P" + (peer + 1) + " " + info.standings())
                .append(standing(state, peer) == UP ? "" : " (without link)").append("; ");
        }
        return text.toString();
    }
}
