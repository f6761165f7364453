package io.dtm.session;

import io.dtm.codec.Templates;
import io.dtm.codec.message.AckResult;
import io.dtm.codec.message.DecisionCause;
import io.dtm.codec.message.DecisionType;
import io.dtm.codec.message.OnePhaseResult;
import io.dtm.codec.message.VoteType;
import io.dtm.participant.BranchId;
import io.dtm.participant.Participant;
import io.dtm.session.BranchState.Phase;
import org.agrona.DirectBuffer;

/**
 * What a participant answers to PREPARE, COMMIT, ROLLBACK and one-phase COMMIT, first copies and repeats. It only
 * answers: whatever is lost on the way is asked for again by the coordinator, or found by the scan for branches in
 * doubt. Answers go out only in the epoch, and over a link, in which the resource is registered. Duty cycle's thread.
 */
final class Branches {
    private static final byte[] NO_TEXT = new byte[0];

    private final ResourceSession resource;
    private final Participant participant;
    private final BranchTable table;
    private final CompletionQueue completions;
    private final ParticipantPublisher publisher;
    private final SessionListener listener;
    private final UserCode userCode;

    Branches(
        final ResourceSession resource,
        final Participant participant,
        final BranchTable table,
        final CompletionQueue completions,
        final ParticipantPublisher publisher,
        final UserCode userCode) {
        this.resource = resource;
        this.participant = participant;
        this.table = table;
        this.completions = completions;
        this.publisher = publisher;
        this.listener = userCode.listener();
        this.userCode = userCode;
    }

    // what the coordinator asks for

    void onPrepare(
        final int epoch,
        final long position,
        final BranchId id,
        final DirectBuffer payload,
        final int offset,
        final int length) {
        if (id.enlistEpoch() == epoch) {
            table.newlyEnlisted(epoch);
        }
        BranchState state = table.find(id.transactionId(), id.branchId());
        if (state == null) {
            state = new BranchState(id, Phase.PREPARING);
            asked(state, epoch, position);
            if (table.isFull()) {
                state.vote = VoteType.NO;
                state.voteText = Utf8.cut("the participant has too many unfinished branches");
                sendVote(state);
                return;
            }
            table.add(state);
            prepare(state, payload, offset, length);
            return;
        }
        asked(state, epoch, position);
        switch (state.phase) {
            case ACTIVE:
                state.phase = Phase.PREPARING;
                prepare(state, payload, offset, length);
                break;
            case PREPARING:
                break;
            case VOTED:
                sendVote(state);
                break;
            case DECIDING:
            case DECIDED:
            case UNRESOLVED:
                prepareAfterDecision(state);
                break;
            case ONE_PHASE_RUNNING:
            case ONE_PHASE_ANSWERED:
            default:
                anomaly("PREPARE for a branch that was to commit in one phase", state);
                break;
        }
    }

    void onDecision(final int epoch, final BranchId id, final DecisionType decision, final DecisionCause cause) {
        final BranchState state = table.find(id.transactionId(), id.branchId());
        if (state == null) {
            // Not of this process, or forgotten: the resource itself is asked (rule 11). Also when the table is full:
            // a decision frees what is prepared, and its row goes as soon as it is obeyed.
            final BranchState added = new BranchState(id, Phase.DECIDING);
            table.add(added);
            obey(added, id, decision, epoch);
            return;
        }
        if (decision == DecisionType.COMMIT && cause == DecisionCause.DECIDED) {
            table.commitReceived(state);
        }
        if (state.isJoinRefused) {
            // What is decided was prepared by another process: the resource itself is asked (rule 11).
            state.isJoinRefused = false;
            obey(state, id, decision, epoch);
            return;
        }
        switch (state.phase) {
            case ACTIVE:
                if (decision == DecisionType.ROLLBACK) {
                    obey(state, id, decision, epoch);
                } else {
                    anomaly("COMMIT for a branch that was not prepared", state);
                }
                break;
            case PREPARING:
                decidePreparing(state, decision, epoch);
                break;
            case VOTED:
                decideVoted(state, id, decision, epoch);
                break;
            case DECIDING:
                decideAgain(state, decision, epoch);
                break;
            case DECIDED:
                decideDecided(state, id, decision, cause, epoch);
                break;
            case UNRESOLVED:
                if (state.isOnePhaseTried || (state.decision != null && state.decision != decision)) {
                    anomaly(decision + " contradicts what was asked before", state);
                } else {
                    obey(state, id, decision, epoch);
                }
                break;
            case ONE_PHASE_RUNNING:
            case ONE_PHASE_ANSWERED:
            default:
                if (state.isFoundPrepared) {
                    obey(state, id, decision, epoch);
                } else {
                    anomaly(decision + " for a branch that was to commit in one phase", state);
                }
                break;
        }
    }

