package io.dtm.transport.aeron;

import io.dtm.session.CoordinatorLink.Status;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A client or participant: a link, and what came over it. */
final class Peer implements AutoCloseable {
    final AeronCoordinatorLink link;
    final List<UnsafeBuffer> received = new ArrayList<>();
    Status status = Status.CONNECTING;
    int pollLimit = 10;
    /** As if its process were stopped. */
    boolean isPaused;

    Peer(final AeronInstance instance, final AeronLinkContext ctx) {
        link = new AeronCoordinatorLink(instance, ctx);
    }

    void doWork() {
        if (isPaused) {
            return;
        }
        status = link.status(System.nanoTime());
        link.poll(this::onFrame, pollLimit);
    }

    boolean isConnected() {
        return Status.CONNECTED == status;
    }

    boolean isLost() {
        return Status.LOST == status;
    }

    void reconnect() {
        link.reconnect();
        status = Status.CONNECTING;
    }

    boolean offer(final UnsafeBuffer frame) {
        return link.offer(frame, 0, frame.capacity());
    }

    private void onFrame(final DirectBuffer buffer, final int offset, final int length) {
        final UnsafeBuffer copy = new UnsafeBuffer(new byte[length]);
        copy.putBytes(0, buffer, offset, length);
        received.add(copy);
    }

    /** A frame whose bytes say which one it is. */
    static UnsafeBuffer frame(final int number, final int length) {
        final UnsafeBuffer frame = new UnsafeBuffer(new byte[length]);
        for (int i = 0; i < length; i++) {
            frame.putByte(i, (byte) (number * 31 + i * 7));
        }
        return frame;
    }

    @Override
    public void close() {
        isPaused = true;
        link.close();
    }
}
