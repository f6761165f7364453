package io.dtm.core.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.journal.reading.JournalReader;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What tools are told of checkpoints. */
class InspectedCheckpointTest {
    /** A coordinator for each bit would take long. */
    private static final int BITS_STEP = 61;

    private final SimulatedStorage storage = new SimulatedStorage();

    private List<InspectedCheckpoint> all() {
        return InspectedCheckpoint.all(storage, Life.COORDINATOR_ID);
    }

    private void twoCheckpoints() {
        final Life life = Life.start(storage);
        life.closeSegment().checkpoint();
        life.closeSegment().checkpoint();
        storage.killProcess();
    }

    @Test
    void shouldTellWhatACheckpointIs() {
        twoCheckpoints();

        final List<InspectedCheckpoint> found = all();

        assertEquals(2, found.size());
        for (final InspectedCheckpoint one : found) {
            assertTrue(one.isValid(), one::toString);
            assertEquals(FileNames.checkpoint(one.position()), one.name());
            assertEquals(one.position(), one.header().replayPosition());
            assertEquals(1, one.header().epoch());
            assertEquals(42, one.header().createdMs());
            assertTrue(one.items() > 10 && one.lengthBytes() > 1_000, one::toString);
        }
    }

    private void read(final String name) {
        try (CheckpointDecoder decoder = CheckpointDecoder.open(storage, name, Life.COORDINATOR_ID)) {
            decoder.read((buffer, offset, length) -> { });
        }
    }

    @Test
    void shouldNameEveryFlippedBit() throws IOException {
        Life.start(storage).closeSegment().checkpoint();
        final String name = all().get(0).name();
        for (int bit = 0; bit < 8 * storage.length(name); bit++) {
            storage.flip(name, bit / 8, 1 << bit % 8);
            assertTrue(assertThrows(JournalException.class, () -> read(name)).getMessage().contains(name));
            if (bit % BITS_STEP == 0) {
                final InspectedCheckpoint found = all().get(0);
                assertFalse(found.isValid(), found::toString);
                assertEquals(name, found.name());
                assertFalse(found.damage().contains(name), "the file is told twice");
            }
            storage.flip(name, bit / 8, 1 << bit % 8);
        }
        assertTrue(all().get(0).isValid());
    }

    @Test
    void shouldNameACheckpointOfAnotherCoordinator() {
        twoCheckpoints();
        assertTrue(InspectedCheckpoint.all(storage, 1).get(0).damage().contains("belongs to coordinator"));
    }

    @Test
    void shouldBeWhatTheRecordsBeforeItGive() {
        twoCheckpoints();
        final List<InspectedCheckpoint> found = all();
        final InspectedCheckpoint newer = found.get(1);
        final RestoredCoordinator older =
            RestoredCoordinator.of(storage, found.get(0).name(), Life.COORDINATOR_ID);

        assertNotNull(CheckpointComparison.difference(storage, newer, older.coordinator(), older.recovered()));
        final Recovered recovered;
        try (JournalReader reader = JournalReader.open(storage)) {
            recovered = older.replay(
                handler -> reader.replayClosed(older.replayPosition(), newer.position(), handler));
        }
        assertNull(CheckpointComparison.difference(storage, newer, older.coordinator(), recovered));
    }

    /** Its checksums are right: only the journal knows better. */
    @Test
    void shouldTellACheckpointOfAnotherState() {
        twoCheckpoints();
        final List<InspectedCheckpoint> found = all();
        final RestoredCoordinator older =
            RestoredCoordinator.of(storage, found.get(0).name(), Life.COORDINATOR_ID);
        final InspectedCheckpoint newer = found.get(1);
        final Recovered asNewer = RestoredCoordinator.of(storage, newer.name(), Life.COORDINATOR_ID).recovered();

        final String difference =
            CheckpointComparison.difference(storage, newer, older.coordinator(), asNewer);

        assertTrue(difference.contains("from offset "), difference);
    }
}
