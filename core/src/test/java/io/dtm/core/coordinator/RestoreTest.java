package io.dtm.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.coordinator.ProtocolCodes.Vote;
import org.junit.jupiter.api.Test;

/** Rule 12: an operator says that the directory was put back to an earlier point. */
class RestoreTest {
    private static final int LOST_EPOCH = 3;
    private static final long LOST_NONCE = 31;
    private static final int SKIPPED = 10;

    private final CoordinatorScenario scenario = CoordinatorScenario.started();
    private final ScenarioClient client = scenario.client();
    private final ScenarioParticipant a = scenario.participant("A");

    private void restore() {
        scenario.epoch += SKIPPED;
        scenario.restart(1, 900, 0);
        scenario.quiet();
    }

    @Test
    void shouldGoOnWithAParticipantThatSawEpochsOfTheLostHistory() {
        restore();
        a.knownEpoch = LOST_EPOCH;
        a.knownNonce = LOST_NONCE;
        a.reconnects();
        scenario.sends("s2 <- RESUMED of epoch 1", "s2 <- REGISTERED r1");
    }

    @Test
    void shouldTellAPeerThatItsLostEpochIsInTheChain() {
        final long[] told = new long[1];
        final CommitCoordinator coordinator = new CommitCoordinator(new RecordingOutput() {
            @Override
            public void sessionOpened(
                final int sessionId, final long requestId, final long high, final long low, final long nonce) {
                told[0] = nonce;
            }
        });
        coordinator.startFrame(0, 0);
        coordinator.epochStarted(77, 1, 0, 41, 0, 0);
        coordinator.epochStarted(77, 1 + SKIPPED, 1, 42, 0, 0);
        coordinator.startFrame(1, 0);
        assertEquals(LOST_NONCE, known(coordinator, LOST_EPOCH, told));
        assertEquals(LOST_NONCE, known(coordinator, 1, told));
        assertEquals(42, known(coordinator, 1 + SKIPPED, told));
        assertEquals(0, known(coordinator, 2 + SKIPPED, told));
        assertEquals(0, known(coordinator, 0, told));
    }

    private static long known(final CommitCoordinator coordinator, final int epoch, final long[] told) {
        coordinator.sessionOpening(1, 1, 1, epoch, LOST_NONCE, 0, 0, 0, ScenarioClient.none(), 0, 0);
        return told[0];
    }

    /** It was started once without the operator's word, and halted: that is another history too. */
    @Test
    void shouldGoOnWithAParticipantThatSawAnotherEpochOfTheSameNumber() {
        scenario.restart();
        restore();
        a.knownEpoch = 2;
        a.knownNonce = LOST_NONCE;
        a.reconnects();
        scenario.sends("s2 <- RESUMED of epoch 1", "s2 <- REGISTERED r1");
    }

    @Test
    void shouldStillHaltWhenAParticipantKnowsAnotherNonceOfThisGeneration() {
        restore();
        a.link = scenario.newLink();
        scenario.resume(a.session, a.link);
        scenario.quiet();
        a.knownEpoch = scenario.epoch;
        a.knownNonce = LOST_NONCE;
        a.registers();
        scenario.sends("HALT");
    }

    @Test
    void shouldStillHaltWhenAParticipantKnowsALaterEpoch() {
        restore();
        a.link = scenario.newLink();
        scenario.resume(a.session, a.link);
        scenario.quiet();
        a.knownEpoch = scenario.epoch + 1;
        a.knownNonce = LOST_NONCE;
        a.registers();
        scenario.sends("HALT");
    }

    /** The lost history may have opened sessions, and begun transactions under them. */
    @Test
    void shouldNeverGiveOutASessionIdOfTheLostHistory() {
        final int before = client.session;
        restore();
        assertTrue(scenario.client().session > before + CoordinatorState.SESSIONS_SKIPPED);
    }

    @Test
    void shouldSkipNothingWithoutAnOperatorsWord() {
        assertThrows(IllegalArgumentException.class, () -> scenario.frame(0, () ->
            scenario.coordinator.epochStarted(CoordinatorScenario.COORDINATOR_ID, 3, 0, 5, 0, 0)));
        assertThrows(IllegalArgumentException.class, () -> scenario.frame(0, () ->
            scenario.coordinator.epochStarted(CoordinatorScenario.COORDINATOR_ID, 1, 1, 5, 0, 0)));
    }

