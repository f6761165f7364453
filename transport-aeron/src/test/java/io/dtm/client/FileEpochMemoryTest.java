package io.dtm.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.session.EpochMemory.Known;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileEpochMemoryTest {
    private static final long COORDINATOR = 0xC0FFEE;

    @TempDir
    Path directory;

    @Test
    void shouldKnowNothingAtFirst() {
        assertEquals(Known.NONE, new FileEpochMemory(directory).load(COORDINATOR));
    }

    @Test
    void shouldRememberTheLastEpochOfEachCoordinatorAcrossProcesses() {
        final FileEpochMemory memory = new FileEpochMemory(directory.resolve("epochs"));
        memory.store(COORDINATOR, new Known(3, 103));
        memory.store(COORDINATOR, new Known(4, Long.MIN_VALUE));
        memory.store(-1, new Known(1, 101));

        final FileEpochMemory later = new FileEpochMemory(directory.resolve("epochs"));
        assertEquals(new Known(4, Long.MIN_VALUE), later.load(COORDINATOR));
        assertEquals(new Known(1, 101), later.load(-1));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "epoch", "epoch 4 nonce", "epoch x nonce 1\n", "epoch 4 nonce 1", "epoch 4 nonce 1 2\n"})
    void shouldRefuseAFileThatIsDamaged(final String content) throws IOException {
        Files.writeString(directory.resolve("c0ffee.epoch"), content);
        final FileEpochMemory memory = new FileEpochMemory(directory);

        final IllegalStateException ex =
            assertThrows(IllegalStateException.class, () -> memory.load(COORDINATOR));
        assertTrue(ex.getMessage().contains("c0ffee.epoch"));
    }

    @Test
    void shouldSayThatAnEpochIsNotObeyedWhenItCannotBeKept() throws IOException {
        final FileEpochMemory memory = new FileEpochMemory(directory.resolve("epochs"));
        Files.delete(directory.resolve("epochs"));

        assertThrows(UncheckedIOException.class, () -> memory.store(COORDINATOR, new Known(1, 101)));
    }
}
