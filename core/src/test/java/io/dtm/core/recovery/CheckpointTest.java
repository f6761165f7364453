package io.dtm.core.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.fake.HostMessages;
import io.dtm.core.fake.Message;
import io.dtm.core.journal.NewCheckpoint;
import io.dtm.core.journal.reading.JournalReader;
import io.dtm.core.recovery.CheckpointMaker.Declined;
import io.dtm.core.recovery.CheckpointMaker.Made;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.SequentialFile;
import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.core.storage.simulated.Survival;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Checkpoints from their making to the start that uses them. */
class CheckpointTest {
    private static final int IN_A_BLOCK = 200;

    private final SimulatedStorage storage = new SimulatedStorage();

    @Test
    void shouldStartFromTheNewestCheckpointAndTheJournalAfterIt() {
        final Life life = Life.start(storage).closeSegment();
        final Made made = life.checkpoint();
        life.closeSegment();
        final long digest = life.digest();
        storage.killProcess();

        final Life next = Life.recover(storage);

        assertEquals(life.journal.closedPosition() - Life.SEGMENT_LENGTH, next.restored.replayPosition());
        assertEquals(made.checkpoint().replayPosition(), next.restored.replayPosition());
        assertEquals(digest, next.digest());
        assertTrue(next.coordinator().transactionsInFlight() > 20);
        assertEquals(life.journal.appendedPosition(), next.recovered.endPosition());
        assertEquals(List.of(), next.reports);
        assertTrue(made.items() > 5);
    }

    @Test
    void shouldKnowWhereTheLastRecordEndedThatItsCheckpointHolds() {
        final Life life = Life.start(storage).closeSegment();
        final Made made = life.checkpoint();

        final RestoredCoordinator restored = restoredFromFiles();

        final long position = made.checkpoint().replayPosition();
        assertEquals(position, restored.replayPosition());
        final long end = restored.recovered().endPosition();
        assertTrue(end < position && end > position - Life.SEGMENT_LENGTH, "end " + end);
        assertEquals(1, restored.recovered().epoch());
        assertEquals(Life.COORDINATOR_ID, restored.recovered().coordinatorId());
    }

    @Test
    void shouldKeepTheLastTwoAndLetGoOfTheSegmentsBeforeTheOlder() {
        final Life life = Life.start(storage);
        long before = 0;
        long last = 0;
        for (int i = 0; i < 5; i++) {
            life.closeSegment();
            before = last;
            last = life.checkpoint().checkpoint().replayPosition();
            assertEquals(last, life.journal.checkpointPosition());
            assertEquals(before, oldestSegment());
        }
        assertEquals(List.of(FileNames.checkpoint(before), FileNames.checkpoint(last)), checkpoints());
        assertEquals(4, storage.list().stream().filter(FileNames::isSegment).count(),
            "one between the two, the current one, two spares");
        final long digest = life.digest();
        storage.losePower(Survival.NOTHING);

        assertEquals(digest, Life.recover(storage).digest());
    }

    @Test
    void shouldFallBackToTheOlderWhenTheNewestIsDamaged() {
        final Life life = withTwoCheckpoints();
        final String newest = checkpoints().get(1);
        storage.killProcess();
        storage.flip(newest, IN_A_BLOCK, 1);

        final Life next = Life.recover(storage);

        assertEquals(life.digest(), next.digest());
        assertEquals(FileNames.position(checkpoints().get(0)), next.restored.replayPosition());
        assertEquals(1, next.reports.size());
        assertTrue(next.reports.get(0).contains("checkpoint " + newest + " is damaged"), next.reports.get(0));
    }

    @Test
    void shouldReplaceADamagedOneAndKeepTheOneThatItFellBackTo() {
        withTwoCheckpoints();
        final String older = checkpoints().get(0);
        storage.killProcess();
        storage.flip(checkpoints().get(1), IN_A_BLOCK, 1);

        final Life next = Life.start(storage).closeSegment();
        final NewCheckpoint made = next.checkpoint().checkpoint();

        assertEquals(FileNames.position(older), made.previousPosition());
        assertEquals(List.of(older, FileNames.checkpoint(made.replayPosition())), checkpoints());
        assertEquals(made.previousPosition(), oldestSegment());
        final long digest = next.digest();
        storage.killProcess();
        assertEquals(digest, Life.recover(storage).digest());
    }

    @Test
    void shouldFallBackToTheWholeJournal() {
        final Life life = Life.start(storage).closeSegment();
        life.checkpoint();
        storage.killProcess();
        storage.flip(checkpoints().get(0), IN_A_BLOCK, 1);

        final Life next = Life.recover(storage);

        assertEquals(0, next.restored.replayPosition());
        assertEquals(life.digest(), next.digest());
        assertEquals(1, next.reports.size());
    }

