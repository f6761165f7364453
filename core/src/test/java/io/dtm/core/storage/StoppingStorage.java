package io.dtm.core.storage;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A storage whose process stops at one of the operations that change something: that one is not done any more. */
public final class StoppingStorage extends ForwardingStorage {
    /** The process is gone. */
    public static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private int operationsLeft;

    public StoppingStorage(final JournalStorage storage, final int operations) {
        super(storage);
        this.operationsLeft = operations;
    }

    private void operation() {
        if (operationsLeft-- <= 0) {
            throw new Stopped();
        }
    }

    @Override
    public JournalFile create(final String name, final int length) throws IOException {
        operation();
        return new StoppingFile(super.create(name, length));
    }

    @Override
    public JournalFile open(final String name, final boolean writable) throws IOException {
        return new StoppingFile(super.open(name, writable));
    }

    @Override
    public void rename(final String from, final String to) throws IOException {
        operation();
        super.rename(from, to);
    }

    @Override
    public void delete(final String name) throws IOException {
        operation();
        super.delete(name);
    }

    @Override
    public void forceDirectory() throws IOException {
        operation();
        super.forceDirectory();
    }

    @Override
    public SharedMemory sharedMemory() {
        return new StoppingMemory(super.sharedMemory());
    }

    /** What is stored in a file in memory is no operation: that is there as soon as it is stored. */
    private final class StoppingMemory extends ForwardingMemory {
        StoppingMemory(final SharedMemory memory) {
            super(memory);
        }

        @Override
        public JournalFile create(final String location, final int length) throws IOException {
            operation();
            return super.create(location, length);
        }

        @Override
        public void rename(final String from, final String to) throws IOException {
            operation();
            super.rename(from, to);
        }

        @Override
        public void delete(final String location) throws IOException {
            operation();
            super.delete(location);
        }
    }

    private final class StoppingFile extends ForwardingFile {
        StoppingFile(final JournalFile file) {
            super(file);
        }

        @Override
        public void write(final int offset, final ByteBuffer source) throws IOException {
            operation();
            super.write(offset, source);
        }

        @Override
        public void force(final int offset, final int length) throws IOException {
            operation();
            super.force(offset, length);
        }

        @Override
        public void force() throws IOException {
            operation();
            super.force();
        }

        @Override
        public void forceData() throws IOException {
            operation();
            super.forceData();
        }
    }
}
