package io.dtm.core.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.recovery.CheckpointMaker.Made;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A load that never ends, with a transaction that doesn't either, and checkpoints by the rule of the server's agent:
 * all segments together take no more than
 * <pre>
 *   |── interval ──|── interval ──|── while the child works ──| current | reserved |
 *   └ the checkpoint before last  └ due: the child starts     └ adopted: the first interval goes
 * </pre>
 */
class EndlessLoadTest {
    private static final int SEGMENTS = 200;
    private static final int RESERVED = 2;
    /** Of the mark file, the id and a last one in the making. */
    private static final int OTHER_FILES = 16 * 1024;

    private final SimulatedStorage storage = new SimulatedStorage();
    private Life life;
    private Made made;
    private long adoptAt;
    private int checkpoints;
    private long longestCheckpoint;
    /** Length of all segments. */
    private long greatest;

    @ParameterizedTest
    @CsvSource({"1, 0", "4, 0", "4, 1", "4, 2", "10, 2"})
    void shouldStayBelowABoundAndNeverRefuse(final int interval, final int whileMade) {
        final int most = most(interval, whileMade);
        start(most);

        load(interval, whileMade, most);

        assertTrue(life.journal.hasSpaceForNew());
        assertEquals((long) most * Life.SEGMENT_LENGTH, greatest, "the bound is reached, so none is lower");
        assertTrue(checkpoints >= SEGMENTS / (interval + whileMade) - 1, "checkpoints: " + checkpoints);
        assertEquals(1, life.coordinator().countTransactions().inFlight());
    }

    /** So that the bound above is the least. */
    @ParameterizedTest
    @CsvSource({"1, 0", "4, 0", "4, 2"})
    void shouldRefuseWithASegmentLess(final int interval, final int whileMade) {
        start(most(interval, whileMade) - 1);
        boolean isRefused = false;

        while (!isRefused && life.journal.appendedPosition() < (long) SEGMENTS * Life.SEGMENT_LENGTH) {
            step(interval, whileMade);
            isRefused = !life.journal.hasSpaceForNew();
        }

        assertTrue(isRefused);
    }

    private static int most(final int interval, final int whileMade) {
        return 2 * interval + whileMade + 1 + RESERVED;
    }

    private void start(final int mostSegments) {
        life = Life.start(storage, Life.context(storage).reservedSegments(RESERVED)
            .maxJournalLength((long) mostSegments * Life.SEGMENT_LENGTH), settings());
        life.submit();
        assertFalse(life.journal.isAdopting());
    }

    private void load(final int interval, final int whileMade, final int most) {
        while (life.journal.appendedPosition() < (long) SEGMENTS * Life.SEGMENT_LENGTH) {
            step(interval, whileMade);
            measure();
            assertTrue(life.journal.hasSpaceForNew(), life.reports::toString);
            assertTrue(greatest <= (long) most * Life.SEGMENT_LENGTH, "segments have " + greatest + " bytes");
        }
        assertTrue(longestCheckpoint < Life.SEGMENT_LENGTH, "a checkpoint has " + longestCheckpoint + " bytes");
    }

    private void measure() {
        greatest = Math.max(greatest, length(true));
        // Two that have their names, one that has not.
        final long others = length(false);
        assertTrue(others <= 3 * longestCheckpoint + OTHER_FILES, "other files have " + others + " bytes");
    }

    /** A transaction, a force, and what the checkpoint agent would do then. */
    private void step(final int interval, final int whileMade) {
        life.commitOne();
        life.forceAll();
        final long closed = life.journal.closedPosition();
        if (made == null && closed - life.journal.checkpointPosition() >= (long) interval * Life.SEGMENT_LENGTH) {
            made = (Made) life.make();
            longestCheckpoint = Math.max(longestCheckpoint, made.checkpoint().lengthBytes());
            adoptAt = closed + (long) whileMade * Life.SEGMENT_LENGTH;
        }
        measure();
        if (made != null && closed >= adoptAt) {
            life.journal.adoptCheckpoint(made.checkpoint());
            made = null;
            checkpoints++;
            life.journal.prepareSpace();
        }
    }

    private long length(final boolean ofSegments) {
        long bytes = 0;
        for (final String name : storage.list()) {
            try {
                bytes += FileNames.isSegment(name) == ofSegments ? storage.length(name) : 0;
            } catch (final IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }
        return bytes;
    }

    /** Outcomes are kept, but few: it isn't them that is measured. */
    private static CoordinatorSettings settings() {
        final CoordinatorSettings all = CoordinatorSettings.defaults();
        return new CoordinatorSettings(all.defaultTimeoutMs(), all.maxTimeoutMs(), all.sessionTimeoutMs(),
            all.maxBranches(), all.maxBranchPayloadBytes(), all.maxTransactionPayloadBytes(), all.maxTransactions(),
            all.maxSessions(), all.maxResources(), all.maxInstances(), all.maxPayloadTotalBytes(), 100,
            all.retentionMs(), all.resendInitialMs(), all.resendMaxMs(), all.durability());
    }
}
