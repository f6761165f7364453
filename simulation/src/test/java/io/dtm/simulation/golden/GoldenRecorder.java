package io.dtm.simulation.golden;

import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.simulation.Episode;
import io.dtm.simulation.EpisodeSettings;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.transcript.TranscriptDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Records golden journals of this version, once for each release; docs/journal-format.md, "Versions and upgrades",
 * tells how it is started. A journal that is there is never overwritten: it must go on to be read. With the argument
 * {@code expected} it writes again what follows from those that are there; whoever does that answers for each line
 * that changes.
 */
final class GoldenRecorder {
    /** Lives with crashes and power losses, each in a world of its own: by name, the stream that it is drawn from. */
    private static final Map<String, Long> LIVES =
        Map.of("life-1", 1L, "life-2", 3L, "life-3", 51L, "life-4", 194L, "life-16", 17L);
    private static final int TRANSACTIONS = 150;
    private static final Path TRANSCRIPTS = Path.of("src", "test", "resources", "transcripts");

    private GoldenRecorder() {
    }

    /** @param arguments see above. */
    public static void main(final String[] arguments) throws IOException {
        if (List.of(arguments).contains("expected")) {
            for (final Path zip : GoldenFiles.all()) {
                expect(zip);
            }
            return;
        }
        final Path directory = Files.createDirectories(GoldenFiles.version(SegmentDescriptor.FORMAT_VERSION));
        for (final Map.Entry<String, Long> one : LIVES.entrySet()) {
            record(life(one.getValue()), GoldenFiles.zip(directory, one.getKey()));
        }
        record(RareEvents.storage(), GoldenFiles.zip(directory, "rare-events"));
        try (var transcripts = Files.list(TRANSCRIPTS)) {
            for (final Path one : transcripts.sorted().toList()) {
                record(TranscriptDisk.after(one),
                    GoldenFiles.zip(directory, one.getFileName().toString().replace(".txt", "")));
            }
        }
    }

    private static SimulatedStorage life(final long seed) {
        final RandomStream random = new RandomStream(seed);
        final Episode episode = new Episode(random, EpisodeSettings.draw(random.split("settings")), TRANSACTIONS);
        episode.run(() -> { });
        if (episode.violations().count() > 0) {
            throw new IllegalStateException("a broken promise isn't worth keeping: " + episode.violations().texts());
        }
        return episode.coordinator().storage();
    }

    private static void record(final SimulatedStorage storage, final Path zip) throws IOException {
        if (!Files.exists(zip)) {
            GoldenFiles.save(storage, zip);
            expect(zip);
        }
    }

    private static void expect(final Path zip) throws IOException {
        final Path unpacked = Files.createTempDirectory("dtm-golden-");
        final List<String> lines = GoldenReplay.of(GoldenFiles.unpack(zip, unpacked));
        Files.write(GoldenFiles.expected(zip), lines);
        System.out.println(zip + ": " + lines.size() + " lines follow from it");
    }
}
