package io.dtm.core.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A file of the journal: memory to append to and read from, and a way to the device. Its length never changes.
 * <p>
 * Different threads may use different ranges; nobody may touch it, nor its buffers, after {@link #close()}.
 */
public interface JournalFile extends AutoCloseable {
    /** @return length in bytes. */
    int length();

    /**
     * Stores into it survive the death of the process, and are on the device after {@link #force(int, int)}.
     *
     * @return the whole file.
     */
    UnsafeBuffer buffer();

    /** @return another view of {@link #buffer()} with a position and a limit of its own, to compute checksums. */
    ByteBuffer byteBuffer();

    /**
     * Writes as {@code FileChannel.write} does: what is written counts as changed even if it is what was there, so that
     * the next force puts it on the device also after a force that failed.
     *
     * @param offset in the file.
     * @param source direct, or with an array; from its position to its limit.
     * @throws IOException if it can't be written.
     */
    void write(int offset, ByteBuffer source) throws IOException;

    /**
     * Puts a range onto the device.
     *
     * @param offset in the file.
     * @param length in bytes.
     * @throws IOException if it failed: final, a second try could succeed without having written anything.
     */
    void force(int offset, int length) throws IOException;

    /**
     * Puts content and length onto the device, also what {@link #write(int, ByteBuffer)} wrote.
     *
     * @throws IOException if it failed: final.
     */
    void force() throws IOException;

    /**
     * Puts the content onto the device, also what {@link #write(int, ByteBuffer)} wrote, and of the rest only what is
     * needed to read it.
     *
     * @throws IOException if it failed: final.
     */
    void forceData() throws IOException;

    @Override
    void close();
}
