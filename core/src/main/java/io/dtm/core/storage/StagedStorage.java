package io.dtm.core.storage;

import java.nio.file.Path;

/**
 * A directory of a file system, and a tail in shared memory: records are stored in the tail, and a force writes them to
 * the segments. What isn't forced survives a killed process, not a reboot.
 */
public final class StagedStorage extends MappedStorage {
    /** Where Linux has a file system in memory. */
    public static final Path DEFAULT_TAIL_DIRECTORY = Path.of("/dev/shm");

    /**
     * @param directory     that holds the files; need not exist before it is owned.
     * @param tailDirectory that holds the tail: exists, in memory, on this machine.
     */
    public StagedStorage(final Path directory, final Path tailDirectory) {
        super(directory, new SharedMemoryDirectory(tailDirectory));
    }

    @Override
    public boolean isStaged() {
        return true;
    }
}
