package io.dtm.core.journal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.storage.ForwardingStorage;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.StorageSuite;
import io.dtm.core.storage.TestStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What comes of a tail when the journal is cut before what it holds: it is kept aside, and never comes back. */
abstract class TailCutContract extends StorageSuite {
    private static final String KEPT = ".cut";

    TailCutContract(final TestStorage testStorage) {
        super(testStorage);
    }

    private DamagedBehindTail damaged() throws IOException {
        final Process process =
            Process.start(Process.context(storage()).tailLength(DamagedBehindTail.TAIL_LENGTH));
        return DamagedBehindTail.make(storage(), process, () -> kill(process::abandon));
    }

    @Test
    void shouldNameTheDamageInTheSegmentsAndWhereToCutThoughTheTailDoesNotMeetThem() throws IOException {
        final DamagedBehindTail damaged = damaged();

        final JournalException refusal = assertCategory(Category.CORRUPT, () -> Process.start(storage()));

        assertTrue(refusal.getMessage().contains(damaged.segment()), refusal.getMessage());
        assertEquals(damaged.cutPosition(), refusal.cutPosition());
        assertArrayEquals(damaged.tail(), tail(damaged), "the refused start changed nothing");
    }

    @Test
    void shouldKeepTheTailAsideByteForByte() throws IOException {
        final DamagedBehindTail damaged = damaged();
        final byte[] segment = bytes(damaged.segment());

        final Process cut = Process.cut(storage(), damaged.cutPosition(), "damaged");

        assertEquals(damaged.kept(), cut.replayed());
        assertArrayEquals(damaged.tail(), bytes(damaged.tailName() + KEPT));
        assertTrue(new String(damaged.tail(), StandardCharsets.ISO_8859_1).contains(DamagedBehindTail.ONLY_IN_TAIL));
        assertArrayEquals(segment, bytes(damaged.segment() + KEPT));
        cut.close();
    }

    @Test
    void shouldCountWhatIsOnlyInTheTailAmongWhatIsLost() throws IOException {
        final DamagedBehindTail damaged = damaged();
        final long end = damaged.all().get(damaged.all().size() - 1).position();

        final Process cut = Process.cut(storage(), damaged.cutPosition(), "damaged");

        final long lost = end - damaged.cutPosition();
        assertTrue(cut.reports().get(0).contains("the " + lost + " bytes from there on are lost"),
            cut.reports()::toString);
        cut.close();
        assertTrue(Process.start(storage()).texts().contains("cut " + damaged.cutPosition() + " " + lost + " damaged"));
    }

    @Test
    void shouldChangeNothingWithoutSpaceForAllThatIsKept() throws IOException {
        final DamagedBehindTail damaged = damaged();
        final List<String> before = storage().list();
        final long missing = 1;
        final JournalStorage small = new ForwardingStorage(storage()) {
            @Override
            public long usableBytes() {
                return damaged.tail().length + Process.SEGMENT_LENGTH - missing;
            }
        };

        final JournalException refusal = assertCategory(
            Category.NO_SPACE, () -> Process.cut(small, damaged.cutPosition(), "damaged"));

        assertTrue(refusal.getMessage().contains("Nothing was changed"), refusal.getMessage());
        assertEquals(before, storage().list());
        Process.cut(storage(), damaged.cutPosition(), "damaged").close();
    }

    @Test
    void shouldNeverGetBackWhatWasCut() throws IOException {
        final DamagedBehindTail damaged = damaged();
        final Process cut = Process.cut(storage(), damaged.cutPosition(), "damaged");
        cut.append("afterwards");
        kill(cut::abandon);

        final Process next = Process.start(storage());

        final int kept = damaged.kept().size();
        assertEquals(damaged.kept(), next.replayed().subList(0, kept));
        assertTrue(next.texts().get(kept).startsWith("cut " + damaged.cutPosition()), next.texts().get(kept));
        assertEquals(List.of("afterwards"), next.texts().subList(kept + 1, next.texts().size()));
        assertFalse(next.tail().isTorn());
        next.close();
        assertEquals(kept + 2, Process.start(storage()).replayed().size());
    }

    /** Each cut finds the tail that the one before has made. */
    @Test
    void shouldOverwriteNothingThatAnEarlierCutKept() throws IOException {
        final DamagedBehindTail damaged = damaged();
        final Process first = Process.cut(storage(), damaged.cutPosition(), "damaged");
        first.append("given up next");
        kill(first::abandon);
        final long earlier = damaged.kept().get(2).position();

        final Process second = Process.cut(storage(), earlier, "again");

        assertEquals(damaged.kept().subList(0, 3), second.replayed());
        assertArrayEquals(damaged.tail(), bytes(damaged.tailName() + KEPT));
        assertTrue(new String(bytes(damaged.tailName() + KEPT + ".2"), StandardCharsets.ISO_8859_1)
            .contains("given up next"));
        second.close();
    }

    private byte[] tail(final DamagedBehindTail damaged) throws IOException {
        try (JournalFile file = storage().sharedMemory().own(damaged.location())) {
            return bytes(file);
        }
    }

    private byte[] bytes(final String name) throws IOException {
        try (JournalFile file = storage().open(name, false)) {
            return bytes(file);
        }
    }

    private static byte[] bytes(final JournalFile file) {
        final byte[] bytes = new byte[file.length()];
        file.buffer().getBytes(0, bytes);
        return bytes;
    }
}
