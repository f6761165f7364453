package io.dtm.simulation.explore;

import static io.dtm.simulation.explore.Layout.HOST;
import static io.dtm.simulation.explore.Layout.UP;
import static io.dtm.simulation.explore.Layout.standing;

import io.dtm.client.Outcome;
import io.dtm.simulation.explore.ExploredResource.Standing;
import io.dtm.simulation.explore.PeerProcess.Answer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What must hold in every state, and that everything comes to its end once nothing goes wrong any more. */
final class Promises {
    private static final int MAX_REST_ROUNDS = 100;
    /** After these a transaction may have to wait for time to pass, or may abort for it. */
    private static final Set<Budget> TIMES = Set.of(
        Budget.PARTICIPANT_CRASH, Budget.CLIENT_CRASH, Budget.SESSION_LOSS, Budget.DEADLINE, Budget.PEER_TIMEOUT,
        Budget.OPERATOR, Budget.GRACE, Budget.LATE_HANDSHAKE);

    private final Scope scope;
    private final World world;
    private final Excuses excuses;

    Promises(final Scope scope, final World world) {
        this.scope = scope;
        this.world = world;
        this.excuses = new Excuses(scope, world);
    }

    /** @return what is broken in a state; null: nothing. */
    String broken(final int[] state) {
        final Map<Long, Answer> told = client(state).told();
        for (final long id : transactions(state)) {
            final String broken = broken(state, id, told.get(id));
            if (broken != null) {
                return broken;
            }
        }
        return scope.transactions() > 1 ? order(state) : null;
    }

    /** @return whom anybody has ever heard of. */
    private Set<Long> transactions(final int[] state) {
        final Set<Long> ids = new TreeSet<>(client(state).told().keySet());
        for (int home = 0; home < scope.participants(); home++) {
            ids.addAll(site(state, home).standings().keySet());
        }
        return ids;
    }

    private PeerModel.Info client(final int[] state) {
        return site(state, scope.client());
    }

    private PeerModel.Info site(final int[] state, final int home) {
        return world.peers().info(world.node(state, home));
    }

    private String broken(final int[] state, final long id, final Answer told) {
        int committed = 0;
        int undone = 0;
        int readOnly = 0;
        int prepared = 0;
        for (int home = 0; home < scope.participants(); home++) {
            final PeerModel.Info info = site(state, home);
            final Standing standing = info.standings().get(id);
            if (standing == Standing.COMMITTED) {
                committed++;
                if ((answered(state, home) & ~info.kept().get(id)) != 0) {
                    return "AC1: branch " + (home + 1) + " is committed without part of the work that was answered";
                }
            } else if (standing == Standing.ROLLED_BACK || standing == Standing.REFUSED) {
                undone++;
            } else if (standing == Standing.READ_ONLY) {
                readOnly++;
            } else if (standing == Standing.PREPARED) {
                prepared++;
            }
        }
        final String name = "transaction " + (id >>> Integer.SIZE) + ":" + (int) id;
        final boolean isToldAborted =
            told != null && (told.status() == null || told.status() == Outcome.Status.ABORTED);
        final boolean isToldCommitted = told != null && told.status() == Outcome.Status.COMMITTED;
        if (committed > 0 && undone > 0) {
            return "AC1: " + name + " is committed here and undone there";
        }
        if (isToldAborted && committed > 0) {
            return "AC2: the client is told ABORTED of " + name + ", and it is committed";
        }
        if (isToldCommitted && undone > 0) {
            return "AC2: the client is told COMMITTED of " + name + ", and it is undone";
        }
        if ((committed > 0 || isToldCommitted) && committed + readOnly + prepared < scope.participants()) {
            return "AC3: " + name + " is committed, and not every branch has voted";
        }
        final String unexcused = excuses.missing(state, id, told);
        return unexcused == null ? null : "AC4: " + name + " " + unexcused;
    }

    /** Parts of a participant's work of which the client has heard that they are done. */
    private int answered(final int[] state, final int home) {
        return client(state).answers() >> home * scope.calls() & (1 << scope.calls()) - 1;
    }

    /** Participants are asked in the same order, so that those that take locks in that order can't deadlock. */
    private String order(final int[] state) {
        for (int one = 0; one < scope.participants(); one++) {
            for (int other = one + 1; other < scope.participants(); other++) {
                final List<Long> first = site(state, one).asked();
                final List<Long> second = site(state, other).asked();
                if (!first.stream().filter(second::contains).toList()
                    .equals(second.stream().filter(first::contains).toList())) {
                    return "order: participants are asked to prepare in different orders";
                }
            }
        }
        return null;
    }

    /**
     * Nothing goes wrong any more: everything must come to its end.
     *
     * @return what is left; null: nothing.
     */
    String rest(final int[] state) {
        try {
            return end(state);
        } finally {
            excuses.timeStands();
        }
    }

    private String end(final int[] state) {
        final String waiting = waits(state);
        if (waiting != null) {
            return waiting;
        }
        final int[] last = state.clone();
        for (int round = 0; round < MAX_REST_ROUNDS; round++) {
            world.run(last);
            final String failure = world.failure() != null ? world.failure() : broken(last);
            if (failure != null) {
                return failure;
            }
            if (isAtRest(last)) {
                return evidence(last);
            }
            excuses.timePasses();
            world.passTime(last);
            if (round == MAX_REST_ROUNDS / 2) {
                world.endGrace(last);
            }
        }
        return "I11: it never comes to rest: " + world.host().info(last[HOST]).view().inFlight()
            + " transactions in flight, " + describe(last);
    }

    /** @return what evidence nobody will let go any more; null: none. With a process its release may be lost. */
    private String evidence(final int[] state) {
        for (int home = 0; home < scope.participants(); home++) {
            if (site(state, home).evidence() > 0 && !excuses.isUsed(state, Budget.PARTICIPANT_CRASH)) {
                return "I8: the evidence of P" + (home + 1) + " is never released: " + describe(state);
            }
        }
        return null;
    }

    /** @return what waits for time to pass although nothing happened that could be waited out; null: nothing. */
    private String waits(final int[] state) {
        // A join that overtakes its begin is tried again later.
        final boolean isExcused = scope.isInteractive()
            || TIMES.stream().anyMatch(budget -> excuses.isUsed(state, budget));
        // Who is in doubt about what a crash took away asks again, later, when all resources have come back.
        final boolean hasEnded = excuses.isUsed(state, Budget.COORDINATOR_CRASH) ? isOver(state) : isAtRest(state);
        return isExcused || hasEnded ? null : "AC4: a transaction waits although nothing stands in its way: "
            + describe(state);
    }

    private boolean isAtRest(final int[] state) {
        for (int home = 0; home < scope.participants(); home++) {
            if (site(state, home).prepared() > 0) {
                return false;
            }
        }
        return isOver(state);
    }

    /** Whether coordinator and client have done with it. */
    private boolean isOver(final int[] state) {
        return world.host().info(state[HOST]).view().inFlight() == 0
            && client(state).told().size() >= client(state).awaited();
    }

    /** @return what resources and client have of it. */
    private String describe(final int[] state) {
        final StringBuilder text = new StringBuilder();
        for (int peer = 0; peer < scope.peers(); peer++) {
            final PeerModel.Info info = world.peers().info(world.node(state, peer));
            text.append(scope.isClient(peer) ? "client " + info.told() : "P" + (peer + 1) + " " + info.standings())
                .append(standing(state, peer) == UP ? "" : " (without link)").append("; ");
        }
        return text.toString();
    }
}