    /**
     * When the table is full, a one-phase COMMIT that would run work isn't begun. It can't be refused either: ABORTED
     * without a row would be contradicted by the next copy, which would run the work (rule 4). The coordinator asks
     * until it gets an answer (rule 9), so it is taken up when there is room. One that names another process runs
     * nothing and ends a transaction: it bypasses the limit like a decision.
     */
    void onOnePhaseCommit(
        final int epoch,
        final boolean isNamedOther,
        final long position,
        final BranchId id,
        final DirectBuffer payload,
        final int offset,
        final int length) {
        BranchState state = table.find(id.transactionId(), id.branchId());
        if (state == null) {
            state = new BranchState(id, Phase.ONE_PHASE_RUNNING);
            if (table.isFull() && !isNamedOther) {
                anomaly("there is no room for a one-phase COMMIT until others are decided", state);
                return;
            }
            asked(state, epoch, position);
            table.add(state);
            commitOnePhase(state, payload, offset, length, isNamedOther);
            return;
        }
        asked(state, epoch, position);
        if (state.onePhaseResult != null) {
            sendOnePhaseResult(state);
            return;
        }
        switch (state.phase) {
            case ACTIVE:
                if (isNamedOther) {
                    anomaly("one-phase COMMIT names another process for a branch that runs in this one", state);
                } else {
                    commitOnePhase(state, payload, offset, length, false);
                }
                break;
            case ONE_PHASE_RUNNING:
                break;
            case UNRESOLVED:
                if (state.isOnePhaseTried) {
                    commitOnePhase(state, payload, offset, length, true);
                } else if (isRolledBackHere(state, isNamedOther)) {
                    // That did not work before; the work may not be committed after it was tried.
                    state.isOnePhaseWaiting = true;
                    rollBackHere(state);
                } else {
                    anomaly("one-phase COMMIT for a branch whose " + state.decision + " did not work", state);
                }
                break;
            case DECIDING:
                if (isRolledBackHere(state, isNamedOther)) {
                    state.isOnePhaseWaiting = true;
                } else {
                    anomaly("one-phase COMMIT for a branch that is being decided", state);
                }
                break;
            case DECIDED:
                if (state.decision == DecisionType.ROLLBACK && state.vote == null && !isNamedOther) {
                    onRolledBackHere(state);
                } else {
                    anomaly("one-phase COMMIT for a decided branch", state);
                }
                break;
            default:
                anomaly("one-phase COMMIT for a branch that was asked to prepare", state);
                break;
        }
    }

    void onForgetEvidence(final BranchId id) {
        final BranchState state = table.find(id.transactionId(), id.branchId());
        if (state != null && state.onePhaseResult != null) {
            state.isEvidenceForgotten = true;
            if (state.phase == Phase.ONE_PHASE_ANSWERED) {
                table.remember(state);
            }
        } else if (state != null && state.phase != Phase.DECIDED) {
            anomaly("the evidence of a branch that has not answered is no longer needed", state);
            return;
        }
        try {
            participant.forgetEvidence(state == null ? id : state.id());
        } catch (final Throwable ex) {
            userCode.threw("forgetting evidence of " + id + " failed", ex);
        }
    }

    // what the participant answers

    void onVoted(final BranchState state, final VoteType vote, final byte[] text) {
        state.vote = vote;
        state.voteText = text;
        state.scansBefore = resource.scansStarted();
        if (state.isRollbackWaiting) {
            state.isRollbackWaiting = false;
            if (vote == VoteType.YES) {
                obey(state, state.id(), DecisionType.ROLLBACK, state.decisionEpoch);
            } else {
                state.decision = DecisionType.ROLLBACK;
                onObeyed(state, AckResult.DONE);
            }
            return;
        }
        state.phase = Phase.VOTED;
        sendVote(state);
        if (vote != VoteType.YES) {
            table.remember(state);
        }
    }

