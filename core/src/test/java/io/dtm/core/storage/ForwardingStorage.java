package io.dtm.core.storage;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.List;

/** A storage in front of another one, for tests that watch it or break it. */
public class ForwardingStorage implements JournalStorage {
    private final JournalStorage storage;

    protected ForwardingStorage(final JournalStorage storage) {
        this.storage = storage;
    }

    @Override
    public void own() {
        storage.own();
    }

    @Override
    public List<String> list() throws IOException {
        return storage.list();
    }

    @Override
    public JournalFile create(final String name, final int length) throws IOException {
        return storage.create(name, length);
    }

    @Override
    public JournalFile open(final String name, final boolean writable) throws IOException {
        return storage.open(name, writable);
    }

    @Override
    public SequentialFile createSequential(final String name) throws IOException {
        return storage.createSequential(name);
    }

    @Override
    public ReadableByteChannel openSequential(final String name) throws IOException {
        return storage.openSequential(name);
    }

    @Override
    public long length(final String name) throws IOException {
        return storage.length(name);
    }

    @Override
    public void rename(final String from, final String to) throws IOException {
        storage.rename(from, to);
    }

    @Override
    public void delete(final String name) throws IOException {
        storage.delete(name);
    }

    @Override
    public void forceDirectory() throws IOException {
        storage.forceDirectory();
    }

    @Override
    public long usableBytes() throws IOException {
        return storage.usableBytes();
    }

    @Override
    public String describe(final String name) {
        return storage.describe(name);
    }

    @Override
    public boolean isStaged() {
        return storage.isStaged();
    }

    @Override
    public SharedMemory sharedMemory() {
        return storage.sharedMemory();
    }

    @Override
    public DirectoryIdentity identity() throws IOException {
        return storage.identity();
    }

    @Override
    public boolean isApartFrom(final DirectoryIdentity other) throws IOException {
        return storage.isApartFrom(other);
    }

    @Override
    public void close() {
        storage.close();
    }
}
