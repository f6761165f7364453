package io.dtm.simulation.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.FrameValidator;
import io.dtm.codec.FrameValidator.Verdict;
import io.dtm.codec.Origin;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.codec.Templates;
import io.dtm.core.recovery.CheckpointDecoder;
import io.dtm.core.recovery.InspectedCheckpoint;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.MappedStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What released versions wrote is replayed to the state and the decisions that they made of it. One that fails means
 * that journals out there are decided otherwise after an upgrade: a transaction that was committed may be rolled back.
 */
class GoldenJournalTest {
    private static final int TEMPLATES = 256;

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
        assertEquals(journalled(), templates);
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

    /** Of all messages that a coordinator journals: those of its host, and those of peers without handshakes. */
    private static Set<Integer> journalled() {
        final Set<Integer> journalled = new TreeSet<>();
        for (int template = 0; template < TEMPLATES; template++) {
            final boolean isOfPeers = mayComeFrom(Origin.PEER, template);
            if (mayComeFrom(Origin.HOST, template) && !(isOfPeers && Templates.standsAlone(template))) {
                journalled.add(template);
            }
        }
        return journalled;
    }

    /** As the validator says of a frame with such a message, whose body is missing. */
    private static boolean mayComeFrom(final Origin sender, final int template) {
        final UnsafeBuffer frame =
            new UnsafeBuffer(new byte[FrameDescriptor.HEADER_LENGTH + FrameDescriptor.PREFIX_LENGTH]);
        FrameDescriptor.header(frame, 0, 1);
        FrameDescriptor.prefix(frame, FrameDescriptor.HEADER_LENGTH, FrameDescriptor.PREFIX_LENGTH, template, 0);
        return FrameValidator.validate(frame, 0, frame.capacity(), sender) != Verdict.WRONG_TEMPLATE;
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