    void onObeyed(final BranchState state, final AckResult result) {
        // What was found prepared of a branch that has committed in one phase doesn't change its answer.
        state.phase = state.onePhaseResult == null ? Phase.DECIDED : Phase.ONE_PHASE_ANSWERED;
        state.isFoundPrepared = false;
        state.result = result;
        state.scansBefore = resource.scansStarted();
        acknowledge(state, state.decision, result);
        if (state.isOnePhaseWaiting) {
            onRolledBackHere(state);
        }
        table.remember(state);
    }

    /** The answer to a one-phase COMMIT for it. */
    private void onRolledBackHere(final BranchState state) {
        state.isOnePhaseWaiting = false;
        state.onePhaseResult = OnePhaseResult.ABORTED;
        state.onePhaseText = Utf8.cut("rolled back before, at its deadline");
        sendOnePhaseResult(state);
    }

    /** Whether it is rolled back by this process alone: the coordinator has not decided, nor was there a vote. */
    private static boolean isRolledBackHere(final BranchState state, final boolean isNamedOther) {
        return state.decision == DecisionType.ROLLBACK && state.decisionEpoch == 0 && state.vote == null
            && !isNamedOther;
    }

    void onDecisionFailed(final BranchState state, final Throwable cause) {
        userCode.threw(state.decision + " of " + state.id() + " did not work and is tried again later", cause);
        // What was found prepared is still: the next decision must be carried out, whatever was answered before.
        if (state.vote != null) {
            state.phase = Phase.VOTED;
        } else if (state.onePhaseResult != null) {
            state.phase = Phase.ONE_PHASE_ANSWERED;
        } else {
            state.phase = Phase.UNRESOLVED;
            table.remember(state);
        }
    }

    void onOnePhaseResult(final BranchState state, final OnePhaseResult result, final byte[] text) {
        state.phase = Phase.ONE_PHASE_ANSWERED;
        state.onePhaseResult = result;
        state.onePhaseText = text;
        sendOnePhaseResult(state);
    }

    void onOnePhaseFailed(final BranchState state, final Throwable cause) {
        userCode.threw("the one-phase commit of " + state.id() + " can't be told now", cause);
        state.phase = Phase.UNRESOLVED;
        state.isOnePhaseTried = true;
    }

    // what the library decides by itself

    /**
     * The coordinator refused the join, or never confirmed it. The service undoes its own work; nothing is rolled back
     * in the resource, where another process may have prepared a branch of the same id. The row stays, so that a
     * PREPARE that comes all the same gets a NO.
     */
    void joinRefused(final BranchState state) {
        state.isJoinRefused = true;
        state.decision = DecisionType.ROLLBACK;
        onObeyed(state, AckResult.ABSENT);
    }

    /** Rolls back a branch that nobody will ask to prepare any more, or that may vote NO as well. */
    void rollBackHere(final BranchState state) {
        obey(state, state.id(), DecisionType.ROLLBACK, 0);
    }

    /**
     * The resource is registered over a new link: what may have been lost with the old one goes again. A one-phase
     * result too, also when the coordinator has it: its word that the evidence may go may be what was lost, with the
     * link or with the coordinator's process. So it goes in every epoch; but not after a restore: what was delegated
     * then isn't asked for any more, and the evidence may be all that is left of it (rule 12).
     *
     * @param epoch in which it is registered.
     */
    void resendAnswers(final int epoch) {
        table.forEach(state -> {
            if (state.phase == Phase.VOTED && state.voteSequence == 0 && !state.isFenced) {
                sendVote(state);
            } else if (state.onePhaseResult != null && !state.isEvidenceForgotten && !state.isOfLostHistory) {
                state.askedEpoch = epoch;
                sendOnePhaseResult(state);
            }
        });
    }

    private static void asked(final BranchState state, final int epoch, final long position) {
        state.askedEpoch = epoch;
        state.isOfLostHistory = false;
        state.position = Math.max(state.position, position);
    }

    private void prepare(final BranchState state, final DirectBuffer payload, final int offset, final int length) {
        final Replies.Vote reply = new Replies.Vote(completions, this, state);
        try {
            participant.prepare(state.id(), payload, offset, length, reply);
        } catch (final Throwable ex) {
            reply.no(UserCode.text(ex));
            userCode.threw("preparing " + state.id() + " failed", ex);
        }
    }

