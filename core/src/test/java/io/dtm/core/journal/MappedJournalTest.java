package io.dtm.core.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.storage.TestStorage;
import org.junit.jupiter.api.Test;

/** The contract on mapped files. */
class MappedJournalTest extends JournalContract {
    MappedJournalTest() {
        super(new TestStorage.Mapped());
    }

    @Test
    void shouldNotTakeAnInterruptOfAnAgentForAFailure() {
        final Process process = Process.start(storage());
        while (process.journal().appendedPosition() < Process.SEGMENT_LENGTH) {
            process.append("until the spare is in use");
        }
        final int segments = segments();
        Thread.currentThread().interrupt();
        assertEquals(0, process.journal().prepareSpace());
        assertTrue(Thread.interrupted());
        assertEquals(segments, segments());

        assertEquals(1, process.journal().prepareSpace());
        assertEquals(segments + 1, segments());
        assertTrue(process.reports().isEmpty());
        process.forceAll();
        process.close();
    }
}
