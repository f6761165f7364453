package io.dtm.server.journal;

import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2LongHashMap;

/** Gives an inspection to a replay, and notes on the way when each transaction's begin came first. */
final class Begins extends ReplayingVisitor {
    private final EventDecoder decoder = EventDecoder.ofMessages();
    private final Long2LongHashMap timesNs = new Long2LongHashMap(InFlight.UNKNOWN);

    /** @param notes takes what is damaged. */
    Begins(final Replay replay, final Consumer<String> notes) {
        super(replay, notes);
    }

    /** @return logical times by the transaction's id. */
    Long2LongHashMap timesNs() {
        return timesNs;
    }

    @Override
    public boolean onRecord(
        final long position,
        final long end,
        final int linkId,
        final long timeNs,
        final DirectBuffer frame,
        final int offset,
        final int length) {
        replay(position, end, linkId, timeNs, frame, offset, length);
        for (final Event event : decoder.decode(frame, offset)) {
            if (event.template().equals("Submit") || event.template().equals("Begin")) {
                timesNs.putIfAbsent(event.number("transactionId", 0), timeNs);
            }
        }
        return true;
    }

    @Override
    void beforeNote() {
        // Nothing is printed before the end.
    }
}