    @Test
    void shouldRefuseAndNameTheFilesWhenNothingIsLeftToStartFrom() throws IOException {
        withTwoCheckpoints();
        final List<String> names = checkpoints();
        storage.killProcess();
        names.forEach(name -> storage.flip(name, IN_A_BLOCK, 1));

        final JournalException damaged = assertThrows(JournalException.class, () -> Life.recover(storage));

        assertEquals(Category.CORRUPT, damaged.category());
        names.forEach(name -> assertTrue(damaged.getMessage().contains(name), damaged.getMessage()));
        storage.delete(names.get(0));
        storage.delete(names.get(1));
        storage.killProcess();
        final JournalException missing = assertThrows(JournalException.class, () -> Life.recover(storage));
        assertEquals(Category.CORRUPT, missing.category());
        assertTrue(missing.getMessage().contains("there is no checkpoint"), missing.getMessage());
    }

    @Test
    void shouldRefuseWhenTheSegmentsAfterTheOlderAreMissing() throws IOException {
        withTwoCheckpoints();
        storage.killProcess();
        storage.flip(checkpoints().get(1), IN_A_BLOCK, 1);
        final String oldest = storage.list().stream().filter(FileNames::isSegment).findFirst().orElseThrow();
        storage.delete(oldest);

        final JournalException ex = assertThrows(JournalException.class, () -> Life.recover(storage));

        assertEquals(Category.CORRUPT, ex.category());
        assertTrue(ex.getMessage().contains("is missing"), ex.getMessage());
    }

    /** Without the header's word, the damaged record would look like a torn tail: nothing else says it was forced. */
    @Test
    void shouldTakeADamagedCheckpointsHeaderForEvidence() throws IOException {
        final Life life = Life.start(storage);
        while (life.journal.appendedPosition() < Life.SEGMENT_LENGTH) {
            life.submit();
        }
        life.forceAll();
        final Made made = life.checkpoint();
        assertEquals(Life.SEGMENT_LENGTH, made.checkpoint().replayPosition());
        storage.killProcess();
        storage.delete("coordinator.mark");
        final int inTheLastRecord = (int) restoredFromFiles().recovered().endPosition() - 20;
        storage.flip(checkpoints().get(0), IN_A_BLOCK, 1);
        storage.flip("00000000000000000000.segment", inTheLastRecord, 1);

        final JournalException ex = assertThrows(JournalException.class, () -> Life.recover(storage));

        assertEquals(Category.CORRUPT, ex.category());
        assertTrue(ex.getMessage().contains("the checkpoint " + checkpoints().get(0)), ex.getMessage());
        storage.killProcess();
        storage.delete(checkpoints().get(0));
        assertTrue(Life.recover(storage).recovered.endPosition() < Life.SEGMENT_LENGTH);
    }

    @Test
    void shouldRefuseACheckpointOfAnotherVersionAlsoWhenThereIsAnOlderOne() {
        withTwoCheckpoints();
        storage.killProcess();
        rewriteVersion(checkpoints().get(1));

        final JournalException ex = assertThrows(JournalException.class, () -> Life.recover(storage));

        assertEquals(Category.FOREIGN, ex.category());
        assertTrue(ex.getMessage().contains("format version 2"), ex.getMessage());
    }

    @Test
    void shouldRefuseACheckpointWithoutTheCoordinatorsId() throws IOException {
        withTwoCheckpoints();
        storage.killProcess();
        for (final String name : storage.list()) {
            if (!FileNames.isCheckpoint(name)) {
                storage.delete(name);
            }
        }

        final JournalException ex = assertThrows(JournalException.class, () -> Life.recover(storage));

        assertEquals(Category.FOREIGN, ex.category());
        assertTrue(ex.getMessage().contains("there is a checkpoint, but no coordinator.id"), ex.getMessage());
        assertEquals(2, storage.list().size());
    }

    /** Somebody else's file: it is neither read nor deleted. */
    @Test
    void shouldLeaveFilesAloneThatOnlyLookLikeCheckpoints() throws IOException {
        final List<String> others = List.of(
            "99999999999999999999.checkpoint", "7.checkpoint", "x.checkpoint", "00000000000000008192.checkpoint.old");
        for (final String name : others) {
            storage.createSequential(name).close();
        }
        final Life life = withTwoCheckpoints();
        storage.killProcess();

        assertEquals(life.digest(), Life.recover(storage).digest());
        assertTrue(storage.list().containsAll(others));
    }

    @Test
    void shouldDeclineWhenNothingWasClosedSinceTheLast() {
        final Life life = Life.start(storage);
        assertInstanceOf(Declined.class, life.make());
        life.closeSegment().checkpoint();
        assertInstanceOf(Declined.class, life.make());
        assertEquals(1, checkpoints().size());
        assertTrue(storage.list().stream().noneMatch(name -> name.endsWith(".tmp")));
    }

