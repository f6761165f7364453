package io.dtm.server.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.journal.JournalContext;
import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.journal.NewCheckpoint;
import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.journal.reading.CheckpointHeader;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.SequentialFile;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a child is started, and when again. */
class CheckpointAgentTest {
    private static final int SEGMENT_LENGTH = 128 * 1024;
    private static final int FRAME_LENGTH = 60 * 1024;
    private static final int OTHER_FILES = 8 * 1024;
    private static final long KEEP_FREE = 99;
    private static final long COORDINATOR_ID = 7;

    private final UnsafeBuffer frame = new UnsafeBuffer(new byte[FRAME_LENGTH]);
    private final SimulatedStorage storage = new SimulatedStorage();
    private final List<Long> launched = new ArrayList<>();
    private final List<Long> keptFree = new ArrayList<>();
    private final List<String> said = new ArrayList<>();
    private SegmentedJournal journal;
    private CheckpointAgent agent;
    private long nowNs;

    @BeforeEach
    void open() {
        try (JournalRecovery recovery = JournalRecovery.open(new JournalContext()
            .storage(storage)
            .segmentLength(SEGMENT_LENGTH)
            .lowSpaceBytes(0)
            .coordinatorIdSupplier(() -> COORDINATOR_ID))) {
            recovery.replay(0, (position, linkId, timeNs, buffer, offset, length) -> { });
            journal = recovery.start();
        }
        agent = new CheckpointAgent(journal, this::launch, 2L * SEGMENT_LENGTH, KEEP_FREE, () -> nowNs, said::add);
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private CheckpointProcess launch(final long upTo, final long keepFree) throws IOException {
        launched.add(upTo);
        keptFree.add(keepFree);
        throw new IOException("no more processes");
    }

    /** One segment more is full, forced and closed. */
    private void fillSegment() {
        final long closed = journal.closedPosition();
        while (journal.closedPosition() == closed) {
            journal.append(0, 0, frame, 0, FRAME_LENGTH);
            journal.requestForce(journal.appendedPosition());
            journal.force();
            journal.prepareSpace();
        }
    }

    @Test
    void shouldWaitUntilEnoughIsClosed() {
        assertEquals(0, agent.doWork());
        fillSegment();
        assertEquals(0, agent.doWork());

        fillSegment();
        agent.doWork();

        assertEquals(List.of(2L * SEGMENT_LENGTH), launched);
        assertEquals(List.of(KEEP_FREE), keptFree);
    }

    @Test
    void shouldNotWaitWhereThereIsNoSpaceForNewTransactions() {
        storage.capacityBytes(3L * SEGMENT_LENGTH + OTHER_FILES);
        fillSegment();
        assertFalse(journal.hasSpaceForNew());

        agent.doWork();

        assertEquals(List.of((long) SEGMENT_LENGTH), launched);
        assertEquals(List.of(KEEP_FREE), keptFree, "the first one lets nothing go");
    }

    @Test
    void shouldTakeTheLastOfTheDiskForOneThatLetsSegmentsGo() throws IOException {
        fillSegment();
        adopt(SEGMENT_LENGTH);
        storage.capacityBytes(4L * SEGMENT_LENGTH + OTHER_FILES);
        fillSegment();
        assertFalse(journal.hasSpaceForNew());

        agent.doWork();

        assertEquals(List.of(2L * SEGMENT_LENGTH), launched);
        assertEquals(List.of(0L), keptFree);
    }

    /** A checkpoint of which only the header is looked at. */
    private void adopt(final long position) throws IOException {
        final String name = FileNames.temporaryCheckpoint(position, "test");
        final ByteBuffer header = new CheckpointHeader(COORDINATOR_ID, position, position, 0, 1, 0, 0, 0, 0).encode();
        final int length = header.remaining();
        try (SequentialFile file = storage.createSequential(name)) {
            file.write(header);
            file.force();
        }
        journal.adoptCheckpoint(new NewCheckpoint(name, position, 0, length));
        journal.prepareSpace();
        assertEquals(position, journal.checkpointPosition(), said::toString);
    }

    @Test
    void shouldTryAgainLessAndLessOften() {
        fillSegment();
        fillSegment();
        long waitedS = 0;
        for (final long delayS : new long[] {5, 10, 20, 40, 80, 160, 300, 300}) {
            final int before = launched.size();
            agent.doWork();
            assertEquals(before + 1, launched.size());
            assertTrue(said.get(said.size() - 1).endsWith(
                "tried again in " + delayS + " s: java.io.IOException: no more processes"), said::toString);

            nowNs += TimeUnit.SECONDS.toNanos(delayS) - 1;
            assertEquals(0, agent.doWork());
            nowNs += 1;
            waitedS += delayS;
        }
        assertEquals(915, waitedS);
    }
}
