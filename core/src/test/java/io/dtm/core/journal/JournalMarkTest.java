package io.dtm.core.journal;

import static io.dtm.core.storage.StorageSuite.assertCategory;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dtm.codec.MarkDescriptor;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.ForwardingFile;
import io.dtm.core.storage.ForwardingStorage;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.StoppingStorage.Stopped;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteOrder;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a start that doesn't come to its end leaves of the mark file. */
class JournalMarkTest {
    private final SimulatedStorage storage = new SimulatedStorage();
    private Process process;
    private int openMarks;
    private boolean failsForces;

    @BeforeEach
    void killAProcess() {
        process = Process.start(storage);
        process.append("forced");
        process.forceAll();
        storage.killProcess();
    }

    /** The process stops before it stores the forced position. */
    private JournalStorage stopping() {
        return new ForwardingStorage(storage) {
            @Override
            public JournalFile open(final String name, final boolean writable) throws IOException {
                final JournalFile file = super.open(name, writable);
                return name.equals(FileNames.MARK) && writable ? new StoppingMark(file) : file;
            }
        };
    }

    private static final class StoppingMark extends ForwardingFile {
        StoppingMark(final JournalFile file) {
            super(file);
        }

        @Override
        public UnsafeBuffer buffer() {
            return new UnsafeBuffer(super.buffer()) {
                @Override
                public void putLongRelease(final int index, final long value) {
                    if (index == MarkDescriptor.FORCED_POSITION_OFFSET) {
                        throw new Stopped();
                    }
                    super.putLongRelease(index, value);
                }
            };
        }
    }

    @Test
    void shouldNotMakeADamagedForcedPositionItsOwn() throws IOException {
        try (JournalFile mark = storage.open(FileNames.MARK, true)) {
            MarkDescriptor.forcedPosition(mark.buffer(), 1L << 40);
            mark.buffer().putLong(MarkDescriptor.COORDINATOR_ID_OFFSET, 1, ByteOrder.LITTLE_ENDIAN);
            mark.buffer().putLong(MarkDescriptor.COORDINATOR_ID_CHECK_OFFSET, 1, ByteOrder.LITTLE_ENDIAN);
        }

        assertThrows(Stopped.class, () -> Process.start(stopping()));
        storage.killProcess();

        assertEquals(process.all(), Process.start(storage).replayed());
    }

    /** A storage whose mark file tells that it is closed. */
    private class WatchedStorage extends ForwardingStorage {
        WatchedStorage() {
            super(storage);
        }

        @Override
        public JournalFile create(final String name, final int length) throws IOException {
            return watched(name, super.create(name, length));
        }

        @Override
        public JournalFile open(final String name, final boolean writable) throws IOException {
            return writable ? watched(name, super.open(name, true)) : super.open(name, false);
        }

        private JournalFile watched(final String name, final JournalFile file) {
            if (!name.equals(FileNames.MARK)) {
                return file;
            }
            openMarks++;
            return new ForwardingFile(file) {
                @Override
                public void force() throws IOException {
                    if (failsForces) {
                        throw new IOException("Input/output error");
                    }
                    super.force();
                }

                @Override
                public void close() {
                    openMarks--;
                    super.close();
                }
            };
        }
    }

    private void assertPid(final long pid) throws IOException {
        assertEquals(0, openMarks, "open mark files");
        try (JournalFile mark = storage.open(FileNames.MARK, false)) {
            assertEquals(pid, MarkDescriptor.pid(mark.buffer()));
        }
    }

    @Test
    void shouldLeaveWhatAKilledProcessStoredWhereAStartFailsBeforeIt() throws IOException {
        assertCategory(Category.FORCE_FAILED, () -> Process.start(new WatchedStorage() {
            @Override
            public void forceDirectory() throws IOException {
                if (openMarks > 0) {
                    throw new IOException("Input/output error");
                }
                super.forceDirectory();
            }
        }));
        assertPid(ProcessHandle.current().pid());
    }

    @Test
    void shouldSayThatNobodyRunsWhereAStartFailsBehindIt() throws IOException {
        assertCategory(Category.NO_SPACE, () -> Process.start(new WatchedStorage() {
            @Override
            public List<String> list() throws IOException {
                if (openMarks > 0) {
                    throw new IOException("Input/output error");
                }
                return super.list();
            }
        }));
        assertPid(0);
    }

    @Test
    void shouldSayThatNobodyRunsWhereAStartCanNotForceIt() throws IOException {
        failsForces = true;
        assertCategory(Category.FORCE_FAILED, () -> Process.start(new WatchedStorage()));
        assertPid(0);
    }

    @Test
    void shouldCloseOneThatCanNotBeForced() throws IOException {
        failsForces = true;
        storage.delete(FileNames.MARK);
        assertCategory(Category.FORCE_FAILED, () -> Process.start(new WatchedStorage()));
        assertPid(0);
    }
}
