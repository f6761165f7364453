package io.dtm.simulation.node;

import io.dtm.participant.BranchId;
import io.dtm.simulation.check.OperatorChecker;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.resource.SimulatedDatabase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Somebody with the right to give a coordinator orders: rolls back what hasn't ended, and settles branches by hand, in
 * the database too, some time after the coordinator has said that it knows (rule 13). What a settlement needs it orders
 * again until it is answered.
 */
public final class Operator {
    private static final long MILLI = 1_000_000L;
    private static final long REPEAT_NS = 1_000 * MILLI;
    private static final long MAX_PAUSE_NS = 10_000 * MILLI;
    /** Requests of a transcript's own operator have lower ids. */
    private static final long FIRST_REQUEST = 1_000_000;

    private final CoordinatorNode coordinator;
    private final Schedule schedule;
    private final RandomStream random;
    private final OperatorChecker checker;
    private final List<SimulatedDatabase> databases;
    private final Map<Long, Order> orders = new HashMap<>();
    private final List<Order.Purge> purges = new ArrayList<>();
    private long lastRequest = FIRST_REQUEST;

    /** What is asked for. */
    private sealed interface Order {
        long transactionId();

        /** Rolls back what is undecided. */
        record Rollback(long transactionId) implements Order {
        }

        /** Ends a branch by hand. */
        record Settle(long transactionId, int branchId, boolean isCommit) implements Order {
        }

        /** Lets the coordinator forget a branch that was ended by hand. */
        record Purge(long transactionId, int branchId) implements Order {
        }
    }

    /**
     * @param coordinator that takes the orders.
     * @param schedule    of the simulation.
     * @param random      of this operator alone.
     * @param checker     is told what is asked for, and what is answered.
     * @param databases   in which it may work by hand.
     */
    public Operator(
        final CoordinatorNode coordinator,
        final Schedule schedule,
        final RandomStream random,
        final OperatorChecker checker,
        final List<SimulatedDatabase> databases) {
        this.coordinator = coordinator;
        this.schedule = schedule;
        this.random = random;
        this.checker = checker;
        this.databases = databases;
        coordinator.answers(this::onAnswer);
    }

    /** Asks for a transaction, whichever, to be rolled back. */
    public void rollBackAny() {
        final long transactionId = checker.unfinished(random.nextInt(16));
        if (coordinator.isUp() && transactionId != 0) {
            checker.onRollbackAsked(transactionId);
            give(new Order.Rollback(transactionId));
        }
    }

    /** Settles a branch, whichever, of a transaction that hasn't ended in some database. */
    public void settleAny() {
        final long transactionId = checker.unsettled(random.nextInt(16));
        if (transactionId != 0) {
            final int branchId = checker.preparedBranch(transactionId);
            final boolean isCommit = random.nextInt(4) > 0;
            checker.onSettlementAsked(transactionId, branchId, isCommit);
            giveUntilAnswered(new Order.Settle(transactionId, branchId, isCommit));
        }
    }

    /**
     * After a restore (rule 12): ends what is still prepared by what the others of its transaction did, since the
     * coordinator doesn't know any more, and purges once more what was purged: the copy may hold it still.
     */
    public void endWhatIsInDoubt() {
        purges.forEach(this::giveUntilAnswered);
        purges.clear();
        for (final SimulatedDatabase database : databases) {
            for (final BranchId branch : database.prepared(coordinator.coordinatorId())) {
                if (!checker.isOfLostHistory(branch)) {
                    continue; // its transaction is still in the coordinator's hands
                }
                if (checker.hasCommitted(branch.transactionId())
                    && !checker.isCommitted(branch.transactionId(), branch.branchId())) {
                    database.commit(branch);
                } else {
                    database.rollBack(branch);
                }
            }
        }
    }

    private long give(final Order order) {
        final long request = ++lastRequest;
        orders.put(request, order);
        final long transactionId = order.transactionId();
        if (order instanceof Order.Settle settle) {
            coordinator.operators().settle(request, transactionId, settle.branchId(), settle.isCommit());
        } else if (order instanceof Order.Purge purge) {
            coordinator.operators().purge(request, transactionId, purge.branchId());
        } else {
            coordinator.operators().rollback(request, transactionId);
        }
        coordinator.wakeUp();
        return request;
    }

    /** The answer is lost if the process dies before it is forced. */
    private void giveUntilAnswered(final Order order) {
        if (!coordinator.isUp()) {
            schedule.after(REPEAT_NS, () -> giveUntilAnswered(order));
            return;
        }
        final long request = give(order);
        schedule.after(REPEAT_NS, () -> {
            if (orders.remove(request) != null) {
                giveUntilAnswered(order);
            }
        });
    }

    private void onAnswer(final long request, final boolean isDone) {
        final Order order = orders.remove(request);
        if (order == null || !isDone) {
            return;
        }
        if (order instanceof Order.Rollback) {
            checker.onRolledBack(order.transactionId());
        } else if (order instanceof Order.Settle settle) {
            checker.onSettled(settle.transactionId(), settle.branchId(), settle.isCommit());
            schedule.after(random.skewed(MILLI, MAX_PAUSE_NS), () -> workByHand(settle));
        }
    }

    /** What is there under two qualifiers is left to its participant, which asks for each. */
    private void workByHand(final Order.Settle order) {
        for (final SimulatedDatabase database : databases) {
            final List<BranchId> prepared =
                database.prepared(coordinator.coordinatorId(), order.transactionId(), order.branchId());
            if (prepared.size() > 1) {
                return;
            }
            if (order.isCommit() && !checker.isCommitted(order.transactionId(), order.branchId())) {
                prepared.forEach(database::commit);
            } else if (!order.isCommit()) {
                prepared.forEach(database::rollBack);
            }
        }
        final Order.Purge purge = new Order.Purge(order.transactionId(), order.branchId());
        purges.add(purge);
        schedule.after(random.skewed(MILLI, MAX_PAUSE_NS), () -> giveUntilAnswered(purge));
    }
}