    @Test
    void shouldDeclineWhenTheCoordinatorHalted() {
        final Life life = Life.start(storage);
        life.halt();
        life.closeSegment();

        final Declined declined = assertInstanceOf(Declined.class, life.make());

        assertTrue(declined.reason().contains("halted"), declined.reason());
    }

    /** The epoch after a cut is a restored one: nothing but the record of the cut says so. */
    @Test
    void shouldDeclineWhileACutIsTheLastThatHappened() {
        final Life life = Life.start(storage);
        life.apply(0, StartEvents.historyCut(100, 10, "damaged"));
        life.closeSegment();

        final Declined declined = assertInstanceOf(Declined.class, life.make());

        assertTrue(declined.reason().contains("cut"), declined.reason());
    }

    /** Nothing but that record says that the next epoch must be a restored one. */
    @Test
    void shouldDeclineWhileARestoreHasBegunAndItsEpochHasNot() {
        final Life life = Life.start(storage);
        life.apply(0, Message.frame(HostMessages.decisionsDoubted(7, 8)));
        life.closeSegment();

        final Declined declined = assertInstanceOf(Declined.class, life.make());

        assertTrue(declined.reason().contains("restores a copy"), declined.reason());
    }

    @Test
    void shouldMakeNoneOfADamagedJournalAndLeaveTheCoordinatorAlone() {
        final Life life = Life.start(storage).closeSegment();
        storage.flip("00000000000000000000.segment", 5_000, 1);

        final JournalException ex = assertThrows(JournalException.class, life::make);

        assertEquals(Category.CORRUPT, ex.category());
        assertTrue(ex.getMessage().contains("00000000000000000000.segment"), ex.getMessage());
        life.submit();
        life.forceAll();
        assertEquals(life.journal.appendedPosition(), life.journal.forcedPosition());
    }

    @Test
    void shouldReplayClosedSegmentsOnly() {
        final Life life = Life.start(storage).closeSegment();
        try (JournalReader reader = JournalReader.open(storage)) {
            assertThrows(
                IllegalArgumentException.class, () -> reader.replayClosed(0, 5_000, (a, b, c, d, e, f) -> { }));
            final JournalException ex = assertThrows(JournalException.class, () -> reader.replayClosed(
                0, life.journal.closedPosition() + Life.SEGMENT_LENGTH, (a, b, c, d, e, f) -> { }));
            assertEquals(Category.CORRUPT, ex.category());
        }
    }

    @Test
    void shouldGoOnWithoutSpaceForACheckpointAndMakeItLater() {
        final Life life = Life.start(storage).closeSegment();
        final long used = usedBytes();
        storage.quotaBytes(used + 300);
        assertThrows(UncheckedIOException.class, life::make);
        storage.quotaBytes(Long.MAX_VALUE);
        storage.capacityBytes(used + 100_000);
        assertThrows(UncheckedIOException.class, () -> life.make(100_001));
        assertEquals(used, usedBytes());
        life.submit();
        life.forceAll();

        life.checkpoint();

        assertEquals(1, checkpoints().size());
        storage.killProcess();
        assertEquals(life.digest(), Life.recover(storage).digest());
    }

    @Test
    void shouldGiveUpACheckpointWhoseForceFailed() {
        final Life life = Life.start(storage).closeSegment();
        storage.failForceAfter(0);

        assertThrows(UncheckedIOException.class, life::make);

        assertTrue(storage.list().stream().noneMatch(name -> name.endsWith(".tmp")));
        life.checkpoint();
        assertEquals(1, checkpoints().size());
    }

    @Test
    void shouldStopForGoodWhenACheckpointsNameCannotBeForced() {
        final Life life = Life.start(storage).closeSegment();
        life.checkpoint();
        life.closeSegment();
        final long oldest = oldestSegment();
        life.journal.adoptCheckpoint(((Made) life.make()).checkpoint());
        storage.failForceAfter(0);

        assertEquals(Category.FORCE_FAILED,
            assertThrows(JournalException.class, life.journal::prepareSpace).category());

        assertThrows(JournalException.class, life::submit);
        assertEquals(oldest, oldestSegment());
        storage.losePower(Survival.NOTHING);
        assertEquals(life.digest(), Life.recover(storage).digest());
    }

