package io.dtm.core.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A file in front of another one, for tests that watch it or break it. */
public class ForwardingFile implements JournalFile {
    private final JournalFile file;

    protected ForwardingFile(final JournalFile file) {
        this.file = file;
    }

    @Override
    public int length() {
        return file.length();
    }

    @Override
    public UnsafeBuffer buffer() {
        return file.buffer();
    }

    @Override
    public ByteBuffer byteBuffer() {
        return file.byteBuffer();
    }

    @Override
    public void write(final int offset, final ByteBuffer source) throws IOException {
        file.write(offset, source);
    }

    @Override
    public void force(final int offset, final int length) throws IOException {
        file.force(offset, length);
    }

    @Override
    public void force() throws IOException {
        file.force();
    }

    @Override
    public void forceData() throws IOException {
        file.forceData();
    }

    @Override
    public void close() {
        file.close();
    }
}
