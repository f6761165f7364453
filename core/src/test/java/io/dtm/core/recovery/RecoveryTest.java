package io.dtm.core.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.FrameValidator;
import io.dtm.codec.Origin;
import io.dtm.codec.message.DecisionsDoubtedDecoder;
import io.dtm.codec.message.HistoryCutDecoder;
import io.dtm.codec.message.TickDecoder;
import io.dtm.core.coordinator.CoordinatorOutput;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.fake.Calls;
import io.dtm.core.fake.FakeCoordinator;
import io.dtm.core.fake.HostMessages;
import io.dtm.core.fake.Message;
import io.dtm.core.fake.PeerMessages;
import io.dtm.core.journal.reading.RecordHandler;
import io.dtm.core.recovery.Recovered.Contradictions;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class RecoveryTest {
    private static final int LINK = 6;
    private static final EpochStart RESTORED = new EpochStart(
        5, 55, 0, Set.of(Consent.RESTORED), StartEvents.RESTORE_CLOCK_BASE_MS);

    private final RecoveryOutput output = new RecoveryOutput();
    private final FakeCoordinator coordinator = new FakeCoordinator(output);
    private final Recovery recovery = new Recovery(coordinator, output, Recovered.NOTHING);
    private final List<DirectBuffer> records = new ArrayList<>();

    @Test
    void shouldReplayAllRecordsAndTellWhatTheNextEpochMustFollow() {
        start(Recovered.NOTHING);
        records.add(Message.frame(PeerMessages.submit(7, "x")));

        final Recovered recovered = recovery.replay(this::replay);

        assertEquals(new Recovered(40, 400, 5, 1, 0, null, Contradictions.NONE), recovered);
        assertEquals(4, coordinator.events());
    }

    @Test
    void shouldRecoverNothingFromAnEmptyJournal() {
        assertEquals(Recovered.NOTHING, recovery.replay(this::replay));
    }

    @Test
    void shouldGoOnFromACheckpoint() {
        final Recovered checkpoint = new Recovered(30, 300, 5, 4, 1, null, Contradictions.NONE);
        final Recovery later = new Recovery(coordinator, output, checkpoint);

        assertEquals(checkpoint, later.replay(handler -> { }));
        final DirectBuffer frame = Message.frame(PeerMessages.begin(7));
        assertEquals(new Recovered(31, 350, 5, 4, 1, null, Contradictions.NONE),
            later.replay(handler -> handler.onRecord(350, LINK, 31, frame, 0, frame.capacity())));
    }

    @Test
    void shouldGoOnWithTheContradictionsOfACheckpoint() {
        final Recovered checkpoint = new Recovered(5, 50, 5, 4, 1, null, new Contradictions(1, 40));
        final Recovery unexplained = new Recovery(coordinator, output, checkpoint);
        start(checkpoint);
        final List<DirectBuffer> explained = List.copyOf(records);
        records.remove(0);

        final JournalException failure = assertThrows(JournalException.class, () -> unexplained.replay(this::replay));

        assertEquals(Category.REPLAY, failure.category());
        assertTrue(failure.getMessage().contains("ends at position 40, an acknowledgement"), failure.getMessage());
        records.clear();
        records.addAll(explained);
        assertEquals(Contradictions.NONE,
            new Recovery(coordinator, output, checkpoint).replay(this::replay).contradictions());
    }

    @Test
    void shouldDropOutputsUntilItGoesLive() {
        final Calls sent = new Calls();
        records.add(Message.frame(PeerMessages.submit(7, "x"), PeerMessages.lookup(1, "orders")));
        recovery.replay(this::replay);
        assertEquals(List.of(), sent.all());

        output.goLive(sent.of(CoordinatorOutput.class));
        coordinator.lookup(1, records.get(0), 0, 0);
        assertEquals(List.of("found(6, 1, 4)"), sent.all());
    }

    @Test
    void shouldLeadEveryOutputToTheLiveOneAndNoneBefore() throws ReflectiveOperationException {
        final Calls sent = new Calls();
        for (final var method : CoordinatorOutput.class.getMethods()) {
            final Object[] arguments = new Object[method.getParameterCount()];
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = sample(method.getParameterTypes()[i]);
            }
            final RecoveryOutput switched = new RecoveryOutput();
            method.invoke(switched, arguments);
            switched.goLive(sent.of(CoordinatorOutput.class));
            method.invoke(switched, arguments);
            assertEquals(1, sent.all().size(), method.getName());
            assertTrue(sent.all().get(0).startsWith(method.getName() + "("));
            sent.all().clear();
        }
    }

    @Test
    void shouldNameTheRecordWhoseReplayThrows() {
        final StackOverflowError bug = new StackOverflowError("deep");
        coordinator.failAt(8, bug);
        records.add(Message.frame(PeerMessages.submit(7, "x")));
        records.add(Message.frame(PeerMessages.submit(8, "x")));

        final JournalException failure = assertThrows(JournalException.class, () -> recovery.replay(this::replay));

        assertEquals(Category.REPLAY, failure.category());
        assertTrue(failure.getMessage().contains("position 200"), failure.getMessage());
        assertSame(bug, failure.getCause());
    }

    @Test
    void shouldTellWhereToCutOffARecordThatCannotBeReplayed() {
        start(Recovered.NOTHING);
        coordinator.failAt(8, new AssertionError("a bug"));
        records.add(Message.frame(PeerMessages.submit(7, "x")));
        records.add(Message.frame(PeerMessages.submit(8, "x")));

        final String reason = recovery.refusalAt(400, this::replay);

        assertTrue(reason.contains("a bug") && reason.contains("--cut-at 400"), reason);
        coordinator.failAt(0, null);
        records.remove(records.size() - 1);
        records.add(StartEvents.historyCut(400, 100, reason));
        final Recovered cut = new Recovery(coordinator, output, Recovered.NOTHING).replay(this::replay);
        assertTrue(cut.isCut());
    }

    @Test
    void shouldRefuseACutWhereNothingIsWrong() {
        start(Recovered.NOTHING);
        assertCutRefused(300, "it can be replayed to its end at 300");
    }

    @Test
    void shouldRefuseACutAtAnotherPosition() {
        start(Recovered.NOTHING);
        coordinator.failAt(8, new AssertionError("a bug"));
        records.add(Message.frame(PeerMessages.submit(8, "x")));
        assertCutRefused(400, "--cut-at 300");
    }

    @Test
    void shouldRefuseACutBeforeTheFirstEpoch() {
        coordinator.failAt(8, new AssertionError("a bug"));
        records.add(Message.frame(PeerMessages.submit(8, "x")));
        assertCutRefused(0, "nothing would remain");
    }

    private void assertCutRefused(final long position, final String why) {
        final JournalException refused =
            assertThrows(JournalException.class, () -> recovery.refusalAt(position, this::replay));
        assertEquals(Category.CUT_REFUSED, refused.category());
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }

    /** Also after a crash between the cut and its epoch, when no operator says anything. */
    @Test
    void shouldStartARestoredEpochAfterACut() {
        start(Recovered.NOTHING);
        records.add(StartEvents.historyCut(300, 100, "damaged"));
        final Recovered cut = recovery.replay(this::replay);
        assertTrue(cut.isCut());

        records.addAll(StartEvents.after(cut, new EpochStart(5, 56, 0, Set.of(), 0), CoordinatorSettings.defaults()));

        final Recovered recovered = new Recovery(coordinator, output, Recovered.NOTHING).replay(this::replay);
        assertEquals(1 + StartEvents.EPOCHS_SKIPPED, recovered.epoch());
        assertEquals(recovered.epoch(), recovered.generation());
        assertFalse(recovered.isCut());
    }

    @Test
    void shouldShortenALongReasonWithoutBreakingACharacter() {
        final DirectBuffer frame = StartEvents.historyCut(300, 100, "x" + "\u00e4".repeat(200));

        assertEquals(FrameValidator.Verdict.VALID,
            FrameValidator.validate(frame, 0, frame.capacity(), Origin.HOST));
        final String reason = new HistoryCutDecoder().wrap(frame, FrameDescriptor.HEADER_LENGTH
            + FrameDescriptor.PREFIX_LENGTH, HistoryCutDecoder.BLOCK_LENGTH, 1).reason();
        assertEquals("x" + "\u00e4".repeat(126), reason);
    }

    @Test
    void shouldSayWhatToDoWithARecordOfAnotherVersion() {
        final UnsafeBuffer later = Message.frame(PeerMessages.submit(7, "x"));
        later.putByte(1, (byte) 2);
        records.add(later);

        final JournalException failure = assertThrows(JournalException.class, () -> recovery.replay(this::replay));

        assertEquals(Category.FOREIGN, failure.category());
        assertTrue(failure.getMessage().contains("position 100"), failure.getMessage());
        assertTrue(failure.getMessage().contains("version 2 of the schema, this program knows 1. Nothing is damaged"),
            failure.getMessage());
        assertTrue(failure.getMessage().contains("the program that wrote it, or a newer one"), failure.getMessage());
    }

    @Test
    void shouldNameAnAcknowledgementThatContradictsTheReplayAlone() {
        contradict();

        assertEquals(new Contradictions(1, 100), recovery.replay(this::replay).contradictions());
    }

    @Test
    void shouldPassAnAcknowledgementThatContradictedTheCoordinatorToo() {
        contradict();
        contradict();
        records.add(Message.frame(HostMessages.contradictionsSeen(2)));

        assertEquals(new Contradictions(2, 0), recovery.replay(this::replay).contradictions());
    }

    @Test
    void shouldNameTheContradictionsThatCameAfterThoseThatWereSeen() {
        contradict();
        records.add(Message.frame(HostMessages.contradictionsSeen(1)));
        contradict();

        assertEquals(new Contradictions(2, 300), recovery.replay(this::replay).contradictions());
    }

    @Test
    void shouldStopWhenTheReplaySeesFewerContradictionsThanTheCoordinatorDid() {
        contradict();
        records.add(Message.frame(HostMessages.contradictionsSeen(2)));

        final JournalException failure = assertThrows(JournalException.class, () -> recovery.replay(this::replay));

        assertEquals(Category.REPLAY, failure.category());
        assertTrue(failure.getMessage().contains("position 200"), failure.getMessage());
    }

    @Test
    void shouldStopWhenALaterEpochStartedAsIfNothingHadContradicted() {
        contradict();
        start(new Recovered(0, 0, 5, 1, 0, null, Contradictions.NONE));

        final JournalException failure = assertThrows(JournalException.class, () -> recovery.replay(this::replay));

        assertEquals(Category.REPLAY, failure.category());
        assertTrue(failure.getMessage().contains("position 100"), failure.getMessage());
        assertTrue(failure.getMessage().contains("acknowledged another decision"), failure.getMessage());
    }

    @Test
    void shouldRecordWhatAnOperatorTakesAsItIsSoThatLaterStartsGoOn() {
        contradict();
        final Recovered recovered = recovery.replay(this::replay);
        records.addAll(StartEvents.after(
            new Recovered(0, 0, 5, 1, 0, null, recovered.contradictions()),
            new EpochStart(5, 55, 0, Set.of(Consent.CONTRADICTIONS), 0), CoordinatorSettings.defaults()));

        final Recovery later = new Recovery(coordinator, output, Recovered.NOTHING);

        assertEquals(Contradictions.NONE, later.replay(this::replay).contradictions());
    }

    @Test
    void shouldGoOnCountingAfterACheckpointInTheMidstOfAnEpoch() {
        final Recovered checkpoint = new Recovered(0, 0, 5, 4, 1, null, new Contradictions(2, 0));
        contradict();
        records.add(Message.frame(HostMessages.contradictionsSeen(3)));

        assertEquals(new Contradictions(3, 0),
            new Recovery(coordinator, output, checkpoint).replay(this::replay).contradictions());
    }

    private void contradict() {
        coordinator.failAt(7, null);
        records.add(Message.frame(PeerMessages.acknowledgement(7, 1)));
    }

    @Test
    void shouldRefuseARecordThatIsNoFrame() {
        records.add(new org.agrona.concurrent.UnsafeBuffer(new byte[12]));

        final JournalException failure = assertThrows(JournalException.class, () -> recovery.replay(this::replay));

        assertTrue(failure.getMessage().contains("WRONG_SCHEMA"), failure.getMessage());
    }

    @Test
    void shouldRefuseTimeThatGoesBack() {
        final DirectBuffer frame = Message.frame(PeerMessages.begin(7));

        assertThrows(JournalException.class, () -> recovery.replay(handler -> {
            handler.onRecord(100, LINK, 50, frame, 0, frame.capacity());
            handler.onRecord(200, LINK, 49, frame, 0, frame.capacity());
        }));
    }

    @Test
    void shouldTellOfAHaltAtTheEndAndPassOneOfAnEarlierEpoch() {
        start(Recovered.NOTHING);
        records.add(Message.frame(PeerMessages.epochRefused()));
        records.add(Message.frame(PeerMessages.begin(7)));
        assertEquals("another history", recovery.replay(this::replay).haltReason());

        records.clear();
        start(new Recovered(0, 0, 5, 1, 0, null, Contradictions.NONE));
        assertNull(recovery.replay(handler -> records.forEach(
            frame -> handler.onRecord(1_000, 0, 1_000, frame, 0, frame.capacity()))).haltReason());
    }

    @Test
    void shouldStopWhenTheReplayHaltsWhereTheCoordinatorWentOn() {
        records.add(Message.frame(PeerMessages.epochRefused()));
        final DirectBuffer frame = Message.frame(PeerMessages.begin(7));
        for (int i = 0; i <= Recovery.MAX_RECORDS_BEHIND_HALT; i++) {
            records.add(frame);
        }

        final JournalException failure = assertThrows(JournalException.class, () -> recovery.replay(this::replay));

        assertTrue(failure.getMessage().contains("another history"), failure.getMessage());
    }

    @Test
    void shouldPassOnWhatTheSourceThrows() {
        final JournalException corrupt = new JournalException(Category.CORRUPT, "bad", null);

        assertSame(corrupt, assertThrows(JournalException.class, () -> recovery.replay(handler -> {
            throw corrupt;
        })));
    }

    @Test
    void shouldRefuseAnEpochThatDoesNotFollow() {
        final Recovered recovered = new Recovered(40, 400, 5, 1, 2, null, Contradictions.NONE);
        final CoordinatorSettings settings = CoordinatorSettings.defaults();

        assertThrows(IllegalArgumentException.class,
            () -> StartEvents.after(recovered, new EpochStart(6, 55, 0), settings));
        assertThrows(IllegalArgumentException.class, () -> new EpochStart(5, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new EpochStart(5, 55, -1));
        assertThrows(IllegalArgumentException.class,
            () -> StartEvents.after(Recovered.NOTHING, RESTORED, settings));
        assertEquals(2, StartEvents.after(recovered, new EpochStart(5, 55, 0), settings).size());
    }

    @Test
    void shouldKeepTheRecoveredGeneration() {
        start(new Recovered(0, 0, 5, 1, 3, null, Contradictions.NONE));

        final Recovered recovered = recovery.replay(this::replay);

        assertEquals(2, recovered.epoch());
        assertEquals(3, recovered.generation());
    }

    @Test
    void shouldRaiseTheGenerationAndSkipEpochsWhenAnOperatorHasRestoredTheDirectory() {
        records.addAll(StartEvents.after(
            new Recovered(0, 0, 5, 7, 3, null, Contradictions.NONE), RESTORED, CoordinatorSettings.defaults()));

        final Recovered recovered = recovery.replay(this::replay);

        assertEquals(7 + StartEvents.EPOCHS_SKIPPED, recovered.epoch());
        assertEquals(recovered.epoch(), recovered.generation());
    }

    @Test
    void shouldStartAboveAnEarlierRestoreOfTheSameBackup() {
        assertEquals(1_000_000, restored(7, 1_000_000, 55));
        assertEquals(1_000_001, restored(7, 1_000_001, 55));
        assertEquals(1_000_300, restored(1_000_001, 1_000_300, 55));
    }

    @Test
    void shouldSkipByChanceWhereTheClockIsBehind() {
        final long other = 55L << 42;

        assertEquals(7 + StartEvents.EPOCHS_SKIPPED, restored(7, -1, 55));
        assertEquals(7 + StartEvents.EPOCHS_SKIPPED + 55, restored(7, -1, other));
        assertEquals(1_000 + StartEvents.EPOCHS_SKIPPED + 55, restored(1_000, 1_000, other));
    }

    /** Of each start what it found and didn't know to be forced: the next one takes that for forced. */
    @Test
    void shouldDoubtWhatWasDecidedByRecordsThatAreNotKnownToHaveBeenForced() {
        final FakeCoordinator deciding = new FakeCoordinator(output) {
            private long last;

            @Override
            public void tick() {
                output.decided(++last, 1, 0, 65_535);
                super.tick();
            }
        };
        start(Recovered.NOTHING);
        ticks(3); // ending at 400, 500, 600
        start(new Recovered(60, 600, 5, 1, 0, null, Contradictions.NONE, false, false, 450, List.of()));
        ticks(3); // ending at 900, 1000, 1100
        final ReplaySource copy = new ReplaySource() {
            @Override
            public void replay(final RecordHandler handler) {
                RecoveryTest.this.replay(handler);
            }

            @Override
            public long forcedEnd() {
                return 1_000;
            }
        };
        final Recovery restored = new Recovery(deciding, output, Recovered.NOTHING);
        restored.doubtTheUnforced(copy);
        final Recovered recovered = restored.replay(copy);

        assertEquals(List.of(2L, 3L, 6L), recovered.doubted());
        assertEquals(1_000, recovered.forcedEnd());
        final List<DirectBuffer> events = StartEvents.after(recovered, RESTORED, CoordinatorSettings.defaults());
        final int message = FrameDescriptor.HEADER_LENGTH;
        assertEquals(DecisionsDoubtedDecoder.TEMPLATE_ID, FrameDescriptor.templateId(events.get(0), message));
        final DecisionsDoubtedDecoder doubted = new DecisionsDoubtedDecoder().wrap(
            events.get(0), message + FrameDescriptor.PREFIX_LENGTH, DecisionsDoubtedDecoder.BLOCK_LENGTH, 1);
        final List<Long> told = new ArrayList<>();
        doubted.transactions().forEach(one -> told.add(one.transactionId()));
        assertEquals(recovered.doubted(), told);
        assertFalse(recovered.isRestoring());
        records.add(events.get(0));
        assertTrue(new Recovery(deciding, output, Recovered.NOTHING).replay(this::replay).isRestoring());
        records.add(events.get(1));
        assertFalse(new Recovery(deciding, output, Recovered.NOTHING).replay(this::replay).isRestoring());
    }

    @Test
    void shouldTellOfManyDoubtedDecisionsInManyFrames() {
        final List<Long> many = LongStream.range(0, 700).boxed().toList();
        final Recovered recovered =
            new Recovered(60, 600, 5, 1, 0, null, Contradictions.NONE, false, false, 450, many);
        final List<DirectBuffer> events = StartEvents.after(recovered, RESTORED, CoordinatorSettings.defaults());
        assertEquals(3 + 2, events.size());
        for (final DirectBuffer event : events) {
            assertEquals(FrameValidator.Verdict.VALID,
                FrameValidator.validate(event, 0, event.capacity(), Origin.HOST));
        }
    }

    private void ticks(final int count) {
        for (int i = 0; i < count; i++) {
            records.add(Message.frame(HostMessages.empty(TickDecoder.TEMPLATE_ID)));
        }
    }

    private int restored(final int recoveredEpoch, final long secondsOfClock, final long nonce) {
        final Recovered backup = new Recovered(0, 0, 5, recoveredEpoch, 3, null, Contradictions.NONE);
        records.clear();
        records.addAll(StartEvents.after(backup, new EpochStart(5, nonce, 0, Set.of(Consent.RESTORED),
            StartEvents.RESTORE_CLOCK_BASE_MS + 1_000L * secondsOfClock), CoordinatorSettings.defaults()));
        return new Recovery(coordinator, output, backup).replay(this::replay).epoch();
    }

    private void start(final Recovered after) {
        records.addAll(StartEvents.after(after, new EpochStart(5, 55, 0), CoordinatorSettings.defaults()));
    }

    private void replay(final RecordHandler handler) {
        long position = 0;
        long timeNs = 0;
        for (final DirectBuffer frame : records) {
            position += 100;
            timeNs += 10;
            try {
                handler.onRecord(position, LINK, timeNs, frame, 0, frame.capacity());
            } catch (final JournalException refused) {
                throw refused.cuttableAt(position - 100); // As a journal does, which knows where the record starts.
            }
        }
    }

    private static Object sample(final Class<?> type) {
        if (type == int.class) {
            return 0;
        }
        if (type == long.class) {
            return 0L;
        }
        if (type == boolean.class) {
            return false;
        }
        if (type == CoordinatorOutput.Alarm.class) {
            return CoordinatorOutput.Alarm.HEURISTIC_MIXED;
        }
        return type == DirectBuffer.class ? Message.frame() : null;
    }
}
