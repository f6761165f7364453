package io.dtm.core.storage;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A file that is written once, from its beginning to its end, and grows with it; it may be longer than memory. One
 * thread. What a crash leaves of it before {@link #force()} is any part, and any length up to the one that it had.
 */
public interface SequentialFile extends AutoCloseable {
    /**
     * Writes at the end of the file.
     *
     * @param source direct, or with an array; from its position to its limit.
     * @throws IOException if it can't be written, for instance because there is no space: how much of it was written
     *                     isn't known, and the file is of no more use.
     */
    void write(ByteBuffer source) throws IOException;

    /**
     * Puts content and length onto the device.
     *
     * @throws IOException if it failed: final, a second try could succeed without having written anything.
     */
    void force() throws IOException;

    /** Forces nothing. */
    @Override
    void close() throws IOException;
}
