package io.dtm.session;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A link that does what a test says. */
public final class InMemoryLink implements CoordinatorLink {
    final ArrayDeque<byte[]> toLibrary = new ArrayDeque<>();
    final List<byte[]> fromLibrary = new ArrayList<>();
    public Status status = Status.CONNECTED;
    public boolean isBackPressured;
    int reconnects;
    boolean isClosed;
    /** What the link becomes by a reconnect. */
    public Status statusAfterReconnect = Status.CONNECTED;

    public void lose() {
        status = Status.LOST;
        toLibrary.clear();
        fromLibrary.clear();
    }

    @Override
    public Status status(final long nowNs) {
        return status;
    }

    @Override
    public boolean offer(final DirectBuffer buffer, final int offset, final int length) {
        if (isBackPressured || status != Status.CONNECTED) {
            return false;
        }
        final byte[] copy = new byte[length];
        buffer.getBytes(offset, copy);
        fromLibrary.add(copy);
        return true;
    }

    @Override
    public int poll(final FrameHandler handler, final int limit) {
        int count = 0;
        while (count < limit && !toLibrary.isEmpty()) {
            final byte[] frame = toLibrary.poll();
            // Not at 0, as it is in a log buffer.
            final UnsafeBuffer buffer = new UnsafeBuffer(new byte[frame.length + 32]);
            buffer.putBytes(32, frame);
            handler.onFrame(buffer, 32, frame.length);
            count++;
        }
        return count;
    }

    @Override
    public void reconnect() {
        reconnects++;
        toLibrary.clear();
        fromLibrary.clear();
        status = statusAfterReconnect;
    }

    @Override
    public void close() {
        isClosed = true;
    }
}
