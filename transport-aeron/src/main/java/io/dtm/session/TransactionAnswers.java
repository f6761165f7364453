package io.dtm.session;

import io.dtm.client.Acknowledge;
import io.dtm.client.Outcome;
import io.dtm.client.Refusal;
import io.dtm.codec.message.BeginDecoder;
import io.dtm.codec.message.CommitDecoder;
import io.dtm.codec.message.EnlistDecoder;
import io.dtm.codec.message.OutcomeStage;
import io.dtm.codec.message.SubmitDecoder;
import io.dtm.session.ClientTransaction.Enlistment;

/** What the coordinator answers to the client's requests, and what each says for certain. Duty cycle's thread. */
final class TransactionAnswers {
    private final PendingTransactions pending;
    private final TransactionSender sender;

    TransactionAnswers(final PendingTransactions pending, final TransactionSender sender) {
        this.pending = pending;
        this.sender = sender;
    }

    void onOutcome(
        final long transactionId, final OutcomeStage stage, final Outcome outcome, final boolean expired) {
        final ClientTransaction transaction = pending.get(transactionId);
        if (transaction == null) {
            return;
        }
        if (expired) {
            pending.forgotten(transaction, "the coordinator no longer knows the outcome");
        } else if (outcome.status() == Outcome.Status.ACCEPTED) {
            if (transaction.isAwaited() && transaction.acknowledge == Acknowledge.ACCEPTED) {
                pending.end(transaction, outcome);
            }
        } else if (outcome.neverBegun() || !transaction.isAwaited() || reaches(stage, transaction.acknowledge)) {
            pending.end(transaction, outcome);
        }
    }

    void onJoined(final int epoch, final long transactionId, final int branchId) {
        final ClientTransaction transaction = pending.get(transactionId);
        if (transaction != null && transaction.session.openedInEpoch() == epoch) {
            final Enlistment enlistment = transaction.enlistment(branchId);
            if (enlistment != null) {
                enlistment.joined();
            }
        }
    }

    /** @return whether it was about a transaction that is followed here. */
    boolean onRejected(
        final int template, final long transactionId, final int branchId, final Refusal refusal, final String text) {
        final ClientTransaction transaction = pending.get(transactionId);
        if (transaction == null) {
            return false;
        }
        switch (template) {
            case SubmitDecoder.TEMPLATE_ID:
                onSubmitRejected(transaction, refusal, text);
                break;
            case BeginDecoder.TEMPLATE_ID:
                if (refusal != Refusal.BELOW_HIGH_WATER_MARK) {
                    pending.refuse(transaction, refusal, text);
                }
                break;
            case EnlistDecoder.TEMPLATE_ID:
                onEnlistRejected(transaction, branchId, refusal, text);
                break;
            case CommitDecoder.TEMPLATE_ID:
                if (transaction.commitCopies > 1 && !transaction.inquired) {
                    // An earlier copy may be what it is no longer active for.
                    sender.sendInquire(transaction);
                } else {
                    pending.forgotten(transaction, refusal + " " + text);
                }
                break;
            default:
                if (refusal != Refusal.OVERLOADED && refusal != Refusal.STORAGE_FULL) {
                    pending.forgotten(transaction, refusal + " " + text);
                }
                break;
        }
        return true;
    }

    private void onSubmitRejected(final ClientTransaction transaction, final Refusal refusal, final String text) {
        switch (refusal) {
            case NOT_AUTHENTICATED:
            case NOT_AUTHORISED:
            case MALFORMED:
                // Refused before it was looked for: an earlier copy may have been taken.
                if (transaction.submitCopies > 1) {
                    pending.end(transaction, Outcome.unknown(refusal + " " + text));
                    return;
                }
                break;
            case NOT_OWNER:
            case BELOW_HIGH_WATER_MARK:
            case STALE_SESSION_EPOCH:
            case TRANSACTION_FINISHED:
            case UNKNOWN_TRANSACTION:
                pending.end(transaction, Outcome.unknown(refusal + " " + text));
                return;
            default:
                break;
        }
        pending.refuse(transaction, refusal, text);
    }

    private void onEnlistRejected(
        final ClientTransaction transaction, final int branchId, final Refusal refusal, final String text) {
        final Enlistment enlistment = transaction.enlistment(branchId);
        if (enlistment != null && !enlistment.isConfirmed()) {
            enlistment.refused(refusal, text);
            if (transaction.commitRequested && transaction.isAwaited() && sender.isSendable(transaction)) {
                // The commit names this branch and would wait for it until the deadline.
                sender.sendRollback(transaction);
            }
        }
    }

    private static boolean reaches(final OutcomeStage stage, final Acknowledge wanted) {
        return stage.value() >= wanted.value();
    }
}
