package io.dtm.core.coordinator;

import io.dtm.core.coordinator.CheckpointOutput.BranchFlag;
import io.dtm.core.coordinator.CheckpointOutput.CoordinatorFlag;
import io.dtm.core.coordinator.CheckpointOutput.SessionFlag;
import io.dtm.core.coordinator.CheckpointOutput.TransactionFlag;
import org.agrona.concurrent.UnsafeBuffer;

/** Tells the whole state, in an order that depends on nothing but the events. */
final class CheckpointWriter {
    private final CoordinatorState state;
    private final CheckpointOutput output;
    private final UnsafeBuffer bytes = new UnsafeBuffer(new byte[0]);
    private final UnsafeBuffer otherBytes = new UnsafeBuffer(new byte[0]);

    CheckpointWriter(final CoordinatorState state, final CheckpointOutput output) {
        this.state = state;
        this.output = output;
    }

    void write() {
        coordinator();
        for (int i = 0; i < state.nonces.size(); i++) {
            output.nonce(state.generationEpoch + i, state.nonces.getLong(i), state.recoveredEnds.getLong(i));
        }
        for (int i = 0; i < state.sessions.size(); i++) {
            session(state.sessions.get(i));
        }
        for (int i = 0; i < state.resources.size(); i++) {
            resource(state.resources.get(i));
        }
        for (int i = 0; i < state.sessions.size(); i++) {
            // Counters rise within a session, so this is the order of all ids.
            for (Transaction one = state.sessions.get(i).firstTransaction; one != null; one = one.nextOfSession) {
                transaction(one);
            }
        }
        state.retained.forEach((transactionId, packed, timeNs) -> output.retainedOutcome(
            transactionId, RetainedOutcomes.outcome(packed), RetainedOutcomes.reason(packed),
            RetainedOutcomes.flags(packed), RetainedOutcomes.branchId(packed), timeNs));
        output.end();
    }

    private void coordinator() {
        final Transaction walked = state.preparing.cursor();
        output.coordinator(
            state.coordinatorId, state.epoch, state.generation, state.generationEpoch, state.recoveredEnd,
            state.nowNs, state.downtimeNs(), state.lastSessionId, state.lastOrdinal(),
            walked == null ? 0L : walked.ordinal,
            (state.recoveryConfirmed ? CoordinatorFlag.RECOVERY_CONFIRMED : 0)
                | (state.graceOver ? CoordinatorFlag.GRACE_OVER : 0)
                | (state.storageRefused ? CoordinatorFlag.STORAGE_REFUSED : 0)
                | (state.preparing.isWalking() ? CoordinatorFlag.WALKS_PREPARING : 0));
        output.settings(state.settings);
    }

    private void session(final Session session) {
        bytes.wrap(session.principal);
        output.session(
            session.id, session.tokenHigh, session.tokenLow, session.openedInEpoch, session.seenInEpoch,
            session.linkId, session.highestCounter, session.cursor == null ? 0L : session.cursor.id,
            session.retiredOrdinal, session.retiredNs,
            (session.ended ? SessionFlag.ENDED : 0) | (session.sweeping ? SessionFlag.SWEEPING : 0),
            bytes, 0, session.principal.length);
    }

    private void resource(final Resource resource) {
        bytes.wrap(resource.name);
        otherBytes.wrap(resource.principal);
        output.resource(
            resource.id, resource.connectedEpoch, resource.pass.ordinal(),
            resource.cursor == null ? 0L : resource.cursor.ordinal,
            bytes, 0, resource.name.length, otherBytes, 0, resource.principal.length);
        for (int i = 0; i < resource.instances.size(); i++) {
            final Instance instance = resource.instances.get(i);
            bytes.wrap(instance.name);
            output.instance(
                resource.id, i, instance.incarnation, instance.capabilities,
                instance.session == null ? 0 : instance.session.id, instance.readyLink,
                bytes, 0, instance.name.length);
            for (final long former : instance.former) {
                output.formerIncarnation(resource.id, i, former);
            }
        }
    }

    private void transaction(final Transaction transaction) {
        bytes.wrap(transaction.text);
        output.transaction(
            transaction.id, transaction.state.code, transaction.beginEpoch, transaction.deadlineNs,
            transaction.joinToken, transaction.wantedStage, transaction.reason, transaction.causeBranchId,
            transaction.resends, transaction.giveUpNs,
            transaction.heapIndex == TimerHeap.ABSENT ? CheckpointOutput.NO_TIMER : transaction.timerNs,
            transaction.phaseList == null ? 0L : transaction.ordinal,
            (transaction.interactive ? TransactionFlag.INTERACTIVE : 0)
                | (transaction.told ? TransactionFlag.TOLD : 0)
                | (transaction.commitRequested ? TransactionFlag.COMMIT_REQUESTED : 0)
                | (transaction.mixed ? TransactionFlag.MIXED : 0),
            bytes, 0, transaction.textLength);
        for (int i = 0; i < transaction.missingCount; i++) {
            output.expectedBranch(transaction.id, transaction.missingBranches[i]);
        }
        for (int i = 0; i < transaction.branchCount; i++) {
            branch(transaction.branches[i]);
        }
    }

    private void branch(final Branch branch) {
        output.branch(
            branch.transaction.id, branch.branchId, branch.state.code, branch.resource.id, instanceIndex(branch),
            branch.incarnation, branch.enlistEpoch, branch.voteEpoch, branch.vote, branch.settledBy,
            branch.listed ? branch.ordinal : 0L, branch.sentOver, branch.boundLate ? BranchFlag.BOUND_LATE : 0);
        if (branch.payloadLength > 0) {
            output.payload(
                branch.transaction.id, branch.branchId,
                state.payloads.at(branch.payloadBlock, branch.payloadLength));
        }
    }

    private static int instanceIndex(final Branch branch) {
        if (branch.instance == null) {
            return CheckpointOutput.NO_INSTANCE;
        }
        final int index = branch.resource.instances.indexOf(branch.instance);
        return index < 0 ? CheckpointOutput.FORMER_INSTANCE : index;
    }
}
