package io.dtm.session;

import io.dtm.codec.message.VoteType;
import io.dtm.participant.BranchId;
import io.dtm.session.BranchState.Phase;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the branches that are prepared in a resource, whoever prepared them, and asks the coordinator about each that
 * nobody here is at work on (rule 8): at the start, on each new link, session or epoch, and periodically, because a
 * former process's PREPARE may reach the database after that process died, because another process of the resource may
 * have been lost, and because a coordinator that lost the transaction will never speak of it again. Duty cycle's
 * thread.
 */
final class InDoubtScan {
    private static final int PATIENCE = 6;
    private static final int MAX_ASKED_TO_FORGET = 4_096;
    private static final long NONE = 0;
    /** A process that hasn't seen the PREPARE can't say that it was recovered (rule 12): it may be beyond any end. */
    private static final long UNKNOWN_POSITION = Long.MAX_VALUE;

    private final ResourceSession resource;
    private final BranchTable table;
    private final CompletionQueue completions;
    private final EpochGuard guard;
    private final ParticipantPublisher publisher;
    private final SessionListener listener;
    private final UserCode userCode;
    private final long intervalNs;
    private final int limit;
    private long started;
    private boolean isRunning;
    private boolean isWanted;
    private long nextAtNs;
    private long startedAtNs;
    private long nowNs;

    InDoubtScan(
        final ResourceSession resource,
        final BranchTable table,
        final CompletionQueue completions,
        final EpochGuard guard,
        final ParticipantPublisher publisher,
        final SessionContext context) {
        this.resource = resource;
        this.table = table;
        this.completions = completions;
        this.guard = guard;
        this.publisher = publisher;
        this.listener = context.listener();
        this.userCode = context.userCode();
        this.intervalNs = context.scanIntervalNs();
        this.limit = context.maxBranches();
    }

    /** Number of scans started so far. */
    long started() {
        return started;
    }

    /** The next one doesn't wait for its time. */
    void want() {
        isWanted = true;
    }

    int doWork(final long now) {
        nowNs = now;
        if (isRunning) {
            if (now - startedAtNs < PATIENCE * intervalNs) {
                return 0;
            }
            listener.onAnomaly("a scan for branches in doubt was never completed", null);
        } else if (!isWanted && now - nextAtNs < 0) {
            return 0;
        }
        start();
        return 1;
    }

    void onComplete(final long number, final List<BranchId> found, final boolean isCut) {
        if (!ends(number)) {
            return;
        }
        if (!resource.isRegistered()) {
            isWanted = true;
            return;
        }
        for (int i = 0; i < found.size(); i++) {
            onFound(found.get(i), number);
        }
        if (isCut) {
            listener.onAnomaly("more than " + limit + " branches are prepared; the rest is left to later scans", null);
        } else {
            // Apart from the walk: what is resolved pushes others out of the table.
            final List<BranchState> missing = new ArrayList<>();
            table.forEach(state -> {
                if (isPreparedHere(state) && state.scansBefore < number && state.lastScan != number
                    && !state.isResolvedElsewhere) {
                    missing.add(state);
                }
            });
            missing.forEach(table::resolvedElsewhere);
        }
        askToForget();
    }

    /** What was rolled back here, without a decision, may go when the coordinator has answered. */
    private void askToForget() {
        final List<BranchState> asked = new ArrayList<>();
        table.forEach(state -> {
            if (asked.size() < MAX_ASKED_TO_FORGET && table.isWorthAsking(state)) {
                asked.add(state);
            }
        });
        asked.forEach(state -> ask(state.id(), state.position));
    }

    void onFailed(final long number, final Throwable cause) {
        if (ends(number)) {
            userCode.threw("the scan for branches in doubt failed and is repeated", cause);
        }
    }

    private void start() {
        isWanted = false;
        isRunning = true;
        startedAtNs = nowNs;
        started++;
        final Replies.Scan reply = new Replies.Scan(completions, this, started, limit);
        try {
            resource.participant().scan(guard.coordinatorId(), reply);
        } catch (final Throwable ex) {
            reply.failed(ex);
        }
    }

    private boolean ends(final long number) {
        if (number != started || !isRunning) {
            return false;
        }
        isRunning = false;
        nextAtNs = nowNs + intervalNs;
        return true;
    }

    private void onFound(final BranchId id, final long number) {
        if (id.coordinatorId() != guard.coordinatorId()) {
            listener.onAnomaly("a scan reported a branch of another coordinator: " + id, null);
            return;
        }
        final BranchState state = table.find(id.transactionId(), id.branchId());
        if (state == null) {
            ask(id, NONE);
            return;
        }
        state.lastScan = number;
        switch (state.phase) {
            case VOTED:
                if (state.vote == VoteType.YES) {
                    // The decision of a branch that voted just now is under way: only a later scan asks for it.
                    if (state.scansBefore < number - 1 || state.askedEpoch != guard.epoch()) {
                        ask(id, state.position);
                    }
                    break;
                }
                askOfFinished(state, id, number);
                break;
            case DECIDED:
            case ONE_PHASE_ANSWERED:
                askOfFinished(state, id, number);
                break;
            case UNRESOLVED:
                ask(id, state.position);
                break;
            default:
                break;
        }
    }

    private void askOfFinished(final BranchState state, final BranchId id, final long number) {
        if (state.scansBefore < number) {
            state.isFoundPrepared = true;
            ask(id, state.position);
        }
    }

    private static boolean isPreparedHere(final BranchState state) {
        return state.phase == Phase.VOTED && state.vote == VoteType.YES;
    }

    private void ask(final BranchId id, final long position) {
        publisher.inDoubt(guard.coordinatorId(), resource.resourceId(),
            id.transactionId(), id.branchId(), id.enlistEpoch(), position == NONE ? UNKNOWN_POSITION : position);
    }
}
