package io.dtm.core.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dtm.codec.MarkDescriptor;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.ForwardingFile;
import io.dtm.core.storage.ForwardingStorage;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.StoppingStorage.Stopped;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a start that doesn't come to its end leaves of the mark file. */
class JournalMarkTest {
    private final SimulatedStorage storage = new SimulatedStorage();
    private Process process;

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
}
