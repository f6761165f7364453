package io.dtm.simulation.node;

import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.journal.reading.RecordHandler;
import io.dtm.core.recovery.ReplaySource;
import io.dtm.core.recovery.RestoredCoordinator;

/** The records that a restored coordinator doesn't hold yet; knows where they end. */
final class JournalReplay implements ReplaySource {
    private final JournalRecovery recovery;
    private final long from;
    private long endPosition;
    private long timeNs;

    JournalReplay(final JournalRecovery recovery, final RestoredCoordinator restored) {
        this.recovery = recovery;
        this.from = restored.replayPosition();
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
    public void replay(final RecordHandler handler) {
        recovery.replay(from, (position, linkId, recordNs, frame, offset, length) -> {
            handler.onRecord(position, linkId, recordNs, frame, offset, length);
            endPosition = position;
            timeNs = recordNs;
        });
    }
}
