package io.dtm.simulation.network;

import java.util.ArrayDeque;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The last frames that went one way: any of them may arrive once more. */
final class KeptFrames {
    private static final int LIMIT = 64;

    private final ArrayDeque<UnsafeBuffer> frames = new ArrayDeque<>(0);

    void add(final DirectBuffer buffer, final int offset, final int length) {
        final byte[] copy = new byte[length];
        buffer.getBytes(offset, copy);
        frames.add(new UnsafeBuffer(copy));
        if (frames.size() > LIMIT) {
            frames.poll();
        }
    }

    void addAll(final KeptFrames other) {
        frames.addAll(other.frames);
    }

    boolean isEmpty() {
        return frames.isEmpty();
    }

    /** @return all of them, oldest first. */
    List<UnsafeBuffer> all() {
        return List.copyOf(frames);
    }
}
