package io.dtm.simulation.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.journal.FileNames;
import io.dtm.core.journal.MappedStorage;
import io.dtm.core.recovery.CheckpointDecoder;
import io.dtm.core.recovery.InspectedCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What released versions wrote is replayed to the state and the decisions that they made of it. One that fails means
 * that journals out there are decided otherwise after an upgrade: a transaction that was committed may be rolled back.
 */
class GoldenJournalTest {
    /** Of all messages that a coordinator journals: those of peers, without handshakes, and those of its host. */
    private static final Set<Integer> JOURNALLED = Set.of(
        8, 10, 12, 13, 15, 20, 21, 22, 23, 24, 25, 50, 51, 52, 53,
        60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75);

    /** Of all items of checkpoints, but for the end. */
    private static final Set<Integer> ITEMS = Set.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);

    @TempDir
    private Path directory;

    @TestFactory
    Stream<DynamicTest> shouldReplayToWhatWasDecided() throws IOException {
        return GoldenFiles.all().stream().map(zip -> DynamicTest.dynamicTest(zip.getFileName().toString(), () -> {
            final List<String> expected = Files.readAllLines(GoldenFiles.expected(zip));
            final List<String> lines = GoldenReplay.of(GoldenFiles.unpack(zip, directory.resolve("" + zip.hashCode())));
            for (int i = 0; i < expected.size(); i++) {
                assertEquals(expected.get(i), i < lines.size() ? lines.get(i) : "", zip + ", line " + (i + 1));
            }
            assertEquals(expected.size(), lines.size(), zip + ": more follows from it than it did");
        }));
    }

    @Test
    void shouldHoldEveryKindOfEventInTheVersionThatIsWrittenNow() throws IOException {
        final Set<Integer> templates = new TreeSet<>();
        int mostSegments = 0;
        for (final Path zip : GoldenFiles.all()) {
            if (zip.startsWith(GoldenFiles.version(SegmentDescriptor.FORMAT_VERSION))) {
                final Path unpacked = GoldenFiles.unpack(zip, directory.resolve(zip.getFileName().toString()));
                templates.addAll(GoldenReplay.templates(unpacked).keySet());
                mostSegments = Math.max(mostSegments, segments(unpacked));
            }
        }
        assertEquals(new TreeSet<>(JOURNALLED), templates);
        assertTrue(mostSegments > 2, "segments: " + mostSegments);
    }

    /** Of all items that a checkpoint can have, and one that a start can't do without. */
    @Test
    void shouldHoldEveryKindOfItemInTheVersionThatIsWrittenNow() throws IOException {
        final Set<Integer> templates = new TreeSet<>();
        int needed = 0;
        for (final Path zip : GoldenFiles.all()) {
            if (zip.startsWith(GoldenFiles.version(SegmentDescriptor.FORMAT_VERSION))) {
                final Path unpacked = GoldenFiles.unpack(zip, directory.resolve(zip.getFileName().toString()));
                needed += Files.exists(unpacked.resolve(FileNames.segment(0))) ? 0 : 1;
                for (final InspectedCheckpoint one : GoldenReplay.checkpoints(unpacked)) {
                    templates.addAll(templates(unpacked, one));
                }
            }
        }
        assertEquals(ITEMS, templates);
        assertTrue(needed > 0, "journals that can't be replayed without a checkpoint: " + needed);
    }

    private static Set<Integer> templates(final Path unpacked, final InspectedCheckpoint checkpoint) {
        final Set<Integer> templates = new TreeSet<>();
        try (CheckpointDecoder decoder = CheckpointDecoder.open(
            new MappedStorage(unpacked), checkpoint.name(), checkpoint.header().coordinatorId())) {
            decoder.read((buffer, offset, length) -> templates.add(FrameDescriptor.templateId(buffer, offset)));
        }
        return templates;
    }

    private static int segments(final Path unpacked) throws IOException {
        try (var files = Files.list(unpacked)) {
            return (int) files.filter(file -> file.toString().endsWith(".segment")).count();
        }
    }
}
