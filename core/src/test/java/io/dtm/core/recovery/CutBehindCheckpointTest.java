package io.dtm.core.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.simulated.SimulatedStorage;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** A record that can't be replayed, the first behind a checkpoint: nothing before it is there to be cut behind. */
class CutBehindCheckpointTest {
    private final SimulatedStorage storage = new SimulatedStorage();

    @Test
    void shouldCutTheFirstRecordBehindACheckpoint() {
        final Life life = Life.start(storage).closeSegment();
        life.checkpoint();
        life.closeSegment();
        final UnsafeBuffer noFrame = new UnsafeBuffer(new byte[1000]);
        final long end = life.journal.closedPosition() + Life.SEGMENT_LENGTH;
        while (end - life.journal.appendedPosition() > noFrame.capacity()) {
            life.submit();
        }
        final long digest = life.digest();
        life.journal.append(0, Long.MAX_VALUE, noFrame, 0, noFrame.capacity());
        life.forceAll();
        assertEquals(end, life.checkpoint().checkpoint().replayPosition());
        assertTrue(storage.list().stream().noneMatch(FileNames.segment(0)::equals), storage.list()::toString);
        storage.killProcess();
        final JournalException refusal = assertThrows(JournalException.class, () -> Life.recover(storage));
        assertEquals(Category.REPLAY, refusal.category());
        assertEquals(end + SegmentDescriptor.HEADER_LENGTH, refusal.cutPosition());
        storage.killProcess();

        try (JournalRecovery recovery = JournalRecovery.open(Life.context(storage))) {
            final RestoredCoordinator trial = restored();
            final String reason = new Recovery(trial.coordinator(), trial.output(), trial.recovered())
                .refusalAt(refusal.cutPosition(), handler -> recovery.replay(end, handler));
            recovery.cutAt(refusal.cutPosition(), reason, StartEvents::historyCut);
            final RestoredCoordinator restored = restored();
            restored.replay(handler -> recovery.replay(end, handler));
            recovery.start().close();
            assertEquals(digest, restored.coordinator().digest());
        }

        final Life next = Life.recover(storage);
        assertEquals(digest, next.digest());
        assertTrue(next.recovered.isCut());
    }

    private RestoredCoordinator restored() {
        return RestoredCoordinator.newest(storage, Life.COORDINATOR_ID, damage -> { });
    }
}
