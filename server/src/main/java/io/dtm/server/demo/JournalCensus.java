package io.dtm.server.demo;

import io.dtm.core.coordinator.CheckpointOutput;
import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.coordinator.PayloadReader;
import io.dtm.core.coordinator.ProtocolCodes.TransactionState;
import io.dtm.core.journal.JournalReader;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.Recovery;
import io.dtm.core.recovery.RecoveryOutput;
import java.nio.file.Path;
import java.util.Locale;
import org.agrona.DirectBuffer;

/**
 * How many transactions are in each state, by the journal: it is replayed, read-only, as a restart would. Works beside
 * a coordinator that runs, and after one that was killed.
 */
final class JournalCensus implements CheckpointOutput {
    private int active;
    private int preparing;
    private int committing;
    private int aborting;

    private JournalCensus() {
    }

    /**
     * @param journal directory.
     * @return the states now.
     */
    static JournalCensus take(final Path journal) {
        final RecoveryOutput output = new RecoveryOutput();
        final CommitCoordinator coordinator = new CommitCoordinator(output);
        try (JournalReader reader = JournalReader.open(journal)) {
            new Recovery(coordinator, output, Recovered.NOTHING).replay(handler -> reader.replay(0, handler));
        }
        final JournalCensus census = new JournalCensus();
        coordinator.writeTo(census);
        return census;
    }

    /** @return whether some transactions are being prepared and others committed. */
    boolean isInTheMiddle() {
        return preparing > 0 && committing > 0;
    }

    int inFlight() {
        return active + preparing + committing + aborting;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "ACTIVE %d, PREPARING %d, COMMITTING %d, ABORTING %d",
            active, preparing, committing, aborting);
    }

    @Override
    public void transaction(
        final long transactionId,
        final int state,
        final int beginEpoch,
        final long deadlineNs,
        final long joinToken,
        final int wantedStage,
        final int reason,
        final int causeBranchId,
        final int resends,
        final long giveUpNs,
        final long timerNs,
        final long ordinal,
        final int flags,
        final DirectBuffer text,
        final int offset,
        final int length) {
        switch (state) {
            case TransactionState.ACTIVE -> active++;
            case TransactionState.PREPARING, TransactionState.DELEGATED -> preparing++;
            case TransactionState.COMMITTING -> committing++;
            case TransactionState.ABORTING -> aborting++;
            default -> throw new IllegalStateException("no such state: " + state);
        }
    }

    // what else the coordinator's state holds isn't counted

    @Override
    public void coordinator(
        final long coordinatorId,
        final int epoch,
        final int generation,
        final int generationEpoch,
        final long recoveredEnd,
        final long nowNs,
        final long downtimeNs,
        final int lastSessionId,
        final long lastOrdinal,
        final long preparingWalkOrdinal,
        final int flags) {
    }

    @Override
    public void settings(final CoordinatorSettings settings) {
    }

    @Override
    public void nonce(final int epoch, final long nonce) {
    }

    @Override
    public void session(
        final int sessionId,
        final long tokenHigh,
        final long tokenLow,
        final int openedInEpoch,
        final int seenInEpoch,
        final int linkId,
        final long highestCounter,
        final long sweptTransactionId,
        final long retiredOrdinal,
        final long retiredNs,
        final int flags,
        final DirectBuffer principal,
        final int offset,
        final int length) {
    }

    @Override
    public void resource(
        final int resourceId,
        final int connectedEpoch,
        final int pass,
        final long sweptBranchOrdinal,
        final DirectBuffer name,
        final int nameOffset,
        final int nameLength,
        final DirectBuffer principal,
        final int principalOffset,
        final int principalLength) {
    }

    @Override
    public void instance(
        final int resourceId,
        final int index,
        final long incarnation,
        final int capabilities,
        final int sessionId,
        final int readyLink,
        final DirectBuffer name,
        final int offset,
        final int length) {
    }

    @Override
    public void formerIncarnation(final int resourceId, final int index, final long incarnation) {
    }

    @Override
    public void expectedBranch(final long transactionId, final int branchId) {
    }

    @Override
    public void branch(
        final long transactionId,
        final int branchId,
        final int state,
        final int resourceId,
        final int instanceIndex,
        final long incarnation,
        final int enlistEpoch,
        final int voteEpoch,
        final int vote,
        final int settledBy,
        final long ordinal,
        final long sentOver,
        final int flags) {
    }

    @Override
    public void payload(final long transactionId, final int branchId, final PayloadReader payload) {
    }

    @Override
    public void retainedOutcome(
        final long transactionId,
        final int outcome,
        final int reason,
        final int flags,
        final int branchId,
        final long timeNs) {
    }

    @Override
    public void end() {
    }
}
