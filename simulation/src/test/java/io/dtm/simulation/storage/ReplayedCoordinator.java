package io.dtm.simulation.storage;

import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.journal.reading.RecordHandler;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.Recovery;
import io.dtm.core.recovery.RecoveryOutput;
import io.dtm.simulation.storage.RecordedEvents.Record;

/** A coordinator that only replays. */
final class ReplayedCoordinator {
    private final CommitCoordinator coordinator;
    private final Recovery recovery;
    private RecordHandler handler;

    private ReplayedCoordinator(
        final CommitCoordinator coordinator, final RecoveryOutput output, final Recovered recovered) {
        this.coordinator = coordinator;
        recovery = new Recovery(coordinator, output, recovered);
        recovery.replay(taker -> handler = taker);
    }

    static ReplayedCoordinator empty() {
        final RecoveryOutput output = new RecoveryOutput();
        return new ReplayedCoordinator(new CommitCoordinator(output), output, Recovered.NOTHING);
    }

    void apply(final long endPosition, final Record record) {
        handler.onRecord(
            endPosition, record.linkId(), record.timeNs(), record.frame(), 0, record.frame().capacity());
    }

    /** @return 0: no epoch has begun. */
    long coordinatorId() {
        return recovery.replay(taker -> { }).coordinatorId();
    }

    long digest() {
        return coordinator.digest();
    }
}
