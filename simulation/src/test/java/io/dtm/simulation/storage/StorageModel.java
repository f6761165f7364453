package io.dtm.simulation.storage;

import io.dtm.core.journal.JournalContext;
import io.dtm.core.storage.simulated.SimulatedStorage;

/** A kind of storage that the crash test goes through. */
enum StorageModel {
    /** Segments are mapped, a force is of their pages. */
    MAPPED,
    /**
     * Records go into a ring in shared memory, a force writes them to the segments. Once in a while a start finds
     * another kind of storage than the process before had.
     */
    STAGED;

    static final int SEGMENT_LENGTH = 3 * 4096;
    /** The shortest that these frames allow: records go round it as often as can be. */
    static final int TAIL_LENGTH = 32 * 1024;
    private static final int MAX_FRAME_LENGTH = 1_536;
    private static final int MAPPED_ONE_IN = 4;

    /** @return empty. */
    SimulatedStorage storage() {
        return new SimulatedStorage().staged(this == STAGED);
    }

    /** @return whether the journal is staged after so many restarts. */
    boolean isStagedAfter(final int restarts) {
        return this == STAGED && restarts % MAPPED_ONE_IN != 2;
    }

    /** @return for a journal on that storage; its clocks stand still. */
    JournalContext context(final SimulatedStorage storage, final long coordinatorId) {
        return new JournalContext()
            .storage(storage)
            .segmentLength(SEGMENT_LENGTH)
            .maxFrameLength(MAX_FRAME_LENGTH)
            .tailLength(TAIL_LENGTH)
            .reservedSegments(2)
            .lowSpaceBytes(0)
            .spaceRetryNs(0)
            .coordinatorIdSupplier(() -> coordinatorId)
            .nanoClock(() -> 1)
            .epochClock(() -> 1);
    }
}
