package io.dtm.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Directories that are put back: of the simulator's episodes one of seventeen has that, too few for a short run, and
 * much of what it has found was found there.
 */
final class RestoreEpisodesTest {
    private static final int STREAMS = 40;
    private static final int RESTORES_AT_LEAST = 100;

    @Test
    void shouldKeepEveryPromiseWhereDirectoriesArePutBack() {
        int restores = 0;
        for (int stream = 1; stream <= STREAMS; stream++) {
            final RestoreRun.Result result = RestoreRun.run(stream);
            assertEquals(List.of(), result.violations(), "stream " + stream);
            restores += result.restores();
        }
        final int occurred = restores;
        assertTrue(occurred >= RESTORES_AT_LEAST, () -> "copied or put back: " + occurred);
    }
}
