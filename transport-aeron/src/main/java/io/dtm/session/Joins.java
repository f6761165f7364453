package io.dtm.session;

import io.dtm.client.Refusal;
import io.dtm.codec.message.DecisionType;
import io.dtm.participant.BranchId;
import io.dtm.session.BranchState.Phase;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The branches of interactive transactions that this process has joined. A join is confirmed by the coordinator's
 * Joined alone (rule 5); unconfirmed ones are sent again over a new link, and fail with a new epoch, in which no
 * transaction that was still active goes on. What was done for a join that fails is the service's to undo. A branch
 * that is confirmed, but that nobody asks to prepare until its deadline, is rolled back here: before its vote a
 * participant may always do that. Duty cycle's thread.
 */
final class Joins {
    /** Beyond the deadline, so that the coordinator's own ROLLBACK usually comes first. */
    private static final long GRACE_NS = 5_000_000_000L;
    private static final long SWEEP_NS = 250_000_000L;
    private static final long RETRY_INITIAL_NS = 1_000_000L;
    private static final long RETRY_MAX_NS = 200_000_000L;
    private static final UnsafeBuffer NO_PAYLOAD = new UnsafeBuffer(new byte[0]);

    private final ResourceSession resource;
    private final Branches branches;
    private final BranchTable table;
    private final EpochGuard guard;
    private final TransactionPublisher publisher;
    private final List<BranchState> joined = new ArrayList<>();
    private long nowNs;
    private long sweepAtNs;
    private int waitingForRetry;

    Joins(
        final ResourceSession resource,
        final Branches branches,
        final BranchTable table,
        final EpochGuard guard,
        final TransactionPublisher publisher) {
        this.resource = resource;
        this.branches = branches;
        this.table = table;
        this.guard = guard;
        this.publisher = publisher;
    }

    void join(final BranchId id, final long joinToken, final long timeLeftNs, final JoinListener listener) {
        final BranchState known = table.find(id.transactionId(), id.branchId());
        if (known != null) {
            joinAgain(known, listener);
        } else if (id.enlistEpoch() != guard.epoch() || id.coordinatorId() != guard.coordinatorId()) {
            listener.onRefused(Refusal.NOT_ACTIVE, "the coordinator was restarted; the transaction is rolled back");
        } else if (table.isFull()) {
            listener.onRefused(Refusal.LIBRARY_OVERLOADED, "too many unfinished branches in this process");
        } else {
            final BranchState state = new BranchState(id, Phase.ACTIVE);
            state.joinToken = joinToken;
            state.joinDeadlineNs = nowNs + timeLeftNs + GRACE_NS;
            state.joinListeners = new ArrayList<>(1);
            state.joinListeners.add(listener);
            table.add(state);
            joined.add(state);
            if (resource.isRegistered()) {
                enlist(state);
            }
        }
    }

    void onJoined(final int epoch, final long transactionId, final int branchId) {
        final BranchState state = table.find(transactionId, branchId);
        if (state != null && state.joinListeners != null && state.enlistEpoch() == epoch) {
            state.isJoinConfirmed = true;
            final List<JoinListener> listeners = state.joinListeners;
            state.joinListeners = null;
            for (final JoinListener listener : listeners) {
                listener.onJoined();
            }
        }
    }

    void onRejected(final long transactionId, final int branchId, final Refusal refusal, final String text) {
        final BranchState state = table.find(transactionId, branchId);
        if (state == null || state.joinListeners == null) {
            return;
        }
        if (refusal == Refusal.UNKNOWN_TRANSACTION && nowNs < state.joinDeadlineNs - GRACE_NS) {
            retryLater(state);
        } else {
            fail(state, refusal, text);
        }
    }

    /** The join may have overtaken the begin, which comes over another stream. */
    private void retryLater(final BranchState state) {
        if (state.joinRetryAtNs == 0) {
            waitingForRetry++;
        }
        state.joinRetryPauseNs = Math.min(Math.max(RETRY_INITIAL_NS, state.joinRetryPauseNs * 2), RETRY_MAX_NS);
        state.joinRetryAtNs = nowNs + state.joinRetryPauseNs;
    }

