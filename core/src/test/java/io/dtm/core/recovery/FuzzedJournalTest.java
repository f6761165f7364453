package io.dtm.core.recovery;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dtm.codec.RecordDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.codec.TailDescriptor;
import io.dtm.core.fake.AllocationBound;
import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.journal.inspection.JournalDamage;
import io.dtm.core.journal.inspection.JournalInspector;
import io.dtm.core.journal.inspection.JournalVisitor;
import io.dtm.core.journal.reading.JournalReader;
import io.dtm.core.journal.reading.RecordHandler;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalStorage;
import java.io.ByteArrayOutputStream;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Hostile files of a journal: whoever reads one beside the coordinator, inspects or starts on it, is told what a
 * damage is, or reads no more records than there can be. An input changes bytes of a valid journal, see {@link Script};
 * its first byte says whether all checksums are made right again, so that what lies behind them is reached.
 */
class FuzzedJournalTest {
    /** A few files are read whole, a coordinator is made, a start makes a tail; exceptions have long messages. */
    private static final long MAX_BYTES = 8 << 20;
    /** More records than fit into the files, each read at most by three. */
    private static final int MAX_RECORDS = 200 * 1024 / RecordDescriptor.HEADER_LENGTH;
    private static final Set<Category> REFUSALS = EnumSet.of(Category.CORRUPT, Category.FOREIGN, Category.REPLAY);
    private static final List<String> NAMES = HostileJournal.names();
    private static final String FIRST_SEGMENT =
        NAMES.stream().filter(FileNames::isSegment).findFirst().orElseThrow();
    private static final String LAST_SEGMENT =
        NAMES.stream().filter(FileNames::isSegment).reduce((one, next) -> next).orElseThrow();

    static Stream<byte[]> scripts() {
        return Stream.concat(Stream.of(new byte[] {0}, new byte[] {1}),
            Stream.of(
                new Script().put(FIRST_SEGMENT, 8, 2),
                new Script().put(FIRST_SEGMENT, 12, 0, 1),
                new Script().put(FIRST_SEGMENT, SegmentDescriptor.HEADER_LENGTH, 0xFF, 0xFF, 0xFF),
                new Script().put(LAST_SEGMENT, SegmentDescriptor.HEADER_LENGTH, 0, 0xF0, 0),
                new Script().put(FIRST_SEGMENT, SegmentDescriptor.HEADER_LENGTH, 0, 0xF0, 0),
                new Script().put(LAST_SEGMENT, SegmentDescriptor.HEADER_LENGTH + 8, 0xFF, 0xFF, 0xFF, 0xFF),
                new Script().length(LAST_SEGMENT, 4100).put(LAST_SEGMENT, 12, 4, 16),
                new Script().put(HostileJournal.TAIL, 12, 0, 0, 0, 0).put(HostileJournal.TAIL, 40, 0x20, 0x84),
                new Script().put(HostileJournal.TAIL, 12, 0, 0, 1, 0)
                    .put(HostileJournal.TAIL, 40, 0x20, 0x84, 0xFF, 0xFF),
                new Script().put(HostileJournal.TAIL, 128, 0, 0, 0, 0, 0, 0, 0, 0x7F),
                new Script().put(HostileJournal.TAIL, 528, 0xFF, 0xFF, 0xFF, 0x7F),
                new Script().put(HostileJournal.TAIL, TailDescriptor.HEADER_LENGTH, 1, 2, 3),
                new Script().put(FileNames.TAIL_POINTER, 30, '\n', '\n'),
                new Script().put(FileNames.COORDINATOR_ID, 0, 'x'),
                new Script().put(FileNames.MARK, 24, 1),
                new Script().length(FileNames.TAIL_POINTER, 17))
                .flatMap(script -> Stream.of(script.bytes(0), script.bytes(1))));
    }

    @MethodSource("scripts")
    @FuzzTest
    void shouldBeReadOrRefused(final byte[] input) {
        final HostileJournal journal = new HostileJournal();
        change(journal, input);
        if (input.length > 0 && (input[0] & 1) != 0) {
            journal.sign();
        }
        hold(journal, FuzzedJournalTest::read);
        hold(journal, FuzzedJournalTest::inspect);
        hold(journal, FuzzedJournalTest::start);
    }

