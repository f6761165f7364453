package io.dtm.core.journal.inspection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.TailDescriptor;
import io.dtm.core.fake.Message;
import io.dtm.core.fake.PeerMessages;
import io.dtm.core.journal.Process;
import io.dtm.core.journal.reading.TailReader;
import io.dtm.core.journal.reading.TailSummary;
import io.dtm.core.storage.DirectoryIdentity;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.MappedStorage;
import io.dtm.core.storage.StagedStorage;
import io.dtm.core.storage.StorageSuite;
import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.core.storage.simulated.Survival;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tools are told of a staged journal, whose last records are in its tail only. */
class TailInspectionTest {
    /** Where no record is, one byte in so many is tried. */
    private static final int UNUSED_STEP = 64;
    private static final int APPENDED_OFFSET = 128;
    private static final int FORCED_OFFSET = 256;
    private static final int SMALLEST_TAIL = 32 * 1024;

    @TempDir
    private Path directory;
    private final SimulatedStorage storage = new SimulatedStorage().staged(true);

    private static void append(final Process process, final int count) {
        for (int i = 0; i < count; i++) {
            if (!process.journal().hasRoom()) {
                process.forceAll();
            }
            final DirectBuffer frame = Message.frame(PeerMessages.submit(1, "x".repeat(i * 37 % 200)));
            final byte[] bytes = new byte[frame.capacity()];
            frame.getBytes(0, bytes);
            process.append(1, process.all().size() + 1, bytes);
            process.journal().prepareSpace();
        }
    }

    /** So many records are forced, and so many more only appended. */
    private Process killed(final int forced, final int appended) {
        return killed(forced, appended, Process.TAIL_LENGTH);
    }

    private Process killed(final int forced, final int appended, final int tailLength) {
        final Process process =
            Process.start(Process.context(storage).tailLength(tailLength).epochClock(() -> 1_000));
        append(process, forced);
        process.forceAll();
        process.journal().prepareSpace();
        append(process, appended);
        process.abandon();
        storage.killProcess();
        return process;
    }

    private String location() {
        return storage.sharedMemory().locate("dtm-123456789abcdef0.tail");
    }

    @Test
    void shouldReadWhatIsInTheTailOnly() {
        final Process process = killed(5, 60);
        assertTrue(process.journal().appendedPosition() > Process.SEGMENT_LENGTH, "it goes on in the next segment");

        final Findings found = Findings.of(storage);

        assertEquals(List.of(), found.damages);
        assertEquals(65, found.positions.size());
        assertEquals(process.journal().appendedPosition(), found.tail.position());
        assertEquals(List.of("60 records from position " + found.positions.get(5) + " to "
            + process.journal().appendedPosition() + " were in tail " + location() + " only: not forced yet"),
            found.notes);
        assertEquals(process.journal().appendedPosition(), found.tails.get(0).appendedPosition());
        assertEquals(location(), found.tails.get(0).location());
    }

    @Test
    void shouldTellThatTheTailIsGoneAfterAReboot() {
        final Process process = killed(5, 10);
        storage.losePower(Survival.NOTHING);

        final Findings found = Findings.of(storage);

        assertEquals(List.of(), found.damages);
        assertEquals(5, found.positions.size());
        assertTrue(found.notes.toString().contains("tail " + location()
            + ", which coordinator.tail names, is gone: this machine was started again since"),
            found::toString);
        assertEquals(process.journal().forcedPosition(), found.tail.position());
    }

    @Test
    void shouldSayNothingOfATailThatIsGoneAfterAnOrderlyEnd() {
        final Process process = Process.start(storage);
        append(process, 10);
        process.close();

        final Findings found = Findings.of(storage);

        assertEquals(List.of(), found.damages);
        assertEquals(List.of(), found.notes);
        assertEquals(10, found.positions.size());
    }

    @Test
    void shouldTellOnlyThatTheTailBelongsToAnotherDirectory() {
        killed(5, 10);
        final DirectoryIdentity original = storage.identity();
        storage.identity(new DirectoryIdentity(1, 2, "copy"));
        storage.other(original, true);

        final Findings found = Findings.of(storage);

        assertEquals(List.of(), found.damages);
        assertEquals(5, found.positions.size());
        assertEquals(List.of(), found.tails);
        assertTrue(found.notes.toString().contains("belongs to data directory data"), found::toString);
    }

