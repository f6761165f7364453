package io.dtm.server.demo;

import io.dtm.core.coordinator.TransactionCounts;
import io.dtm.core.journal.reading.JournalReader;
import io.dtm.core.recovery.RestoredCoordinator;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.MappedStorage;
import java.nio.file.Path;
import java.util.Locale;

/**
 * How many transactions are in each state, by the journal: it is replayed, read-only, as a restart would. Works beside
 * a coordinator that runs, and after one that was killed.
 */
record JournalCensus(TransactionCounts counts) {
    /**
     * @param journal directory.
     * @return the states now.
     */
    static JournalCensus take(final Path journal) {
        final JournalStorage storage = new MappedStorage(journal);
        final RestoredCoordinator restored;
        try (JournalReader reader = JournalReader.open(storage)) {
            restored = RestoredCoordinator.newest(storage, reader.coordinatorId(), damage -> { });
            restored.replay(handler -> reader.replay(restored.replayPosition(), handler));
        }
        return new JournalCensus(restored.coordinator().countTransactions());
    }

    /** @return whether some transactions are being prepared and others committed. */
    boolean isInTheMiddle() {
        return counts.preparing() > 0 && counts.committing() > 0;
    }

    int inFlight() {
        return counts.inFlight();
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "ACTIVE %d, PREPARING %d, COMMITTING %d, ABORTING %d",
            counts.active(), counts.preparing() + counts.delegated(), counts.committing(), counts.aborting());
    }
}
