package io.dtm.core.recovery;

import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.journal.reading.RecordHandler;

/** What a journal that is being recovered holds beyond a coordinator's state. */
public final class JournalReplay implements ReplaySource {
    private final JournalRecovery recovery;
    private final long from;
    private long forcedEnd;

    /**
     * @param recovery of the journal.
     * @param from     position from which the state doesn't hold it.
     */
    public JournalReplay(final JournalRecovery recovery, final long from) {
        this.recovery = recovery;
        this.from = from;
    }

    @Override
    public void replay(final RecordHandler handler) {
        forcedEnd = recovery.replay(from, handler).evidencePosition();
    }

    @Override
    public long forcedEnd() {
        return forcedEnd;
    }
}