    @Test
    void shouldTellNobodyWhatWasUndecidedInTheCopyAndGoOnWithWhatWasDecided() {
        final ScenarioParticipant b = scenario.participant("B");
        final long active = client.begins();
        a.joins(active);
        final long preparing = client.submits(a, b);
        a.votesYes(preparing);
        final long committing = client.submits(a);
        a.votesYes(committing);
        restore();
        client.resumes();
        scenario.quiet();
        a.reconnects();
        scenario.sends("s2 <- RESUMED of epoch 1", "s2 <- REGISTERED r1", "s2 <- COMMIT 1:3/0");
        b.reconnects();
        scenario.sends("s3 <- RESUMED of epoch 1", "s3 <- REGISTERED r2");
        a.asksAbout(preparing, 1, 400);
        a.votes(preparing, Vote.YES, "", 1);
        scenario.sendsNothing();
        client.inquires(preparing);
        scenario.sends("s1 <- EXPIRED 1:2 completed");
        client.commits(active);
        scenario.sends("s1 <- EXPIRED 1:1 completed");
        assertEquals(1, scenario.coordinator.transactionsInFlight());
        scenario.passTicking(120_000);
        scenario.showsState("COMMITTING", committing);
    }

    /** The copy holds their decisions, but not the proof that they were forced: its original may have lost them. */
    @Test
    void shouldTellNobodyWhatIsDoubtedThatWasDecidedInTheCopy() {
        final ScenarioParticipant b = scenario.participant("B");
        final long aborted = client.submits(a, b);
        a.votesNo(aborted);
        b.acknowledgesRollback(aborted);
        final long committing = client.submits(a);
        a.votesYes(committing);
        final long aborting = client.submits(a, b);
        a.votesYes(aborting);
        b.votesNo(aborting);
        for (final long doubted : new long[] {aborted, committing, aborting}) {
            scenario.host(() -> scenario.coordinator.decisionDoubted(doubted));
        }
        restore();
        client.resumes();
        scenario.quiet();
        assertEquals(0, scenario.coordinator.transactionsInFlight());
        a.reconnects();
        b.reconnects();
        scenario.quiet();
        b.asksAbout(aborted, 1, 400);
        a.asksAbout(committing, 1, 400);
        a.asksAbout(aborting, 1, 400);
        scenario.sendsNothing();
        for (final long doubted : new long[] {aborted, committing, aborting}) {
            client.inquires(doubted);
        }
        scenario.sendsCounted("EXPIRED", 3);
    }

    @Test
    void shouldDoubtWhatIsUnknownAndEndsASessionWithItsLastTransaction() {
        final long committing = client.submits(a);
        a.votesYes(committing);
        client.isLost();
        scenario.takeAllSteps();
        scenario.quiet();
        scenario.host(() -> scenario.coordinator.decisionDoubted(client.id(99)));
        scenario.host(() -> scenario.coordinator.decisionDoubted(committing));
        scenario.sendsNothing();
        assertEquals(0, scenario.coordinator.transactionsInFlight());
    }

    @Test
    void shouldForgetWhatWasUndecidedAlsoWhereThatRetiresSessionsAndPushesOlderOnesOut() {
        final ScenarioClient second = scenario.client();
        final ScenarioClient third = scenario.client();
        for (final ScenarioClient early : new ScenarioClient[] {client, second}) {
            final long transaction = early.submits(a);
            a.votesNo(transaction);
            early.closes();
            scenario.takeAllSteps();
            early.isLost();
            scenario.takeAllSteps();
        }
        scenario.passTicking(700_000);
        third.submits(a);
        third.closes();
        scenario.takeAllSteps();
        third.isLost();
        scenario.takeAllSteps();
        restore();
        assertEquals(0, scenario.coordinator.transactionsInFlight());
    }

    /** Client counters begin anew in each session: an id that is given out twice begins the same transactions twice. */
    @Test
    void shouldNotGiveOutTheSameSessionIdsWhenTheSameBackupIsRestoredAgain() {
        assertNotEquals(firstSessionOf(3_000_000, 17), firstSessionOf(3_000_300, 4_711));
        assertTrue(Math.abs(firstSessionOf(3_000_000, 17) - firstSessionOf(3_000_300, 17 + (1 << 20))) > 1_000_000);
    }

    private static int firstSessionOf(final int restoredEpoch, final long nonce) {
        final int[] opened = new int[1];
        final CommitCoordinator coordinator = new CommitCoordinator(new RecordingOutput() {
            @Override
            public void sessionOpened(
                final int sessionId, final long requestId, final long high, final long low, final long known) {
                opened[0] = sessionId;
            }
        });
        coordinator.startFrame(0, 0);
        coordinator.epochStarted(77, 1, 0, 41, 0, 0);
        coordinator.epochStarted(77, restoredEpoch, 1, nonce, 0, 0);
        coordinator.startFrame(1, 0);
        coordinator.sessionOpening(1, 1, 1, 0, 0, 0, 0, 0, ScenarioClient.none(), 0, 0);
        return opened[0];
    }
}
