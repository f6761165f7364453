package io.dtm.core.journal;

import io.dtm.core.storage.JournalException;
import org.agrona.DirectBuffer;

/**
 * The journal as the live pipeline sees it. Positions are bytes since the journal's beginning, across all segments;
 * a record's end position is where the next one may start.
 */
public interface Journal extends AutoCloseable {
    /**
     * Appends one record. Journal stage only.
     *
     * @param linkId over which the frame came; 0: the host's own.
     * @param timeNs logical time, not lower than that of the record before.
     * @param frame  holds the frame.
     * @param offset at which it starts.
     * @param length in bytes.
     * @return the record's end position: from now on the record survives the death of the process.
     * @throws JournalException if it could not be appended: final, the caller halts.
     */
    long append(int linkId, long timeNs, DirectBuffer frame, int offset, int length);

    /**
     * Whether a record may be appended now. To be asked before each; who hears no doesn't wait, but asks again later: a
     * force makes room, and starts by itself when there is little left; and the next segment is being made.
     *
     * @return false while too much is appended that isn't forced, or while the next segment isn't ready. Journal stage
     *     only.
     */
    boolean hasRoom();

    /** @return end position of the last record appended. Any thread. */
    long appendedPosition();

    /** @return position up to which everything is on the device: survives a power loss. Any thread; only rises. */
    long forcedPosition();

    /**
     * Something waits for this position. Starts no I/O; the force agent looks at it. Egress agent only.
     *
     * @param position not beyond {@link #appendedPosition()}.
     */
    void requestForce(long position);

    /**
     * Forces up to what is appended if something waits for it, or if too much is unforced. One thread at a
     * time, which has seen the end of the force before; not necessarily the same one.
     *
     * @return 1 if it forced, else 0.
     * @throws JournalException if it failed: final, never tried again; the caller halts.
     */
    int force();

    /**
     * Prepares space ahead of need and lets old segments go. Its own agent, or an idle one; not a hot stage.
     *
     * @return a work count.
     */
    int prepareSpace();

    /**
     * @return whether space for new transactions is there; false: refuse new ones, running ones still finish. A level
     *     that ingress reads. Any thread.
     */
    boolean hasSpaceForNew();

    @Override
    void close();
}
