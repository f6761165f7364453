package io.dtm.simulation.transcript;

import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the coordinator's disk holds after a transcript. */
public final class TranscriptDisk {
    private TranscriptDisk() {
    }

    /**
     * @param transcript its file.
     * @return the disk.
     * @throws IOException if the file can't be read.
     */
    public static SimulatedStorage after(final Path transcript) throws IOException {
        return after(transcript.getFileName().toString(), Files.readAllLines(transcript));
    }

    /**
     * @param name  of the transcript.
     * @param lines of it.
     * @return the disk.
     */
    public static SimulatedStorage after(final String name, final List<String> lines) {
        final TranscriptWorld world = new TranscriptWorld(new Rules());
        TranscriptTest.run(world, name, lines);
        return world.coordinator.storage();
    }
}
