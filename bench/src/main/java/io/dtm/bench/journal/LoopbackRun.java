package io.dtm.bench.journal;

import io.dtm.bench.journal.LoopbackPeers.PeerListener;
import io.dtm.bench.journal.LoopbackPeers.Withheld;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.coordinator.TransactionCounts;
import io.dtm.core.journal.JournalContext;
import java.nio.file.Path;

/** Makes the journal of a run: the whole pipeline with peers in process, driven by hand on one thread. */
final class LoopbackRun {
    /** Beside twice as many transactions as usual no more can be owed to one participant. */
    private static final long PAYLOAD_TOTAL_BYTES = 200L << 20;

    private LoopbackRun() {
    }

    /**
     * Runs transactions from submit to the last acknowledgement.
     *
     * @param directory of the journal.
     */
    static void journal(final StorageKind kind, final Path directory, final Load load, final int transactions) {
        inFlight(JournalContext.DEFAULT_SEGMENT_LENGTH, kind, directory, load, transactions, 0, 0);
    }

    /**
     * Runs transactions to their end, and then some that stay in flight.
     *
     * @param segmentLength of the journal.
     * @param directory     of it.
     * @param preparing  of which a vote is missing.
     * @param committing of which both acknowledgements are missing.
     */
    static void inFlight(
        final int segmentLength,
        final StorageKind kind,
        final Path directory,
        final Load load,
        final int finished,
        final int preparing,
        final int committing) {
        final LoopbackPeers peers = new LoopbackPeers(load, PeerListener.NONE);
        try (LoopbackCoordinator coordinator = LoopbackCoordinator.start(
            LiveJournal.context(kind, directory).segmentLength(segmentLength), settings(), peers)) {
            peers.submitUntil(finished);
            settle(coordinator);
            final long first = finished + 1;
            peers.withhold(new Withheld(first, finished + preparing, finished + preparing + committing));
            peers.submitUntil(finished + preparing + committing);
            settle(coordinator);
            final TransactionCounts counts = coordinator.coordinator().countTransactions();
            if (counts.preparing() != preparing || counts.committing() != committing
                || counts.inFlight() != preparing + committing || peers.told() != finished + committing) {
                throw new IllegalStateException("in flight: " + counts + ", told: " + peers.told());
            }
        }
    }

    /** Repetitions of what is withheld aren't what is measured. */
    static CoordinatorSettings settings() {
        final CoordinatorSettings defaults = CoordinatorSettings.defaults();
        return new CoordinatorSettings(
            defaults.defaultTimeoutMs(), defaults.maxTimeoutMs(), defaults.sessionTimeoutMs(), defaults.maxBranches(),
            defaults.maxBranchPayloadBytes(), defaults.maxTransactionPayloadBytes(), 2 * defaults.maxTransactions(),
            defaults.maxSessions(), defaults.maxResources(), defaults.maxInstances(), PAYLOAD_TOTAL_BYTES,
            defaults.retainedOutcomes(), defaults.retentionMs(), 60_000, 3_600_000, defaults.durability());
    }

    private static void settle(final LoopbackCoordinator coordinator) {
        int idle = 0;
        while (idle < 100) {
            idle = coordinator.pipeline().invoke() == 0 ? idle + 1 : 0;
            coordinator.requireRunning();
        }
    }
}