    private int retry(final long now) {
        int work = 0;
        for (int i = 0; i < joined.size(); i++) {
            final BranchState state = joined.get(i);
            if (state.joinRetryAtNs != 0 && now - state.joinRetryAtNs >= 0) {
                state.joinRetryAtNs = 0;
                waitingForRetry--;
                work++;
                if (state.joinListeners != null && resource.isRegistered()) {
                    enlist(state);
                }
            }
        }
        return work;
    }

    /** The resource is registered over a new link. */
    void onRegistered() {
        for (int i = joined.size() - 1; i >= 0; i--) {
            final BranchState state = joined.get(i);
            if (state.joinListeners == null) {
                continue;
            }
            if (state.enlistEpoch() == guard.epoch()) {
                enlist(state);
            } else {
                fail(state, Refusal.NOT_ACTIVE, "the coordinator was restarted; the transaction is rolled back");
            }
        }
    }

    int doWork(final long now) {
        nowNs = now;
        int work = waitingForRetry > 0 ? retry(now) : 0;
        if (now - sweepAtNs < 0) {
            return work;
        }
        sweepAtNs = now + SWEEP_NS;
        for (int i = joined.size() - 1; i >= 0; i--) {
            final BranchState state = joined.get(i);
            if (now - state.joinDeadlineNs >= 0 && isOurs(state)) {
                fail(state, Refusal.NOT_ACTIVE, "nobody asked to prepare the branch before its deadline");
                work++;
            }
            if (isOver(state) && state.joinRetryAtNs == 0) {
                joined.set(i, joined.get(joined.size() - 1));
                joined.remove(joined.size() - 1);
            }
        }
        return work;
    }

    /** The library is closed: nobody learns any more that a join was confirmed. */
    void close() {
        for (final BranchState state : joined) {
            refuse(state, Refusal.CLOSED, "the library was closed");
        }
    }

    private static void joinAgain(final BranchState state, final JoinListener listener) {
        if (state.phase != Phase.ACTIVE) {
            listener.onRefused(Refusal.NOT_ACTIVE, "the branch is being finished already");
        } else if (state.joinListeners == null) {
            listener.onJoined();
        } else {
            state.joinListeners.add(listener);
        }
    }

    private void enlist(final BranchState state) {
        publisher.enlist(state.transactionId(), state.branchId(), resource.resourceId(), resource.incarnation(),
            state.joinToken, state.enlistEpoch(), NO_PAYLOAD, 0, 0);
    }

    /** Whether it is for this process to roll it back: nobody asked for anything, or that did not work before. */
    private static boolean isOurs(final BranchState state) {
        return state.phase == Phase.ACTIVE
            || (state.phase == Phase.UNRESOLVED && state.decision == DecisionType.ROLLBACK
            && state.decisionEpoch == 0);
    }

    /** Whether the coordinator, or nobody, asks for more. */
    private static boolean isOver(final BranchState state) {
        final boolean isRolledBackHere = state.decision == DecisionType.ROLLBACK && state.decisionEpoch == 0;
        return state.phase != Phase.ACTIVE && (state.phase == Phase.DECIDED || !isRolledBackHere);
    }

    private void fail(final BranchState state, final Refusal refusal, final String text) {
        refuse(state, refusal, text);
        if (state.phase == Phase.ACTIVE && !state.isJoinConfirmed) {
            branches.joinRefused(state);
        } else if (isOurs(state)) {
            branches.rollBackHere(state);
        }
    }

    private static void refuse(final BranchState state, final Refusal refusal, final String text) {
        final List<JoinListener> listeners = state.joinListeners;
        state.joinListeners = null;
        if (listeners != null) {
            for (final JoinListener listener : listeners) {
                listener.onRefused(refusal, text);
            }
        }
    }
}
