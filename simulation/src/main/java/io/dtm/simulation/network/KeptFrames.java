package io.dtm.simulation.network;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Predicate;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The last frames of a peer's links, one way: any of them may arrive once more. */
final class KeptFrames {
    private static final int LIMIT = 64;

    private final ArrayDeque<Kept> frames = new ArrayDeque<>();

    /**
     * One of them.
     *
     * @param buffer that holds just the frame.
     * @param port   the coordinator's, of the process that had the other end of its link.
     */
    record Kept(UnsafeBuffer buffer, CoordinatorPort port) {
    }

    void add(final DirectBuffer buffer, final int offset, final int length, final CoordinatorPort port) {
        final byte[] copy = new byte[length];
        buffer.getBytes(offset, copy);
        frames.add(new Kept(new UnsafeBuffer(copy), port));
        if (frames.size() > LIMIT) {
            frames.poll();
        }
    }

    void addAll(final KeptFrames other) {
        frames.addAll(other.frames);
    }

    /** @return those that are wanted, oldest first. */
    List<Kept> all(final Predicate<Kept> isWanted) {
        return frames.stream().filter(isWanted).toList();
    }
}
