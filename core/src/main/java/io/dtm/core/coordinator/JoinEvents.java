package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Reason;
import io.dtm.core.coordinator.ProtocolCodes.Reject;
import io.dtm.core.coordinator.ProtocolCodes.Template;
import org.agrona.DirectBuffer;

/** Branches join interactive transactions: enlisted by the participants that joined, or by the client. */
final class JoinEvents {
    private final CoordinatorState state;
    private final CoordinatorOutput output;
    private final TwoPhaseCommit protocol;
    private final TransactionIds ids;
    private final BranchRoom room;
    private final InteractiveEvents interactive;

    JoinEvents(
        final CoordinatorState state,
        final TwoPhaseCommit protocol,
        final TransactionIds ids,
        final BranchRoom room,
        final InteractiveEvents interactive) {
        this.state = state;
        this.output = state.output;
        this.protocol = protocol;
        this.ids = ids;
        this.room = room;
        this.interactive = interactive;
    }

    /** @param incarnation of the process that joins; 0: the client enlists. */
    void enlist(
        final long transactionId,
        final int branchId,
        final int resourceId,
        final long incarnation,
        final long joinToken,
        final int epoch,
        final DirectBuffer payload,
        final int offset,
        final int length) {
        final Resource resource = state.resource(resourceId);
        final Session session = enlister(transactionId, branchId, resource, incarnation);
        if (session == null) {
            return;
        }
        final Transaction transaction = protocol.find(transactionId);
        if (transaction == null || !transaction.interactive) {
            refuseAbsent(session, transactionId, branchId);
        } else if (incarnation != 0 && transaction.joinToken != joinToken) {
            refuse(session, transactionId, branchId, Reject.WRONG_JOIN_TOKEN,
                "the join token is not this transaction's: pass the context on unchanged");
        } else if (epoch != state.epoch) {
            refuse(session, transactionId, branchId, Reject.NOT_ACTIVE,
                "the coordinator is in epoch " + state.epoch + " now: this transaction rolls back");
        } else {
            final Branch known = transaction.branch(branchId);
            if (known != null && known.resource == resource) {
                joinAgain(session, known, incarnation);
            } else {
                join(session, transaction, branchId, resource, incarnation, payload, offset, length);
            }
        }
    }

    /** @return the session that the answer goes to; null if the sender has no business with it. */
    private Session enlister(
        final long transactionId, final int branchId, final Resource resource, final long incarnation) {
        if (incarnation == 0) {
            final Session owner = ids.ownerOverLink(transactionId, Template.ENLIST);
            if (owner != null && resource == null) {
                refuse(owner, transactionId, branchId, Reject.UNKNOWN_PARTICIPANT,
                    "no participant has this id: look its name up again");
                return null;
            }
            return owner;
        }
        final Instance instance = resource == null ? null : resource.over(state.linkId);
        return instance != null && instance.incarnation == incarnation ? instance.session : null;
    }

    /** A join may overtake the begin, which comes over another stream. */
    private void refuseAbsent(final Session session, final long transactionId, final int branchId) {
        if (ids.mayBeginLater(transactionId)) {
            refuse(session, transactionId, branchId, Reject.UNKNOWN_TRANSACTION,
                "not begun, or not yet: try again until its time is over");
        } else {
            refuse(session, transactionId, branchId, Reject.TRANSACTION_FINISHED, "it has ended");
        }
    }

    /**
     * The same process repeats itself; another one can't have the first one's work (rule 3). What a client enlisted has
     * done its work when it has voted, whatever becomes of its process then.
     */
    private void joinAgain(final Session session, final Branch known, final long incarnation) {
        final Transaction transaction = known.transaction;
        final long transactionId = transaction.id;
        final int branchId = known.branchId;
        final boolean isSame = incarnation == 0
            ? !known.hasNotVoted() || !known.isOfFormerIncarnation()
            : known.instance == known.resource.over(state.linkId) && known.incarnation == incarnation;
        if (!isSame && transaction.isUndecided()) {
            protocol.abort(transaction, incarnation == 0 ? Reason.NEW_INCARNATION : Reason.TWO_INCARNATIONS, branchId);
            refuse(session, transactionId, branchId, Reject.NOT_ACTIVE, incarnation == 0
                ? "this participant's process was replaced before it voted: the transaction rolls back"
                : "another process of this participant had joined: the transaction rolls back");
        } else if (!isSame || transaction.state == Transaction.State.ABORTING) {
            refuse(session, transactionId, branchId, Reject.NOT_ACTIVE, "it is already being ended");
        } else {
            output.joined(session.id, transactionId, branchId);
        }
    }

    private void join(
        final Session session,
        final Transaction transaction,
        final int branchId,
        final Resource resource,
        final long incarnation,
        final DirectBuffer payload,
        final int offset,
        final int length) {
        final Instance instance = incarnation == 0 ? resource.primary(state.epoch) : resource.over(state.linkId);
        final int code = room.refusal(transaction, length);
        if (transaction.state != Transaction.State.ACTIVE) {
            refuse(session, transaction.id, branchId, Reject.NOT_ACTIVE, "it is already being ended");
        } else if (transaction.branch(branchId) != null || transaction.branchAt(resource) != null) {
            refuse(session, transaction.id, branchId, Reject.DUPLICATE_BRANCH,
                "this participant or this branch id is already part of it");
        } else if (code != BranchRoom.THERE_IS_ROOM) {
            refuse(session, transaction.id, branchId, code, room.sentence(code));
        } else if (instance == null) {
            refuse(session, transaction.id, branchId, Reject.UNKNOWN_PARTICIPANT,
                "this participant is not connected now: try later");
        } else {
            resource.append(
                room.add(transaction, branchId, resource, instance, payload, offset, length), state.nextOrdinal());
            output.joined(session.id, transaction.id, branchId);
            transaction.removeMissing(branchId);
            interactive.prepareIfComplete(transaction);
        }
    }

    private void refuse(
        final Session session, final long transactionId, final int branchId, final int code, final String text) {
        output.rejected(session.id, transactionId, branchId, Template.ENLIST, code, text);
    }
}
