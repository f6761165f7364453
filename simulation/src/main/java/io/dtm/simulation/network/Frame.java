package io.dtm.simulation.network;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A frame on its way, or the news that a link came up or went down. Pooled. */
final class Frame implements Runnable {
    /** What it carries. */
    enum Type { FRAME, LINK_UP, LINK_DOWN }

    private static final int FIRST_CAPACITY = 512;

    final UnsafeBuffer buffer = new UnsafeBuffer(new byte[FIRST_CAPACITY]);
    Type type;
    int length;
    SimulatedLink link;
    Direction direction;

    void fill(final Direction onWay, final DirectBuffer source, final int offset, final int bytes) {
        if (bytes > buffer.capacity()) {
            buffer.wrap(new byte[Math.max(bytes, buffer.capacity() * 2)]);
        }
        buffer.putBytes(0, source, offset, bytes);
        type = Type.FRAME;
        length = bytes;
        link = onWay.link;
        direction = onWay;
    }

    Frame news(final Type what, final SimulatedLink of) {
        type = what;
        length = 0;
        link = of;
        direction = null;
        return this;
    }

    /** It arrives. */
    @Override
    public void run() {
        direction.arrive(this);
    }
}
