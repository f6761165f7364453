package io.dtm.core.journal.inspection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.MarkDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.fake.Message;
import io.dtm.core.fake.PeerMessages;
import io.dtm.core.journal.Process;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every bit of every file of a small journal that was closed in order flips: which are seen, and which can't be. */
class InspectedBitFlipTest {
    private final SimulatedStorage storage = new SimulatedStorage();
    /** Everything before it is forced, and nothing was appended behind it. */
    private long end;

    @BeforeEach
    void makeJournal() throws IOException {
        final Process process = Process.start(Process.context(storage).epochClock(() -> 1_000));
        for (int i = 0; process.journal().appendedPosition() < Process.SEGMENT_LENGTH + 6_000; i++) {
            append(process, i);
            process.journal().prepareSpace();
            if (i % 3 == 0) {
                process.forceAll();
            }
        }
        process.forceAll();
        end = process.journal().appendedPosition();
        process.close();
        storage.killProcess();
        assertEquals(3, storage.list().stream().filter(FileNames::isSegment).count(), "two and a spare");
        final long evidence = evidenceWithoutMark();
        assertTrue(evidence > Process.SEGMENT_LENGTH && evidence < end, "only the mark file knows of the last force");
    }

    private static void append(final Process process, final int number) {
        final DirectBuffer frame = Message.frame(PeerMessages.submit(number + 1, "x".repeat(number * 37 % 600)));
        final byte[] bytes = new byte[frame.capacity()];
        frame.getBytes(0, bytes);
        process.append(number, 1_000L * number, bytes);
    }

    private long evidenceWithoutMark() throws IOException {
        final byte[] bytes = new byte[MarkDescriptor.FILE_LENGTH];
        try (JournalFile mark = storage.open(FileNames.MARK, false)) {
            mark.buffer().getBytes(0, bytes);
        }
        storage.delete(FileNames.MARK);
        final long evidence = Findings.of(storage).tail.evidencePosition();
        storage.create(FileNames.MARK, bytes.length).write(0, ByteBuffer.wrap(bytes));
        return evidence;
    }

    @Test
    void shouldNameTheFileOfEveryFlippedBitThatTheJournalCanContradict() throws IOException {
        final Findings whole = Findings.of(storage);
        assertEquals(List.of(), whole.damages);
        assertEquals(List.of(), whole.notes);
        assertEquals(end, whole.tail.position());
        assertFalse(whole.tail.isTorn());
        final JournalInspector inspector = JournalInspector.open(storage);
        int unseen = 0;
        for (final String name : storage.list()) {
            for (int bit = 0; bit < 8 * length(name); bit++) {
                storage.flip(name, bit / 8, 1 << bit % 8);
                final Findings found = name.equals(FileNames.COORDINATOR_ID)
                    ? Findings.of(storage) : Findings.of(inspector);
                if (isBeyondContradiction(name, bit / 8)) {
                    unseen++;
                } else {
                    assertTrue(found.names(name), () -> found + " with another " + name);
                    assertTrue(found.damages.stream().allMatch(damage -> damage.file().equals(name)),
                        () -> found + " with another " + name);
                    assertEquals(isBehindLastForce(name, bit / 8), found.damages.isEmpty(), found::toString);
                }
                storage.flip(name, bit / 8, 1 << bit % 8);
            }
        }
        // Six fields of the mark file that decide nothing, and of the appended position what makes it lower.
        assertTrue(unseen > 8 * 48 && unseen < 8 * 56, "unseen: " + unseen);
    }

    @Test
    void shouldBlameTheMarkFileOnlyForCopiesOfTheForcedPositionThatNoKillExplains() throws IOException {
        try (JournalFile mark = storage.open(FileNames.MARK, true)) {
            MarkDescriptor.pid(mark.buffer(), Integer.MAX_VALUE);
            MarkDescriptor.forcedPosition(mark.buffer(), end - 64);
            mark.buffer().putLong(MarkDescriptor.FORCED_POSITION_OFFSET, end, ByteOrder.LITTLE_ENDIAN);
            mark.force();
        }
        assertEquals(List.of(), Findings.of(storage).damages, "killed between the two");

        storage.flip(FileNames.MARK, MarkDescriptor.FORCED_POSITION_OFFSET + 4, 0x80);
        final Findings found = Findings.of(storage);
        assertEquals(List.of(FileNames.MARK), found.damages.stream().map(JournalDamage::file).toList());
        assertEquals(end, found.tail.position());
    }

    @Test
    void shouldGoByTheMarkFileAsAStartDoesWhicheverCopyOfTheIdIsWrong() throws IOException {
        final MarkSummary whole = JournalInspector.open(storage).mark();
        assertEquals(end, whole.forcedPosition());
        for (final int offset : new int[] {
            MarkDescriptor.COORDINATOR_ID_OFFSET, MarkDescriptor.COORDINATOR_ID_CHECK_OFFSET}) {
            storage.flip(FileNames.MARK, offset, 1);
            assertEquals(whole, JournalInspector.open(storage).mark());
            assertEquals(List.of(FileNames.MARK),
                Findings.of(storage).damages.stream().map(JournalDamage::file).toList());
            storage.flip(FileNames.MARK, offset, 1);
        }
    }

    @Test
    void shouldCallAFirstStartThatIsUnderWayNoDamage() throws IOException {
        final SimulatedStorage fresh = new SimulatedStorage();
        Process.start(Process.context(fresh).epochClock(() -> 1_000)).close();
        for (final String name : List.copyOf(fresh.list())) {
            if (!name.equals(FileNames.segment(0))) {
                fresh.delete(name);
            }
        }
        final JournalException refusal = assertThrows(JournalException.class, () -> JournalInspector.open(fresh));
        assertTrue(refusal.getMessage().contains("a first start is under way"), refusal::getMessage);
    }

    private int length(final String name) throws IOException {
        try (JournalFile file = storage.open(name, false)) {
            return file.length();
        }
    }

    /** It looks like what a crash leaves, and is told as such: nothing says that these bytes were forced. */
    private boolean isBehindLastForce(final String name, final int offset) throws IOException {
        if (FileNames.isSegment(name)) {
            return offset >= SegmentDescriptor.HEADER_LENGTH && FileNames.position(name) + offset >= end;
        }
        return name.equals(FileNames.MARK) && (offset < MarkDescriptor.VERSION_OFFSET + 1 && markVersion() == 0
            || isField(offset, MarkDescriptor.APPENDED_POSITION_OFFSET));
    }

    /** The mark file has no checksum, and knows more than the rest: the loss of that is no contradiction. */
    private boolean isBeyondContradiction(final String name, final int offset) throws IOException {
        return name.equals(FileNames.MARK)
            && (isField(offset, MarkDescriptor.TIMESTAMP_OFFSET)
            || isField(offset, MarkDescriptor.PID_OFFSET)
            || offset >= MarkDescriptor.USABLE_BYTES_OFFSET && offset < MarkDescriptor.REFUSALS_OFFSET + Long.BYTES
            || isField(offset, MarkDescriptor.APPENDED_POSITION_OFFSET) && appended() <= end);
    }

    private static boolean isField(final int offset, final int fieldOffset) {
        return offset >= fieldOffset && offset < fieldOffset + Long.BYTES;
    }

    private int markVersion() throws IOException {
        try (JournalFile mark = storage.open(FileNames.MARK, false)) {
            return mark.buffer().getInt(MarkDescriptor.VERSION_OFFSET);
        }
    }

    private long appended() throws IOException {
        try (JournalFile mark = storage.open(FileNames.MARK, false)) {
            return MarkDescriptor.appendedPosition(mark.buffer());
        }
    }
}
