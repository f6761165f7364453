package io.dtm.core.storage;

import java.io.IOException;

/** Shared memory in front of another one, for tests that watch it or break it. */
public class ForwardingMemory implements SharedMemory {
    private final SharedMemory memory;

    protected ForwardingMemory(final SharedMemory memory) {
        this.memory = memory;
    }

    @Override
    public String bootId() {
        return memory.bootId();
    }

    @Override
    public String locate(final String name) {
        return memory.locate(name);
    }

    @Override
    public JournalFile create(final String location, final int length) throws IOException {
        return memory.create(location, length);
    }

    @Override
    public JournalFile own(final String location) throws IOException {
        return memory.own(location);
    }

    @Override
    public JournalFile open(final String location) throws IOException {
        return memory.open(location);
    }

    @Override
    public boolean exists(final String location) {
        return memory.exists(location);
    }

    @Override
    public boolean isSame(final String one, final String other) throws IOException {
        return memory.isSame(one, other);
    }

    @Override
    public void rename(final String from, final String to) throws IOException {
        memory.rename(from, to);
    }

    @Override
    public void delete(final String location) throws IOException {
        memory.delete(location);
    }
}