    @Test
    void shouldDropACheckpointThatIsNotWhatItWasSaidToBe() throws IOException {
        final Life life = Life.start(storage).closeSegment();
        final NewCheckpoint made = ((Made) life.make()).checkpoint();
        life.journal.adoptCheckpoint(new NewCheckpoint(
            made.temporaryName(), made.replayPosition(), made.previousPosition(), made.lengthBytes() + 1));
        life.journal.prepareSpace();
        assertEquals(List.of(), checkpoints());
        assertFalse(storage.list().contains(made.temporaryName()));

        final NewCheckpoint deleted = ((Made) life.make()).checkpoint();
        storage.delete(deleted.temporaryName());
        life.journal.adoptCheckpoint(deleted);
        assertTrue(life.journal.isAdopting());
        life.journal.prepareSpace();

        assertFalse(life.journal.isAdopting());
        assertEquals(0, life.journal.checkpointPosition());
        assertEquals(2, life.reports.size());
        assertTrue(life.reports.get(1).contains(deleted.temporaryName()), life.reports.get(1));
        life.checkpoint();
    }

    @Test
    void shouldDropACheckpointWhoseHeaderIsDamagedOrOfAnotherPosition() {
        final Life life = Life.start(storage).closeSegment();
        final NewCheckpoint damaged = ((Made) life.make()).checkpoint();
        storage.flip(damaged.temporaryName(), 20, 4);
        life.journal.adoptCheckpoint(damaged);
        life.journal.prepareSpace();
        assertEquals(List.of(), checkpoints());
        assertTrue(life.reports.get(0).contains("the checksum of its header is wrong"), life.reports.get(0));

        final NewCheckpoint older = ((Made) life.make()).checkpoint();
        life.closeSegment();
        life.journal.adoptCheckpoint(new NewCheckpoint(
            older.temporaryName(), life.journal.closedPosition(), 0, older.lengthBytes()));
        life.journal.prepareSpace();
        assertEquals(List.of(), checkpoints());
        assertTrue(life.reports.get(1).contains("of position " + older.replayPosition()), life.reports.get(1));
        life.checkpoint();
        assertEquals(1, checkpoints().size());
    }

    @Test
    void shouldAdoptOneAtATimeAndNothingThatIsNotForced() {
        final Life life = Life.start(storage).closeSegment();
        final NewCheckpoint made = ((Made) life.make()).checkpoint();
        assertThrows(IllegalArgumentException.class, () -> life.journal.adoptCheckpoint(new NewCheckpoint(
            made.temporaryName(), made.replayPosition() + 1, 0, made.lengthBytes())));
        assertThrows(IllegalArgumentException.class, () -> new NewCheckpoint("0.segment", 1, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new NewCheckpoint(made.temporaryName(), 1, 1, 1));
        life.journal.adoptCheckpoint(made);
        assertThrows(IllegalStateException.class, () -> life.journal.adoptCheckpoint(made));
    }

    @Test
    void shouldDeleteWhatLostMakersHaveLeft() {
        final Life life = Life.start(storage).closeSegment();
        life.make();
        life.make();
        life.checkpoint();
        assertTrue(storage.list().stream().noneMatch(name -> name.endsWith(".tmp")));
        life.closeSegment().make();
        assertTrue(storage.list().stream().anyMatch(name -> name.endsWith(".tmp")));
        storage.killProcess();

        Life.recover(storage);

        assertTrue(storage.list().stream().noneMatch(name -> name.endsWith(".tmp")));
    }

    private Life withTwoCheckpoints() {
        final Life life = Life.start(storage);
        for (int i = 0; i < 3; i++) {
            life.closeSegment().checkpoint();
        }
        assertEquals(2, checkpoints().size());
        assertTrue(oldestSegment() > 0);
        return life;
    }

    private RestoredCoordinator restoredFromFiles() {
        return RestoredCoordinator.newest(storage, Life.COORDINATOR_ID, damage -> { });
    }

    private List<String> checkpoints() {
        return storage.list().stream().filter(FileNames::isCheckpoint).toList();
    }

    private long oldestSegment() {
        return storage.list().stream()
            .filter(FileNames::isSegment).mapToLong(FileNames::position).min().orElseThrow();
    }

    private long usedBytes() {
        long bytes = 0;
        for (final String name : storage.list()) {
            bytes += lengthOf(name);
        }
        return bytes;
    }

    private long lengthOf(final String name) {
        try {
            return storage.length(name);
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Its first 128 bytes say another format, and their checksum is right. */
    private void rewriteVersion(final String name) {
        try {
            final ByteBuffer content = ByteBuffer.allocate((int) lengthOf(name));
            storage.openSequential(name).read(content);
            content.put(8, (byte) 2);
            final CRC32C crc = new CRC32C();
            crc.update(content.array(), 0, 124);
            content.order(ByteOrder.LITTLE_ENDIAN).putInt(124, (int) crc.getValue());
            storage.delete(name);
            try (SequentialFile file = storage.createSequential(name)) {
                file.write(content.flip());
            }
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}
