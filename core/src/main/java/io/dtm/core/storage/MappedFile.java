package io.dtm.core.storage;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;

/** A file that is mapped as a whole: a store is in the page cache at once, a force of a range is an msync. */
final class MappedFile implements JournalFile {
    private final FileChannel channel;
    private final Closeable holder;
    private final MappedByteBuffer mapped;
    private final UnsafeBuffer buffer;
    private boolean isClosed;

    /** Takes the channel over, also if it throws. */
    MappedFile(final FileChannel channel, final boolean writable) throws IOException {
        this(channel, writable, channel);
    }

    /** @param holder of the channel: is closed in its stead, also if this throws. */
    MappedFile(final FileChannel channel, final boolean writable, final Closeable holder) throws IOException {
        this.channel = channel;
        this.holder = holder;
        try {
            final long size = channel.size();
            if (size > Integer.MAX_VALUE) {
                throw new IOException("too long to be a file of a journal: " + size + " bytes");
            }
            // Bounds are those of the file now: one that is cut from outside later makes an access fault, and halts.
            mapped = channel.map(writable ? MapMode.READ_WRITE : MapMode.READ_ONLY, 0, size);
        } catch (final IOException | RuntimeException ex) {
            holder.close();
            throw ex;
        }
        buffer = new UnsafeBuffer(mapped);
    }

    @Override
    public int length() {
        return mapped.capacity();
    }

    @Override
    public UnsafeBuffer buffer() {
        return buffer;
    }

    @Override
    public ByteBuffer byteBuffer() {
        return mapped.duplicate();
    }

    @Override
    public void write(final int offset, final ByteBuffer source) throws IOException {
        long position = offset;
        while (source.hasRemaining()) {
            position += channel.write(source, position);
        }
    }

    @Override
    public void force(final int offset, final int length) throws IOException {
        try {
            mapped.force(offset, length);
        } catch (final UncheckedIOException ex) {
            throw ex.getCause();
        }
    }

    @Override
    public void force() throws IOException {
        channel.force(true);
    }

    @Override
    public void forceData() throws IOException {
        channel.force(false);
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            buffer.wrap(0, 0);
            IoUtil.unmap(mapped);
            try {
                holder.close();
            } catch (final IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }
    }
}
