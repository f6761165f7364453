package io.dtm.simulation.storage;

import io.dtm.core.journal.JournalContext;
import io.dtm.core.journal.SimulatedStorage;

/** A kind of storage that the crash test goes through. */
enum StorageModel {
    /** Segments are mapped, a force is of their pages. */
    MAPPED;

    static final int SEGMENT_LENGTH = 3 * 4096;
    private static final int MAX_FRAME_LENGTH = 4 * 1024;

    /** @return for a journal on that storage; its clocks stand still. */
    JournalContext context(final SimulatedStorage storage, final long coordinatorId) {
        return new JournalContext()
            .storage(storage)
            .segmentLength(SEGMENT_LENGTH)
            .maxFrameLength(MAX_FRAME_LENGTH)
            .reservedSegments(2)
            .lowSpaceBytes(0)
            .spaceRetryNs(0)
            .coordinatorIdSupplier(() -> coordinatorId)
            .nanoClock(() -> 1)
            .epochClock(() -> 1);
    }
}
