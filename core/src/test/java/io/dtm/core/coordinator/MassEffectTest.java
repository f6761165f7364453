package io.dtm.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.coordinator.ProtocolCodes.Stage;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Nothing emits without bound: what one event does to ten thousand transactions advances in steps, but its meaning
 * holds before its step comes. That no event sends more than a constant is checked by the scenario at each.
 */
class MassEffectTest {
    private static final int MANY = 10_000;

    private final CoordinatorScenario scenario = CoordinatorScenario.started();
    private final ScenarioClient client = scenario.client().wants(Stage.DECIDED);
    private final ScenarioParticipant a = scenario.participant("A");
    private final ScenarioParticipant b = scenario.participant("B");

    MassEffectTest() {
        scenario.checkOnlyWhenAsked();
    }

    private long[] submitted() {
        final long[] transactions = new long[MANY];
        for (int i = 0; i < MANY; i++) {
            transactions[i] = client.submits(a, b);
            b.votesYes(transactions[i]);
        }
        scenario.quiet();
        return transactions;
    }

    private long[] active() {
        final long[] transactions = new long[MANY];
        for (int i = 0; i < MANY; i++) {
            transactions[i] = client.begins();
            a.joins(transactions[i]);
        }
        scenario.quiet();
        return transactions;
    }

    private long sent(final String text) {
        return scenario.output.lines().stream().filter(line -> line.contains(text)).count();
    }

    @Test
    void shouldEndTheTransactionsOfALostSessionInSteps() {
        final long[] transactions = active();
        client.isLost();
        assertTrue(sent("ROLLBACK") == 0 && scenario.coordinator.hasContinuation());
        // Its meaning holds at once, also for the last one.
        a.joins(transactions[MANY - 1]);
        assertEquals(1, sent("REJECTED ENLIST NOT_ACTIVE"));
        assertTrue(scenario.takeAllSteps() >= MANY / 200);
        assertEquals(MANY, sent("ROLLBACK"));
        StateCheck.check(scenario.coordinator);
    }

    @Test
    void shouldLeaveTheSubmittedTransactionsOfALostSessionAlone() {
        submitted();
        client.isLost();
        scenario.takeAllSteps();
        assertEquals(0, sent("ROLLBACK"));
        assertEquals(MANY, scenario.coordinator.transactionsInFlight());
    }

    @Test
    void shouldAbortInStepsWhatWasActiveInAnEarlierEpoch() {
        final long[] transactions = active();
        scenario.restart();
        a.link = scenario.newLink();
        scenario.resume(a.session, a.link);
        a.registersOnly();
        client.resumes();
        scenario.quiet();
        client.commits(transactions[MANY - 1]);
        assertEquals(1, sent("ABORTED 1:" + MANY + " decided COORDINATOR_RESTART"));
        scenario.takeAllSteps();
        assertEquals(MANY, sent("ROLLBACK"));
        assertEquals(0, sent("PREPARE"));
        StateCheck.check(scenario.coordinator);
    }

    @Test
    void shouldAskAgainInStepsAndInOrderBeforeAnythingNew() {
        final long[] transactions = submitted();
        scenario.restart();
        a.link = scenario.newLink();
        scenario.resume(a.session, a.link);
        a.registersOnly();
        b.link = scenario.newLink();
        scenario.resume(b.session, b.link);
        b.registersOnly();
        final ScenarioClient later = scenario.client();
        final long last = later.submits(a, b);
        scenario.host(() -> scenario.coordinator.continueSteps());
        assertTrue(sent("PREPARE") > 0 && sent("PREPARE") <= 200);
        scenario.takeAllSteps();
        final List<String> prepares = scenario.output.take().stream()
            .filter(line -> line.startsWith("s2 <- PREPARE")).toList();
        assertEquals(MANY + 1, prepares.size());
        for (int i = 0; i < MANY; i++) {
            assertEquals("s2 <- PREPARE " + RecordingOutput.id(transactions[i]) + "/0 i101", prepares.get(i));
        }
        assertEquals("s2 <- PREPARE " + RecordingOutput.id(last) + "/0 i101", prepares.get(MANY));
        StateCheck.check(scenario.coordinator);
    }

    @Test
    void shouldComeToWhatIsSubmittedWhenTheSweepStandsAtItsVeryEnd() {
        for (int i = 0; i < Sweeps.STEP_MESSAGES; i++) {
            client.submits(a);
        }
        scenario.restart();
        a.link = scenario.newLink();
        scenario.resume(a.session, a.link);
        a.registersOnly();
        scenario.quiet();
        scenario.host(() -> scenario.coordinator.continueSteps());
        scenario.sendsCounted("PREPARE 1:", Sweeps.STEP_MESSAGES);
        scenario.client().submits(a);
        scenario.sendsNothing();
        scenario.host(() -> scenario.coordinator.continueSteps());
        scenario.sends("s2 <- PREPARE 4:1/0 i101");
    }

