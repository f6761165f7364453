package io.dtm.simulation.node;

import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.journal.reading.RecordHandler;
import io.dtm.core.recovery.JournalReplay;
import io.dtm.core.recovery.ReplaySource;
import io.dtm.core.recovery.RestoredCoordinator;

/** The records that a restored coordinator doesn't hold yet; knows where they end. */
final class WatchedReplay implements ReplaySource {
    private final JournalReplay journal;
    private long endPosition;
    private long timeNs;

    WatchedReplay(final JournalRecovery recovery, final RestoredCoordinator restored) {
        this.journal = new JournalReplay(recovery, restored.replayPosition());
        this.endPosition = restored.recovered().endPosition();
        this.timeNs = restored.recovered().lastTimeNs();
    }

    /** End of the last record. */
    long endPosition() {
        return endPosition;
    }

    /** Logical time of the last record. */
    long timeNs() {
        return timeNs;
    }

    @Override
    public long forcedEnd() {
        return journal.forcedEnd();
    }

    @Override
    public void replay(final RecordHandler handler) {
        journal.replay((position, linkId, recordNs, frame, offset, length) -> {
            handler.onRecord(position, linkId, recordNs, frame, offset, length);
            endPosition = position;
            timeNs = recordNs;
        });
    }
}