    private void prepareAfterDecision(final BranchState state) {
        if (state.vote == null) {
            if (state.decision != DecisionType.ROLLBACK) {
                anomaly("PREPARE after " + state.decision, state);
                return;
            }
            state.vote = VoteType.NO;
            state.voteText = Utf8.cut("rolled back before");
        }
        sendVote(state);
    }

    private void decidePreparing(final BranchState state, final DecisionType decision, final int epoch) {
        if (decision != DecisionType.ROLLBACK) {
            anomaly("COMMIT for a branch that has not voted", state);
            return;
        }
        final boolean isRepeat = state.isRollbackWaiting;
        state.isRollbackWaiting = true;
        state.decisionEpoch = epoch;
        if (!isRepeat) {
            try {
                participant.abandonPrepare(state.id());
            } catch (final Throwable ex) {
                userCode.threw("abandoning " + state.id() + " failed", ex);
            }
        }
    }

    private void decideVoted(
        final BranchState state, final BranchId id, final DecisionType decision, final int epoch) {
        final boolean isHeld = state.vote == VoteType.YES || state.isFoundPrepared;
        final boolean isNothingToDo = decision == DecisionType.ROLLBACK || state.vote == VoteType.READ_ONLY;
        if (isHeld || !isNothingToDo) {
            obey(state, id, decision, epoch);
        } else {
            state.decision = decision;
            state.decisionEpoch = epoch;
            onObeyed(state, AckResult.DONE);
        }
    }

    private void decideAgain(final BranchState state, final DecisionType decision, final int epoch) {
        if (state.decision == decision) {
            state.decisionEpoch = epoch;
        } else {
            anomaly(decision + " while " + state.decision + " is carried out", state);
        }
    }

    private void decideDecided(
        final BranchState state,
        final BranchId id,
        final DecisionType decision,
        final DecisionCause cause,
        final int epoch) {
        if (state.isFoundPrepared) {
            obey(state, id, decision, epoch);
            return;
        }
        state.decisionEpoch = epoch;
        if (state.decision == decision) {
            acknowledge(state, decision, state.result);
        } else if (decision == DecisionType.ROLLBACK && cause == DecisionCause.PRESUMED) {
            // Answers a late repeat of the vote of a transaction that was committed and forgotten (rule 11).
            acknowledge(state, decision, AckResult.ABSENT);
        } else {
            anomaly(decision + " after " + state.decision, state);
            acknowledge(state, state.decision, state.result);
        }
    }

    private void obey(final BranchState state, final BranchId id, final DecisionType decision, final int epoch) {
        state.phase = Phase.DECIDING;
        state.decision = decision;
        state.decisionEpoch = epoch;
        final Replies.Decision reply = new Replies.Decision(completions, this, state);
        try {
            if (decision == DecisionType.COMMIT) {
                participant.commit(id, reply);
            } else {
                participant.rollback(id, reply);
            }
        } catch (final Throwable ex) {
            reply.retry(ex);
        }
    }

    private void commitOnePhase(
        final BranchState state,
        final DirectBuffer payload,
        final int offset,
        final int length,
        final boolean isOnlyToFindOut) {
        state.phase = Phase.ONE_PHASE_RUNNING;
        final Replies.OnePhase reply = new Replies.OnePhase(completions, this, state);
        try {
            participant.commitOnePhase(state.id(), payload, offset, length, isOnlyToFindOut, reply);
        } catch (final Throwable ex) {
            reply.retry(ex);
        }
    }

    private void sendVote(final BranchState state) {
        if (resource.mayAnswer(state.askedEpoch)) {
            table.voteSent(state);
            publisher.vote(state.askedEpoch, resource.resourceId(), state, state.vote,
                state.voteText == null ? NO_TEXT : state.voteText);
        }
    }

    private void acknowledge(final BranchState state, final DecisionType decision, final AckResult result) {
        if (resource.mayAnswer(state.decisionEpoch)) {
            publisher.acknowledge(state.decisionEpoch, resource.resourceId(), state, decision, result);
        }
    }

    private void sendOnePhaseResult(final BranchState state) {
        if (resource.mayAnswer(state.askedEpoch)) {
            publisher.onePhaseResult(
                state.askedEpoch, resource.resourceId(), state, state.onePhaseResult, state.onePhaseText);
        }
    }

    private void anomaly(final String what, final BranchState state) {
        listener.onAnomaly(what + ": transaction " + Long.toHexString(state.transactionId())
            + " branch " + (state.branchId() == Templates.NO_BRANCH ? "none" : state.branchId()), null);
    }
}