    @Test
    void shouldSendDecisionsThatAreMadeMeanwhileAfterTheOldPrepares() {
        final long[] transactions = submitted();
        scenario.restart();
        b.link = scenario.newLink();
        scenario.resume(b.session, b.link);
        b.registers();
        a.link = scenario.newLink();
        scenario.resume(a.session, a.link);
        a.registersOnly();
        scenario.host(() -> scenario.coordinator.continueSteps());
        scenario.quiet();
        a.votesYes(transactions[0]);
        assertEquals(1, sent("s3 <- COMMIT 1:1/1"));
        assertEquals(0, sent("s2 <- COMMIT"));
        scenario.takeAllSteps();
        assertEquals(1, sent("s2 <- COMMIT 1:1/0"));
        final List<String> lines = scenario.output.lines();
        assertTrue(lines.indexOf("s2 <- COMMIT 1:1/0") > lines.lastIndexOf("s2 <- PREPARE 1:" + MANY + "/0 i101"));
    }

    @Test
    void shouldAbortInStepsWhatAFormerProcessHasNotVotedFor() {
        final long[] transactions = submitted();
        final ScenarioParticipant next = scenario.process("A", "1", 0);
        next.link = scenario.newLink();
        next.session = scenario.open(next.link);
        next.registersOnly();
        assertEquals(0, sent("ROLLBACK"));
        a.votesYes(transactions[MANY - 1]);
        assertEquals(0, sent("COMMIT"));
        scenario.takeAllSteps();
        assertEquals(MANY, sent("ROLLBACK"));
        assertEquals(MANY, sent("NEW_INCARNATION"));
        StateCheck.check(scenario.coordinator);
    }

    @Test
    void shouldSendDecisionsAgainInSteps() {
        final long[] transactions = submitted();
        b.isLost();
        for (final long transaction : transactions) {
            a.votesYes(transaction);
            a.acknowledgesCommit(transaction);
        }
        scenario.quiet();
        b.link = scenario.newLink();
        b.session = scenario.open(b.link);
        b.registersOnly();
        assertEquals(0, sent("COMMIT"));
        assertTrue(scenario.takeAllSteps() >= MANY / 200);
        assertEquals(MANY, sent("COMMIT"));
        StateCheck.check(scenario.coordinator);
    }

    @Test
    void shouldAbortInStepsWhatNobodyCameForInTheGracePeriod() {
        scenario.restart();
        final ScenarioClient later = scenario.client();
        b.reconnects();
        final long[] transactions = new long[MANY];
        for (int i = 0; i < MANY; i++) {
            transactions[i] = later.submits(a, b);
        }
        scenario.quiet();
        scenario.graceEnds();
        assertEquals(0, sent("ABORTED"));
        a.link = scenario.newLink();
        a.session = scenario.open(a.link);
        a.registersOnly();
        scenario.takeAllSteps();
        assertEquals(MANY, sent("NO_PARTICIPANT"));
        assertEquals(0, sent("PREPARE"));
        StateCheck.check(scenario.coordinator);
    }

    @Test
    void shouldNotLookAtAllTransactionsAgainWhenARegistrationIsRepeated() {
        submitted();
        a.registersOnly();
        assertFalse(scenario.coordinator.hasContinuation());
        scenario.sends("s2 <- REGISTERED r1");
    }

    @Test
    void shouldExpireInTicks() {
        for (int i = 0; i < MANY; i++) {
            client.within(1_000).submits(a, b);
        }
        scenario.quiet().pass(1_000);
        int ticks = 0;
        while (scenario.coordinator.nextWakeUpNs() <= scenario.nowNs) {
            scenario.tick();
            assertTrue(++ticks < MANY, "ticks don't end");
        }
        assertEquals(MANY, sent("ABORTED"));
        assertEquals(2 * MANY, sent("ROLLBACK"));
        StateCheck.check(scenario.coordinator);
    }

    @Test
    void shouldRepeatInTicks() {
        for (int i = 0; i < MANY; i++) {
            client.submits(a, b);
        }
        scenario.quiet().passTicking(200);
        assertEquals(2 * MANY, sent("PREPARE"));
        StateCheck.check(scenario.coordinator);
    }

    @Test
    void shouldEndThousandsOfSessionsInSteps() {
        for (int i = 0; i < 3_000; i++) {
            scenario.open(1_000 + i);
        }
        scenario.restart();
        scenario.graceEnds();
        scenario.takeAllSteps();
        assertFalse(scenario.coordinator.hasContinuation());
        assertEquals(0, scenario.coordinator.state.openSessions);
        assertEquals(0, scenario.coordinator.state.sessions.size());
        StateCheck.check(scenario.coordinator);
    }

    @Test
    void shouldTakeAHundredBranchesOfManyTransactionsInBoundedSteps() {
        final ScenarioParticipant[] hundred = new ScenarioParticipant[100];
        for (int i = 0; i < hundred.length; i++) {
            hundred[i] = scenario.participant("R" + i);
        }
        for (int i = 0; i < 200; i++) {
            final long transaction = client.within(5_000).begins();
            for (final ScenarioParticipant one : hundred) {
                one.joins(transaction);
            }
        }
        scenario.quiet();
        client.isLost();
        scenario.takeAllSteps();
        assertEquals(200 * 100, sent("ROLLBACK"));
        scenario.passTicking(200);
        assertEquals(2 * 200 * 100, sent("ROLLBACK"));
        StateCheck.check(scenario.coordinator);
    }
}
