package io.dtm.core.journal.inspection;

import io.dtm.core.journal.reading.SegmentSummary;
import io.dtm.core.journal.reading.TailSummary;
import org.agrona.DirectBuffer;

/** Takes what a {@link JournalInspector} finds, in the journal's order. */
public interface JournalVisitor {
    /** @param segment whose header is right; its records come next, if it has any. */
    default void onSegment(final SegmentSummary segment) {
    }

    /** @param name of a segment whose header can't be read: its records aren't told. Told before all others. */
    default void onUnreadableSegment(final String name) {
    }

    /** @param tail of a staged journal: its header is right. Told before all segments. */
    default void onTail(final TailSummary tail) {
    }

    /**
     * A valid record, with a valid frame.
     *
     * @param position of its first byte.
     * @param end      position behind it.
     * @param linkId   over which its frame came; 0: the host's own.
     * @param timeNs   logical time.
     * @param frame    valid during the call.
     * @param offset   at which the frame starts.
     * @param length   in bytes.
     * @return whether to go on.
     */
    boolean onRecord(
        long position, long end, int linkId, long timeNs, DirectBuffer frame, int offset, int length);

    /** @param damage that a start would refuse, or that can't be by any crash; or what another version wrote. */
    void onDamage(JournalDamage damage);

    /** @param note about what isn't damage, and that an operator may wonder about. */
    default void onNote(final String note) {
    }
}
