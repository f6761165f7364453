package io.dtm.core.journal.reading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.journal.Process;
import io.dtm.core.journal.reading.RecordedRecords.Entry;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.MappedStorage;
import io.dtm.core.storage.StagedStorage;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading a journal while others append to it, force it and prepare space. */
class LiveReaderTest {
    private static final int ROUNDS = 60;
    private static final int SMALL_TAIL_LENGTH = 32 * 1024;

    @TempDir
    private Path directory;

    @Test
    void shouldReadAPrefixOfMappedFilesWheneverItReads() throws InterruptedException {
        readWhileItRuns(new MappedStorage(directory.resolve("data")), Process.TAIL_LENGTH);
    }

    /** The ring is so small that it often goes over what is just being read. */
    @Test
    void shouldReadAPrefixOfSegmentsAndTailWheneverItReads() throws InterruptedException {
        readWhileItRuns(new StagedStorage(directory.resolve("data"), directory), SMALL_TAIL_LENGTH);
    }

    private void readWhileItRuns(final JournalStorage storage, final int tailLength) throws InterruptedException {
        final Process process =
            Process.start(Process.context(storage).segmentLength(64 * 1024).tailLength(tailLength));
        final AtomicBoolean isStopped = new AtomicBoolean();
        final Thread writer = new Thread(() -> {
            process.journal().handOver();
            final Random random = new Random(1);
            while (!isStopped.get()) {
                process.appendSome(20, random);
                process.forceAll();
            }
        });
        writer.start();
        List<Entry> before = List.of();
        long lowest = 0;
        try (JournalReader reader = JournalReader.open(directory.resolve("data"))) {
            for (int round = 0; round < ROUNDS && before.size() < 10_000; round++) {
                final RecordedRecords records = new RecordedRecords();
                final JournalTail tail = reader.replay(0, records);
                assertFalse(tail.isTorn(), tail.description());
                assertTrue(tail.position() >= lowest);
                assertTrue(tail.evidencePosition() <= tail.position());
                assertEquals(before, records.entries().subList(0, before.size()));
                before = records.entries();
                lowest = process.journal().appendedPosition();
            }
        } finally {
            isStopped.set(true);
            writer.join();
        }
        assertEquals(process.all().subList(0, before.size()), before);
        process.close();
    }
}
