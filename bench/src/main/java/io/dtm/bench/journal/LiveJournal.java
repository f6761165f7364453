package io.dtm.bench.journal;

import io.dtm.core.journal.JournalContext;
import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.journal.SegmentedJournal;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/** Makes a new journal to measure. */
final class LiveJournal {
    private LiveJournal() {
    }

    static JournalContext context(final StorageKind kind, final Path directory) {
        return new JournalContext()
            .storage(kind.open(directory))
            .lowSpaceBytes(0)
            .coordinatorIdSupplier(() -> ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE));
    }

    /**
     * @param context of a directory that doesn't exist.
     * @return the journal, with all the space that is to be made ahead.
     */
    static SegmentedJournal create(final JournalContext context) {
        try (JournalRecovery recovery = JournalRecovery.open(context)) {
            recovery.replay(0, (position, linkId, timeNs, frame, offset, length) -> { });
            final SegmentedJournal journal = recovery.start();
            int work = 1;
            while (work > 0) {
                work = journal.prepareSpace();
            }
            journal.handOver();
            return journal;
        }
    }
}
