package io.dtm.core.recovery;

import io.dtm.core.journal.reading.RecordHandler;

/** Where recovery takes the records from: the port behind which the journal's files stand. */
@FunctionalInterface
public interface ReplaySource {
    /**
     * Hands over all records that the coordinator's state doesn't hold yet, in order.
     *
     * @param handler takes them; what it throws is passed on.
     */
    void replay(RecordHandler handler);

    /** @return up to where what was replayed is known to have been forced before; else everything was. */
    default long forcedEnd() {
        return Long.MAX_VALUE;
    }
}
