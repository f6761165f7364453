package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A journal whose forced part is damaged: refused, until an operator gives up what follows. */
class CutJournalTest {
    private static final int JOURNAL_REFUSED = 72;
    private static final Pattern CUT = Pattern.compile("--cut-at (\\d+)");
    private static final String SEGMENT = "00000000000000000000.segment";

    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void shouldGoOnWhereAnOperatorCutsADamagedJournal() throws IOException {
        final CoordinatorChild first = house.coordinator();
        final Peer peer = house.peer("peer", first);
        peer.register("one", new HeldParticipant());
        peer.register("two", new HeldParticipant());
        int epoch = 0;
        for (int i = 0; i < 5; i++) {
            epoch = peer.assertServes(0, "one", "two");
        }
        first.kill();
        first.loseMemory(); // It would mend the segment.
        final Path segment = first.directory().resolve("journal").resolve(SEGMENT);
        final byte[] damaged = Files.readAllBytes(segment);
        damaged[middle(damaged)] ^= 0x10;
        Files.write(segment, damaged);

        final ChildJvm refused = first.jvm().start();
        assertEquals(JOURNAL_REFUSED, refused.exitStatus(Conditions.LIMIT_S));
        final Matcher named = CUT.matcher(refused.said());
        assertTrue(named.find(), refused.said());
        final long position = Long.parseLong(named.group(1));
        assertTrue(refused.said().contains(segment + ", position " + position), refused.said());
        assertArrayEquals(damaged, Files.readAllBytes(segment), "nothing was changed");

        final ChildJvm elsewhere = first.again("--cut-at", Long.toString(position + 8)).jvm().start();
        assertEquals(JOURNAL_REFUSED, elsewhere.exitStatus(Conditions.LIMIT_S));
        assertArrayEquals(damaged, Files.readAllBytes(segment), "nothing was changed");

        final CoordinatorChild cut = first.again("--cut-at", Long.toString(position)).start();
        assertTrue(cut.jvm().said().contains("cut at position " + position), cut.jvm().said());
        epoch = peer.assertServes(epoch, "one", "two");
        cut.kill();
        assertArrayEquals(damaged, Files.readAllBytes(Path.of(segment + ".cut")), "all of it was kept");
        assertEquals(List.of(position), first.story().cuts());

        // for one start, and never again where nothing is wrong
        final ChildJvm again = first.again("--cut-at", Long.toString(position)).jvm().start();
        assertEquals(JOURNAL_REFUSED, again.exitStatus(Conditions.LIMIT_S));
        assertTrue(again.said().contains("nothing is wrong"), again.said());
        first.start();
        peer.assertServes(epoch, "one", "two");
        first.kill();
        final List<Integer> generations =
            first.story().epochs().stream().map(started -> (Integer) started.arguments().get(2)).toList();
        assertEquals(0, generations.get(0));
        assertTrue(generations.get(1) > 0);
        assertEquals(generations.get(1), generations.get(2));
        assertFalse(Files.exists(segment.resolveSibling("coordinator.cut")));
    }

    /** Of the bytes that aren't zero, behind the header: it was forced, and there are records on both sides. */
    private static int middle(final byte[] segment) {
        final int first = 4096;
        int last = segment.length;
        while (segment[last - 1] == 0) {
            last--;
        }
        return first + (last - first) * 2 / 3;
    }
}
