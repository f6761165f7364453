package io.dtm.server.demo;

import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.TransactionCounts;
import io.dtm.core.journal.JournalReader;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.Recovery;
import io.dtm.core.recovery.RecoveryOutput;
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
        final RecoveryOutput output = new RecoveryOutput();
        final CommitCoordinator coordinator = new CommitCoordinator(output);
        try (JournalReader reader = JournalReader.open(journal)) {
            new Recovery(coordinator, output, Recovered.NOTHING).replay(handler -> reader.replay(0, handler));
        }
        return new JournalCensus(coordinator.countTransactions());
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