    @Test
    void shouldNameAPointerWithAnyFlippedBit() throws IOException {
        killed(5, 10);
        for (int bit = 0; bit < 8 * storage.length(FileNames.TAIL_POINTER); bit++) {
            StorageSuite.flip(storage, FileNames.TAIL_POINTER, bit / 8, 1 << bit % 8);

            final Findings found = Findings.of(storage);

            assertEquals(List.of(FileNames.TAIL_POINTER), found.damages.stream().map(JournalDamage::file).toList());
            assertEquals(5, found.positions.size());
            StorageSuite.flip(storage, FileNames.TAIL_POINTER, bit / 8, 1 << bit % 8);
        }
    }

    @Test
    void shouldNameASegmentWhoseDamageTheTailCanRepair() {
        final Process process = killed(5, 10);
        final long third = Findings.of(storage).positions.get(2);
        storage.flip(FileNames.segment(0), (int) third + 40, 1);

        final Findings found = Findings.of(storage);

        assertEquals(1, found.damages.size(), found::toString);
        assertEquals(FileNames.segment(0), found.damages.get(0).file());
        assertEquals(third, found.damages.get(0).position());
        assertTrue(found.damages.get(0).what().contains("the tail still has it"), found::toString);
        assertEquals(process.all().size(), found.positions.size());
        assertEquals(process.all().size(), Process.start(storage).replayed().size(), "and a start does repair it");
    }

    /** One that can't be contradicted: less was appended, or forced; or it is where nothing of the journal is. */
    private static boolean isBeyondContradiction(
        final int offset, final long appended, final TailSummary before, final long lowest) {
        if (isField(offset, APPENDED_OFFSET)) {
            return appended < before.appendedPosition();
        }
        final long mask = before.capacity() - 1;
        final long inRing = (offset - TailDescriptor.HEADER_LENGTH - lowest) & mask;
        return isField(offset, FORCED_OFFSET) || offset >= TailDescriptor.HEADER_LENGTH
            && (offset >= TailDescriptor.HEADER_LENGTH + before.capacity()
            || inRing >= before.appendedPosition() - lowest);
    }

    private static boolean isField(final int offset, final int fieldOffset) {
        return offset >= fieldOffset && offset < fieldOffset + Long.BYTES;
    }

    @Test
    void shouldNameTheTailForEveryFlippedBitThatTheJournalCanContradict() throws IOException {
        killed(10, 10, SMALLEST_TAIL);
        final Findings whole = Findings.of(storage);
        final TailSummary summary = whole.tails.get(0);
        final JournalInspector inspector = JournalInspector.open(storage);
        int seen = 0;
        int unseen = 0;
        try (JournalFile tail = storage.sharedMemory().open(location())) {
            final long lowest = TailReader.of(tail, "", Process.COORDINATOR_ID).lowestPosition();
            for (int offset = 0; offset < tail.length(); offset++) {
                final boolean isUsed = !isBeyondContradiction(offset, Long.MAX_VALUE, summary, lowest)
                    || isField(offset, FORCED_OFFSET);
                for (int bit = 0; bit < (isUsed || offset % UNUSED_STEP == 0 ? 8 : 0); bit++) {
                    final byte before = tail.buffer().getByte(offset);
                    tail.buffer().putByte(offset, (byte) (before ^ 1 << bit));
                    final Findings found = Findings.of(inspector);
                    final long appended = TailDescriptor.appendedPosition(tail.buffer());
                    if (isBeyondContradiction(offset, appended, summary, lowest)) {
                        unseen++;
                    } else {
                        seen++;
                        assertFalse(found.damages.isEmpty(), found::toString);
                        assertTrue(found.names(location()), found::toString);
                    }
                    tail.buffer().putByte(offset, before);
                }
            }
        }
        assertTrue(seen > 8 * TailDescriptor.HEADER_LENGTH - 8 * 16, "seen: " + seen + ", unseen: " + unseen);
    }

    @Test
    void shouldFindNoDamageInAStagedJournalThatIsBeingWritten() throws InterruptedException {
        final Path data = directory.resolve("data");
        final Process process = Process.start(new StagedStorage(data, directory));
        final AtomicBoolean isStopped = new AtomicBoolean();
        final Thread writer = new Thread(() -> {
            process.journal().handOver();
            while (!isStopped.get()) {
                append(process, 10);
                if (process.all().size() % 50 == 0) {
                    process.forceAll();
                }
            }
        });
        writer.start();
        int before = 0;
        try {
            for (int round = 0; (round < 60 || before == 0) && before < 20_000; round++) {
                final Findings found = Findings.of(new MappedStorage(data));
                assertEquals(List.of(), found.damages);
                assertTrue(found.positions.size() >= before, found::toString);
                before = found.positions.size();
            }
        } finally {
            isStopped.set(true);
            writer.join();
            process.close();
        }
        assertTrue(before > 0);
        assertEquals(process.all().size(), Findings.of(new MappedStorage(data)).positions.size());
    }
}
