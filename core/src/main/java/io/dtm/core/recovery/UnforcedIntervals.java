package io.dtm.core.recovery;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.message.EpochStartedDecoder;
import org.agrona.DirectBuffer;
import org.agrona.collections.LongArrayList;

/**
 * Which records of a journal were not known to have been forced when a start found them (rule 12). Each start makes
 * its tail durable and goes on from it, so that the next one takes it for forced: but a copy's tail may be what its
 * original has lost. Each epoch's event says how much of the journal was known to be forced before it.
 */
final class UnforcedIntervals {
    /** First and last position of each: behind the first, up to the last. */
    private final LongArrayList bounds = new LongArrayList();
    private final EpochStartedDecoder epochStarted = new EpochStartedDecoder();

    /**
     * Looks through a journal.
     *
     * @param source of its records.
     * @return its intervals, the last without an end.
     */
    static UnforcedIntervals of(final ReplaySource source) {
        final UnforcedIntervals intervals = new UnforcedIntervals();
        source.replay((position, linkId, timeNs, frame, offset, length) -> intervals.onFrame(frame, offset));
        intervals.add(source.forcedEnd(), Long.MAX_VALUE);
        return intervals;
    }

    /** @return whether a record that ends there lies in one of them. */
    boolean contain(final long position) {
        for (int i = 0; i < bounds.size(); i += 2) {
            if (position > bounds.getLong(i) && position <= bounds.getLong(i + 1)) {
                return true;
            }
        }
        return false;
    }

    private void onFrame(final DirectBuffer frame, final int offset) {
        final int message = offset + FrameDescriptor.HEADER_LENGTH;
        if (FrameDescriptor.messageCount(frame, offset) == 1
            && FrameDescriptor.templateId(frame, message) == EpochStartedDecoder.TEMPLATE_ID) {
            epochStarted.wrap(frame, message + FrameDescriptor.PREFIX_LENGTH,
                FrameDescriptor.blockLength(frame, message), EpochStartedDecoder.SCHEMA_VERSION);
            add(epochStarted.forcedEnd(), epochStarted.recoveredEnd());
        }
    }

    private void add(final long from, final long to) {
        if (from < to) {
            bounds.addLong(from);
            bounds.addLong(to);
        }
    }
}
