package io.dtm.session;

import io.dtm.codec.message.DecisionType;
import io.dtm.codec.message.VoteType;
import io.dtm.session.BranchState.Phase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * The repeat table of one resource at one coordinator: what was answered for each branch, so that a repeat gets the
 * same answer and no work is done twice. Repeats are matched without the epoch of enlistment. Duty cycle's thread.
 * <p>
 * <b>What may be forgotten (rule 4).</b> A row may go only when no copy of the branch's PREPARE or one-phase COMMIT can
 * still come; otherwise such a copy would run the work again. The argument for each kind of row:
 * <ul>
 * <li><i>A decision came.</i> The coordinator sends a decision only after it has forced it, and never sends PREPARE for
 * a decided transaction, in this epoch or a later one. What it sent before the decision came before it: a link keeps
 * order (a PREPARE, which leaves on append, may overtake what waits for the force, never the reverse), and what a
 * former link still holds is dropped. The row may go at once. It is kept as long as there is room all the same,
 * because an acknowledgement may be lost with a link or with the journal's tail; then the decision comes again, and a
 * row answers it better than the resource can, which knows nothing any more ("unknown, presumed committed").</li>
 * <li><i>It was rolled back here</i>, without a decision: nobody confirmed the join, or nobody asked before the
 * deadline. The coordinator may have the branch all the same, and may have delegated to it, which no deadline ends. The
 * row may go when a NO for it is known to be there, when the coordinator said that the evidence may go, or
 * when the coordinator answers a question about it, which is asked when too many such rows are kept. That a branch of a
 * later epoch was asked for says nothing: its PREPARE overtakes a one-phase COMMIT, which waits for the force.</li>
 * <li><i>It answered a one-phase COMMIT.</i> The row may go when the coordinator said that the evidence may: that is
 * sent once the result is forced, in the same release class as the copies of the COMMIT, so behind them.</li>
 * <li><i>It voted NO or READ_ONLY.</i> No decision comes. The row may go when the coordinator is known to have the
 * vote, forced: a vote that was first sent over this link after this one was followed by COMMIT, and the coordinator
 * takes a link's messages in order; or the answer to a request that was sent after it came, which waits for the force
 * ({@link #fence}). Copies of PREPARE that were sent before are behind us then, by the order of the link. A vote that
 * went over a former link counts only once it is sent again. A row of an earlier epoch may go when a PREPARE of a
 * branch enlisted in this epoch came and the old one's did not come again: redrive sends all old ones first.</li>
 * <li><i>It voted YES.</i> The row stays until a decision; or until a scan of the resource shows that another process
 * carried a decision out, and then a fence as above, since that decision came over another link.</li>
 * <li><i>The rest</i> is running and stays.</li>
 * </ul>
 * Memory is bounded: above the limits a PREPARE is answered NO without a row. A repeat of such a PREPARE may then be
 * answered YES; but the NO was sent first over the same link, so that YES comes late and gets ROLLBACK, and if the NO
 * was lost nobody has acted on it. A one-phase COMMIT is not begun, and asked for again.
 * <p>
 * Decisions for branches without a row bypass the limit, and so does the question what became of another process's
 * one-phase commit: they free what is prepared or delegated, and while they were refused a full table would keep the
 * very branches prepared that fill the resource. The number of such rows is bounded by what the coordinator has in
 * flight for this resource; those of decisions go once they are obeyed, or older finished ones in their place.
 */
final class BranchTable {
    private static final int MAX_TRIED = 8;

    private final Long2ObjectHashMap<BranchState> byTransaction = new Long2ObjectHashMap<>();
    private final ArrayDeque<BranchState> remembered = new ArrayDeque<>();
    private final int maxBranches;
    private final int maxRemembered;
    private int size;
    private long sentSequence;
    private long fencedSequence;
    private int fencedEpoch;

    /**
     * @param maxUnfinished  greatest number of branches that must be kept, beside the remembered ones.
     * @param maxRemembered number of finished branches above which the oldest that may be forgotten is.
     */
    BranchTable(final int maxUnfinished, final int maxRemembered) {
        this.maxBranches = maxUnfinished + maxRemembered;
        this.maxRemembered = maxRemembered;
    }

    int size() {
        return size;
    }

    boolean isFull() {
        return size >= maxBranches;
    }

    BranchState find(final long transactionId, final int branchId) {
        BranchState state = byTransaction.get(transactionId);
        while (state != null && state.branchId() != branchId) {
            state = state.sibling;
        }
        return state;
    }

    void add(final BranchState state) {
        state.sibling = byTransaction.put(state.transactionId(), state);
        size++;
    }

    /** @param consumer must neither add a branch nor have one forgotten. */
    void forEach(final Consumer<BranchState> consumer) {
        for (final BranchState first : byTransaction.values()) {
            for (BranchState state = first; state != null; state = state.sibling) {
                consumer.accept(state);
            }
        }
    }

    /** A branch is finished here: kept for repeats until there are too many of those. */
    void remember(final BranchState state) {
        if (!state.isRemembered) {
            state.isRemembered = true;
            remembered.add(state);
        }
        trim(MAX_TRIED);
    }

    private void trim(final int limit) {
        for (int tried = 0; isTooMuch() && tried < limit; tried++) {
            final BranchState oldest = remembered.poll();
            if (mayForget(oldest)) {
                oldest.isRemembered = false;
                remove(oldest);
            } else if (isFinished(oldest)) {
                remembered.add(oldest);
            } else {
                oldest.isRemembered = false;
            }
        }
    }

    private boolean isTooMuch() {
        return remembered.size() > maxRemembered || (size > maxBranches && !remembered.isEmpty());
    }

    /** Whether so much may not yet be forgotten that the coordinator should be asked for a fence. */
    boolean needsFence() {
        return remembered.size() > maxRemembered;
    }

    // the fence

    /** A vote goes out over the current link. */
    void voteSent(final BranchState state) {
        if (state.voteSequence == 0) {
            state.voteSequence = ++sentSequence;
        }
    }

    /** A COMMIT came that answers this branch's vote: the coordinator has all that was sent before that vote. */
    void commitReceived(final BranchState state) {
        if (state.vote == VoteType.YES && !state.isVoteRepeated && !state.isResolvedElsewhere) {
            fence(state.voteSequence);
        }
    }

    /** A PREPARE came of a branch that was enlisted in this epoch: redrive has sent all older ones again. */
    void newlyEnlisted(final int epoch) {
        fencedEpoch = Math.max(fencedEpoch, epoch);
    }

    /** @return the place of the last vote sent over the current link: see {@link #fence}. */
    long sentSequence() {
        return sentSequence;
    }

    /**
     * What was sent over the current link up to here has reached the coordinator's journal and is forced.
     *
     * @return whether a row could go because of that, or none had to.
     */
    boolean fence(final long sequence) {
        final int before = size;
        fencedSequence = Math.max(fencedSequence, sequence);
        trim(remembered.size());
        return size < before || !needsFence();
    }

    /** Another process of the resource has resolved a branch that voted YES here. */
    void resolvedElsewhere(final BranchState state) {
        state.isResolvedElsewhere = true;
        state.isFenced = false;
        state.voteSequence = ++sentSequence;
        remember(state);
    }

    /** The current link is lost: which of the votes that aren't fenced arrived can't be told. */
    void linkLost() {
        forEach(state -> {
            if (state.voteSequence > 0) {
                state.isFenced |= state.voteSequence <= fencedSequence;
                state.isVoteRepeated = true;
                state.voteSequence = 0;
            }
        });
        sentSequence = 0;
        fencedSequence = 0;
    }

    /**
     * The coordinator was put back to an earlier point, where a branch may still have to be committed that it had
     * committed and forgotten since, so that who asked later was told to roll back. The resource itself is asked about
     * it once more (rule 11). What was rolled back for good it knows nothing of.
     */
    void onRestored() {
        final List<BranchState> rolledBack = new ArrayList<>(0);
        forEach(state -> {
            state.isOfLostHistory = true;
            if (wasToldToRollBack(state)) {
                rolledBack.add(state);
            }
        });
        remembered.removeIf(BranchTable::wasToldToRollBack);
        rolledBack.forEach(this::remove);
    }

    private static boolean wasToldToRollBack(final BranchState state) {
        return state.phase == Phase.DECIDED && state.decision == DecisionType.ROLLBACK && state.decisionEpoch > 0
            && state.onePhaseResult == null;
    }

    boolean mayForget(final BranchState state) {
        switch (state.phase) {
            case DECIDED:
                return state.decisionEpoch > 0 || mayForgetRolledBackHere(state);
            case UNRESOLVED:
                return state.vote == null && state.decisionEpoch > 0;
            case ONE_PHASE_ANSWERED:
                return state.isEvidenceForgotten;
            case VOTED:
                return isFinished(state) && (isVoteFenced(state) || state.askedEpoch < fencedEpoch);
            default:
                return false;
        }
    }

    private boolean mayForgetRolledBackHere(final BranchState state) {
        if (state.onePhaseResult != null) {
            return state.isEvidenceForgotten;
        }
        // No later epoch's PREPARE tells: it leaves on append and overtakes a one-phase COMMIT, which doesn't.
        return isVoteFenced(state);
    }

    private boolean isVoteFenced(final BranchState state) {
        return state.isFenced || (state.voteSequence > 0 && state.voteSequence <= fencedSequence);
    }

    /** Whether the coordinator should be asked about a branch, since only its answer lets the row go. */
    boolean isWorthAsking(final BranchState state) {
        return needsFence() && state.phase == Phase.DECIDED && !mayForget(state);
    }

    private static boolean isFinished(final BranchState state) {
        return state.phase == Phase.DECIDED
            || state.phase == Phase.ONE_PHASE_ANSWERED
            || (state.phase == Phase.VOTED && (state.vote != VoteType.YES || state.isResolvedElsewhere));
    }

    private void remove(final BranchState state) {
        final BranchState first = byTransaction.get(state.transactionId());
        if (first == state) {
            if (state.sibling == null) {
                byTransaction.remove(state.transactionId());
            } else {
                byTransaction.put(state.transactionId(), state.sibling);
            }
        } else {
            BranchState before = first;
            while (before.sibling != state) {
                before = before.sibling;
            }
            before.sibling = state.sibling;
        }
        size--;
    }
}
