package io.dtm.core.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.RecordDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.fake.Message;
import io.dtm.core.fake.PeerMessages;
import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused right behind a checkpoint: nothing before it is there to be cut behind. */
class CutBehindCheckpointTest {
    private static final Pattern RENAME = Pattern.compile("rename (\\S+) to (\\S+) and start again");

    private SimulatedStorage storage = new SimulatedStorage();

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
        final JournalException refusal = refused(Category.REPLAY);
        assertEquals(end + SegmentDescriptor.HEADER_LENGTH, refusal.cutPosition());

        cutAt(refusal.cutPosition(), digest);
    }

    /** What dtm coordinator --cut-at does. */
    private void cutAt(final long position, final long digest) {
        try (JournalRecovery recovery = JournalRecovery.open(Life.context(storage))) {
            final RestoredCoordinator trial = restored();
            final String reason = new Recovery(trial.coordinator(), trial.output(), trial.recovered())
                .refusalAt(position, handler -> recovery.replay(trial.replayPosition(), handler));
            recovery.cutAt(position, reason, StartEvents::historyCut);
            final RestoredCoordinator restored = restored();
            restored.replay(handler -> recovery.replay(restored.replayPosition(), handler));
            recovery.start().close();
            assertEquals(digest, restored.coordinator().digest());
        }

        final Life next = Life.recover(storage);
        assertEquals(digest, next.digest());
        assertTrue(next.recovered.isCut());
        next.close();
    }

    /** The header of the first segment behind the newest checkpoint; there is one before, or the whole journal. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void shouldCutBehindTheOlderCheckpointWhenItIsTold(final int checkpoints) throws IOException {
        final Life life = Life.start(storage);
        for (int i = 1; i < checkpoints; i++) {
            life.closeSegment();
            life.checkpoint();
        }
        final long digest = lifeUpToTheEndOfASegment(life);
        final long newest = life.checkpoint().checkpoint().replayPosition();
        assertEquals(Math.min(2, checkpoints), storage.list().stream().filter(FileNames::isCheckpoint).count());
        storage.killProcess();
        storage.flip(FileNames.segment(newest), SegmentDescriptor.CRC_OFFSET, 1);

        final JournalException refusal = refused(Category.CORRUPT);
        assertEquals(JournalException.NOWHERE, refusal.cutPosition());
        final Matcher advice = RENAME.matcher(refusal.getMessage());
        assertTrue(advice.find(), refusal.getMessage());
        assertEquals(FileNames.checkpoint(newest), advice.group(1));
        storage.rename(advice.group(1), advice.group(2));

        final JournalException behind = refused(Category.CORRUPT);
        assertTrue(behind.getMessage().contains("--cut-at " + behind.cutPosition()), behind.getMessage());
        assertTrue(behind.cutPosition() <= newest && behind.cutPosition() > newest - Life.SEGMENT_LENGTH);
        cutAt(behind.cutPosition(), digest);
    }

    @Test
    void shouldNameNoCutBeforeTheCheckpointWhereTheSegmentBehindItIsMissing() throws IOException {
        final Life life = Life.start(storage).closeSegment();
        life.checkpoint();
        final long digest = lifeUpToTheEndOfASegment(life);
        final long newest = life.checkpoint().checkpoint().replayPosition();
        storage.killProcess();
        storage.delete(FileNames.segment(newest));

        final JournalException refusal = refused(Category.CORRUPT);
        assertEquals(JournalException.NOWHERE, refusal.cutPosition(), refusal.getMessage());
        final Matcher advice = RENAME.matcher(refusal.getMessage());
        assertTrue(advice.find(), refusal.getMessage());
        storage.rename(advice.group(1), advice.group(2));

        final JournalException behind = refused(Category.CORRUPT);
        assertTrue(behind.getMessage().contains("is missing"), "not lost in silence: " + behind.getMessage());
        cutAt(behind.cutPosition(), digest);
    }

    /** The segment behind the checkpoint is missing, and so is a record of the one before it. */
    @Test
    void shouldNameNoCutBeforeTheCheckpointWhereTheSegmentBeforeItIsDamagedToo() throws IOException {
        final Life life = Life.start(storage).closeSegment();
        life.checkpoint();
        final long damaged = life.journal.appendedPosition();
        final long digest = life.digest();
        lifeUpToTheEndOfASegment(life);
        final long newest = life.checkpoint().checkpoint().replayPosition();
        storage.killProcess();
        storage.delete(FileNames.segment(newest));
        final long base = damaged / Life.SEGMENT_LENGTH * Life.SEGMENT_LENGTH;
        storage.flip(FileNames.segment(base), (int) (damaged - base) + RecordDescriptor.HEADER_LENGTH, 1);

        final JournalException refusal = refused(Category.CORRUPT);
        assertEquals(JournalException.NOWHERE, refusal.cutPosition(), refusal.getMessage());
        final Matcher advice = RENAME.matcher(refusal.getMessage());
        assertTrue(advice.find(), refusal.getMessage());
        storage.rename(advice.group(1), advice.group(2));

        final JournalException behind = refused(Category.CORRUPT);
        assertEquals(damaged, behind.cutPosition(), behind.getMessage());
        cutAt(behind.cutPosition(), digest);
    }

    private long lifeUpToTheEndOfASegment(final Life life) {
        final long closed = life.journal.closedPosition();
        long digest = life.digest();
        while (life.journal.closedPosition() == closed) {
            digest = life.digest();
            life.submit();
            life.forceAll();
        }
        return digest;
    }

    @Test
    void shouldNotSendAnOperatorToWhatIsNotThere() throws IOException {
        final Life life = Life.start(storage);
        final long first = life.closeSegment().checkpoint().checkpoint().replayPosition();
        final long newest = life.closeSegment().checkpoint().checkpoint().replayPosition();
        storage.killProcess();
        storage.flip(FileNames.segment(newest), SegmentDescriptor.CRC_OFFSET, 1);
        assertTrue(RENAME.matcher(refused(Category.CORRUPT).getMessage()).find());

        final SimulatedStorage whole = storage.copy();
        storage.delete(FileNames.segment(first));
        assertFalse(RENAME.matcher(refused(Category.CORRUPT).getMessage()).find());

        storage = whole.copy();
        storage.flip(FileNames.checkpoint(first), 20, 1);
        assertFalse(RENAME.matcher(refused(Category.CORRUPT).getMessage()).find(), "the first segment is gone");
    }

    @Test
    void shouldNotOverwriteWhatAnEarlierCutKept() throws IOException {
        final Life life = Life.start(storage);
        final long newest = life.closeSegment().checkpoint().checkpoint().replayPosition();
        storage.killProcess();
        storage.flip(FileNames.segment(newest), SegmentDescriptor.CRC_OFFSET, 1);
        final String kept = FileNames.checkpoint(newest) + FileNames.KEPT_SUFFIX;
        storage.create(kept, 8).close();

        assertTrue(refused(Category.CORRUPT).getMessage().contains(" to " + kept + ".2 and "));
    }

    /** It is whole, and the program that wrote it can replay it: nothing is to be given up. */
    @Test
    void shouldNotOfferToCutARecordOfAnotherVersion() {
        final Life life = Life.start(storage);
        final UnsafeBuffer later = Message.frame(PeerMessages.submit(7, "x"));
        later.putByte(1, (byte) 2);
        final long position = life.journal.appendedPosition();
        life.journal.append(0, Long.MAX_VALUE, later, 0, later.capacity());
        life.forceAll();
        storage.killProcess();

        final JournalException refusal = refused(Category.FOREIGN);

        assertEquals(JournalException.NOWHERE, refusal.cutPosition());
        assertTrue(refusal.getMessage().contains("Start the program that wrote it"), refusal.getMessage());
        assertFalse(refusal.getMessage().contains("cut-at"), refusal.getMessage());
        try (JournalRecovery recovery = JournalRecovery.open(Life.context(storage))) {
            final RestoredCoordinator trial = restored();
            final Recovery replay = new Recovery(trial.coordinator(), trial.output(), trial.recovered());
            final JournalException cut = assertThrows(JournalException.class,
                () -> replay.refusalAt(position, handler -> recovery.replay(0, handler)));
            assertEquals(Category.CUT_REFUSED, cut.category());
            assertTrue(cut.getMessage().contains("Start the program that wrote it"), cut.getMessage());
        }
    }

    private JournalException refused(final Category category) {
        final JournalException refusal = assertThrows(JournalException.class, () -> Life.recover(storage));
        assertEquals(category, refusal.category(), refusal.getMessage());
        storage.killProcess();
        return refusal;
    }

    private RestoredCoordinator restored() {
        return RestoredCoordinator.newest(storage, Life.COORDINATOR_ID, damage -> { });
    }
}