    private static void hold(final HostileJournal journal, final Consumer<JournalStorage> reading) {
        AllocationBound.hold(MAX_BYTES, journal::storage, storage -> {
            try {
                reading.accept(storage);
            } catch (final JournalException refused) {
                assertTrue(REFUSALS.contains(refused.category()), refused.getMessage());
            }
        });
    }

    private static void read(final JournalStorage storage) {
        try (JournalReader reader = JournalReader.open(storage)) {
            final RestoredCoordinator restored =
                RestoredCoordinator.newest(storage, reader.coordinatorId(), report -> { });
            restored.replay(handler -> reader.replay(restored.replayPosition(), new Counting(handler)));
        }
    }

    private static void start(final JournalStorage storage) {
        try (JournalRecovery recovery = JournalRecovery.open(HostileJournal.context(storage))) {
            final RestoredCoordinator restored =
                RestoredCoordinator.newest(storage, recovery.coordinatorId(), report -> { });
            restored.replay(handler -> recovery.replay(restored.replayPosition(), new Counting(handler)));
            recovery.start().close();
        }
    }

    private static void inspect(final JournalStorage storage) {
        JournalInspector.open(storage).inspect(0, new JournalVisitor() {
            private int records;

            @Override
            public boolean onRecord(
                final long position,
                final long end,
                final int linkId,
                final long timeNs,
                final DirectBuffer frame,
                final int offset,
                final int length) {
                frame.boundsCheck(offset, length);
                assertTrue(++records <= MAX_RECORDS, "records without end");
                return true;
            }

            @Override
            public void onDamage(final JournalDamage damage) {
                assertTrue(!damage.what().isEmpty());
            }
        });
    }

    /** Steps: a file by its place in {@link #NAMES}, an offset of two bytes, a number of bytes, these bytes. */
    private static void change(final HostileJournal journal, final byte[] input) {
        int at = 1;
        while (at + 4 <= input.length) {
            final String name = NAMES.get((input[at] & 0xFF) % NAMES.size());
            final int offset = input[at + 1] & 0xFF | (input[at + 2] & 0xFF) << 8;
            final int count = Math.min(input[at + 3] & 0xFF, input.length - at - 4);
            at += 4;
            final byte[] bytes = journal.files.get(name);
            if (count == 0) {
                journal.length(name, offset);
            } else {
                for (int i = 0; i < count && offset + i < bytes.length; i++) {
                    bytes[offset + i] = input[at + i];
                }
            }
            at += count;
        }
    }

    /** Writes inputs. A step with no byte gives the file the offset for its length. */
    private static final class Script {
        private final ByteArrayOutputStream steps = new ByteArrayOutputStream();

        Script put(final String name, final int offset, final int... bytes) {
            steps.write(NAMES.indexOf(name));
            steps.write(offset);
            steps.write(offset >> 8);
            steps.write(bytes.length);
            for (final int one : bytes) {
                steps.write(one);
            }
            return this;
        }

        Script length(final String name, final int length) {
            return put(name, length);
        }

        byte[] bytes(final int isSigned) {
            final byte[] written = steps.toByteArray();
            final byte[] input = new byte[1 + written.length];
            input[0] = (byte) isSigned;
            System.arraycopy(written, 0, input, 1, written.length);
            return input;
        }
    }

    /** Passes records on, as long as there aren't more than there can be. */
    private static final class Counting implements RecordHandler {
        private final RecordHandler next;
        private int records;

        Counting(final RecordHandler next) {
            this.next = next;
        }

        @Override
        public void onRecord(
            final long position,
            final int linkId,
            final long timeNs,
            final DirectBuffer frame,
            final int offset,
            final int length) {
            frame.boundsCheck(offset, length);
            assertTrue(++records <= MAX_RECORDS, "records without end");
            next.onRecord(position, linkId, timeNs, frame, offset, length);
        }
    }
}
