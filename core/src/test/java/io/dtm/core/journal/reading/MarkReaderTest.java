package io.dtm.core.journal.reading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.MarkDescriptor;
import io.dtm.core.journal.Process;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MarkReaderTest {
    private static final long OTHER_ID = Process.COORDINATOR_ID ^ 1;

    private final Loads mark = new Loads();

    /** Remembers where something was read in acquire order. */
    private static final class Loads extends UnsafeBuffer {
        private final List<Integer> offsets = new ArrayList<>();
        /** What its process does before the first copy of the forced position is read. */
        private Runnable meanwhile = () -> { };

        Loads() {
            super(new byte[MarkDescriptor.FILE_LENGTH]);
        }

        @Override
        public long getLongAcquire(final int index) {
            offsets.add(index);
            if (index == MarkDescriptor.FORCED_POSITION_OFFSET) {
                meanwhile.run();
            }
            return super.getLongAcquire(index);
        }
    }

    @BeforeEach
    void write() {
        MarkDescriptor.pid(mark, 77);
        MarkDescriptor.coordinatorId(mark, Process.COORDINATOR_ID);
        MarkDescriptor.forcedPosition(mark, 8192);
    }

    private MarkReader read() {
        return MarkReader.of(mark, Process.COORDINATOR_ID);
    }

    /** It is stored last: so of a process that goes on the first is never below it. */
    @Test
    void shouldReadTheSecondCopyOfTheForcedPositionBeforeTheFirst() {
        assertEquals(8192, read().forcedPosition());
        assertEquals(List.of(MarkDescriptor.PID_OFFSET, MarkDescriptor.FORCED_POSITION_CHECK_OFFSET,
            MarkDescriptor.FORCED_POSITION_OFFSET, MarkDescriptor.PID_OFFSET), mark.offsets);
        assertNull(read().damage("coordinator.mark"));
    }

    @Test
    void shouldFindNoDamageWhereTheProcessEndsMeanwhile() {
        mark.meanwhile = () -> {
            MarkDescriptor.forcedPosition(mark, 8200);
            MarkDescriptor.pid(mark, 0);
        };
        final MarkReader read = read();
        assertEquals(77, read.pid());
        assertEquals(8192, read.forcedPosition());
        assertEquals(8200, read.higherForced());
        assertNull(read.damage("coordinator.mark"));
        assertEquals(0, read().pid());
        assertNull(read().damage("coordinator.mark"));
    }

    @Test
    void shouldGoByEitherCopyOfTheId() {
        for (final int offset : new int[] {
            MarkDescriptor.COORDINATOR_ID_OFFSET, MarkDescriptor.COORDINATOR_ID_CHECK_OFFSET}) {
            flip(offset);
            assertEquals(8192, read().forcedPosition());
            assertEquals(77, read().pid());
            assertTrue(read().damage("coordinator.mark").contains("copies of the coordinator's id is wrong"));
            flip(offset);
        }
    }

    @Test
    void shouldSayNothingWhereNeitherCopyOfTheIdIsRight() {
        flip(MarkDescriptor.COORDINATOR_ID_OFFSET);
        flip(MarkDescriptor.COORDINATOR_ID_CHECK_OFFSET + 1);
        assertSaysNothing();
        flip(MarkDescriptor.COORDINATOR_ID_CHECK_OFFSET + 1);
        mark.setMemory(MarkDescriptor.COORDINATOR_ID_OFFSET, Long.BYTES, (byte) 0);
        mark.setMemory(MarkDescriptor.COORDINATOR_ID_CHECK_OFFSET, Long.BYTES, (byte) 0);
        assertSaysNothing();
    }

    private void assertSaysNothing() {
        assertFalse(read().isOurs());
        assertEquals(0, read().foreignId());
        assertEquals(0, read().forcedPosition());
        assertTrue(read().damage("coordinator.mark").contains("neither of its two copies"));
    }

    @Test
    void shouldKnowOneOfAnotherCoordinator() {
        MarkDescriptor.coordinatorId(mark, OTHER_ID);
        assertEquals(OTHER_ID, read().foreignId());
        assertFalse(read().isOurs());
    }

    @Test
    void shouldSeeWhatIsWhereItHasNoField() {
        for (final int offset : new int[] {4, 7, MarkDescriptor.FIELDS_LENGTH, MarkDescriptor.FILE_LENGTH - 1}) {
            flip(offset);
            assertEquals(8192, read().forcedPosition());
            assertTrue(read().damage("coordinator.mark").contains("isn't zero where it has no field"));
            flip(offset);
        }
        assertNull(read().damage("coordinator.mark"));
    }

    /** A process that is killed between storing the two leaves the first above the second. */
    @Test
    void shouldCallCopiesOfTheForcedPositionDamagedOnlyAsNoProcessLeavesThem() {
        mark.putLong(MarkDescriptor.FORCED_POSITION_OFFSET, 8200, ByteOrder.LITTLE_ENDIAN);
        assertNull(read().damage("coordinator.mark"));
        MarkDescriptor.pid(mark, 0);
        assertTrue(read().damage("coordinator.mark").contains("are 8200 and 8192, which no killed process leaves"));
        MarkDescriptor.pid(mark, 77);
        mark.putLong(MarkDescriptor.FORCED_POSITION_OFFSET, 8184, ByteOrder.LITTLE_ENDIAN);
        assertTrue(read().damage("coordinator.mark").contains("are 8184 and 8192, which no killed process leaves"));
    }

    private void flip(final int offset) {
        mark.putByte(offset, (byte) (mark.getByte(offset) ^ 1));
    }
}
