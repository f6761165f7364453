package io.dtm.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dtm.core.coordinator.ProtocolCodes.Close;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;

/** What the coordinator refuses, with a code and a sentence; and that nothing is left of what it refused. */
class LimitTest {
    private final CoordinatorScenario scenario = CoordinatorScenario.started();
    private final ScenarioClient client = scenario.client();
    private final ScenarioParticipant a = scenario.participant("A");
    private final ScenarioParticipant b = scenario.participant("B");

    @Test
    void shouldRefuseASubmitWithoutBranches() {
        client.submits();
        scenario.sends("s1 <- REJECTED SUBMIT NO_BRANCHES 1:1");
    }

    @Test
    void shouldRefuseASubmitToOneParticipantTwice() {
        client.submits(a, b, a);
        scenario.sends("s1 <- REJECTED SUBMIT DUPLICATE_PARTICIPANT 1:1/2");
        client.submits(a, b);
        scenario.sends("s2 <- PREPARE 1:2/0 i101", "s3 <- PREPARE 1:2/1 i102");
    }

    @Test
    void shouldRefuseASubmitWithABranchIdTwice() {
        scenario.frame(client.link, () -> {
            scenario.coordinator.submitStart(client.id(1), 0, 2, 2);
            scenario.coordinator.submitBranch(0, a.resource, ScenarioClient.none(), 0, 0);
            scenario.coordinator.submitBranch(0, b.resource, ScenarioClient.none(), 0, 0);
            scenario.coordinator.submitEnd();
        });
        scenario.sends("s1 <- REJECTED SUBMIT DUPLICATE_BRANCH 1:1/0");
    }

    @Test
    void shouldRefuseASubmitToAnUnknownParticipant() {
        client.submitsAt(client.id(1), a.resource, 9);
        client.submitsAt(client.id(1), 0);
        scenario.sends("s1 <- REJECTED SUBMIT UNKNOWN_PARTICIPANT 1:1/1",
            "s1 <- REJECTED SUBMIT UNKNOWN_PARTICIPANT 1:1/0");
    }

    @Test
    void shouldRefuseTheBranchAfterTheHundredthAndKeepTheTransaction() {
        final long transaction = client.begins();
        final ScenarioParticipant[] many = new ScenarioParticipant[101];
        for (int i = 0; i < many.length; i++) {
            many[i] = scenario.participant("R" + i);
        }
        for (final ScenarioParticipant one : many) {
            one.joins(transaction);
        }
        scenario.sendsCounted("JOINED", 100, "REJECTED ENLIST TOO_MANY_BRANCHES", 1);
        client.commits(transaction);
        scenario.quiet();
        for (int i = 0; i < 100; i++) {
            many[i].votesYes(transaction);
        }
        scenario.sendsCounted("COMMIT 1:1", 100, "COMMITTED", 1);
    }

    @Test
    void shouldRefuseASubmitOfAHundredAndOneBranches() {
        client.submitsAt(client.id(1), new int[101]);
        scenario.sends("s1 <- REJECTED SUBMIT TOO_MANY_BRANCHES 1:1");
    }

    @Test
    void shouldRefuseATimeoutBeyondTheGreatest() {
        client.within(60_001).submits(a);
        client.within(-1).begins();
        scenario.sends("s1 <- REJECTED SUBMIT TIMEOUT_TOO_LONG 1:1", "s1 <- REJECTED BEGIN TIMEOUT_TOO_LONG 1:2");
        client.within(60_000).submits(a);
        scenario.sends("s2 <- PREPARE 1:3/0 i101");
    }

    @Test
    void shouldRefuseAPayloadThatIsTooLarge() {
        submitsPayloads(client.id(1), 1025);
        submitsPayloads(client.id(2), 1024);
        scenario.sendsCounted("REJECTED SUBMIT PAYLOAD_TOO_LARGE 1:1/0", 1, "PREPARE 1:2/0", 1);
    }

    @Test
    void shouldRefusePayloadsThatAreTooLargeTogether() {
        for (int i = 0; i < 3; i++) {
            scenario.participant("R" + i);
        }
        submitsPayloads(client.id(1), 1024, 1024, 1024, 1024, 1);
        submitsPayloads(client.id(2), 1024, 1024, 1024, 1024, 0);
        scenario.sendsCounted("REJECTED SUBMIT PAYLOAD_TOO_LARGE 1:1/4", 1, "PREPARE 1:2", 5);
    }

    @Test
    void shouldCountTheBlocksThatSmallPayloadsTake() {
        final CoordinatorScenario small = CoordinatorScenario.started(new SettingsBuilder().maxPayloadTotalBytes(256));
        final ScenarioClient its = small.client().withPayload("x");
        final ScenarioParticipant p = small.participant("A");
        final long first = its.submits(p);
        its.submits(p);
        its.submits(p);
        p.votesNo(first);
        its.submits(its.id(3), p);
        small.sends("s2 <- PREPARE 1:1/0 i101 'x'", "s2 <- PREPARE 1:2/0 i101 'x'",
            "s1 <- REJECTED SUBMIT OVERLOADED 1:3/0", "s1 <- ABORTED 1:1 completed VOTE_NO by 0",
            "s2 <- PREPARE 1:3/0 i101 'x'");
    }

    @Test
    void shouldKeepNoPayloadOfABranchThatIsNotAskedAnyMore() {
        final long transaction = client.withPayload("debit 5").submits(a, b);
        b.votesNo(transaction);
        scenario.showsState("ABORTING", transaction);
        assertEquals(0, scenario.coordinator.state.payloads.heldBytes());
    }

    private void submitsPayloads(final long transactionId, final int... lengths) {
        scenario.frame(client.link, () -> {
            scenario.coordinator.submitStart(transactionId, 0, 2, lengths.length);
            for (int i = 0; i < lengths.length; i++) {
                final DirectBuffer payload = CoordinatorScenario.bytes(lengths[i]);
                scenario.coordinator.submitBranch(i, i + 1, payload, 0, lengths[i]);
            }
            scenario.coordinator.submitEnd();
        });
    }

    @Test
    void shouldRefuseEnlistingsWithinTheSameLimits() {
        final long transaction = client.withPayload("x".repeat(1025)).begins();
        client.enlists(transaction, a);
        client.withPayload("").enlists(transaction, a);
        b.resource = 77;
        client.enlists(transaction, b);
        scenario.frame(client.link, () -> scenario.coordinator.enlist(
            transaction, a.resource, 2, 0, 0, 1, ScenarioClient.none(), 0, 0));
        scenario.frame(client.link, () -> scenario.coordinator.enlist(
            transaction, 5, a.resource, 0, 0, 1, ScenarioClient.none(), 0, 0));
        scenario.sends("s1 <- REJECTED ENLIST PAYLOAD_TOO_LARGE 1:1/1", "s1 <- JOINED 1:1/1",
            "s1 <- REJECTED ENLIST UNKNOWN_PARTICIPANT 1:1/77", "s1 <- REJECTED ENLIST DUPLICATE_BRANCH 1:1/1",
            "s1 <- REJECTED ENLIST DUPLICATE_BRANCH 1:1/5");
    }

    @Test
    void shouldRefuseEnlistingWhatNobodyServesNow() {
        final long transaction = client.begins();
        a.isLost();
        scenario.quiet();
        client.enlists(transaction, a);
        scenario.sends("s1 <- REJECTED ENLIST UNKNOWN_PARTICIPANT 1:1/1");
    }

    @Test
    void shouldAnswerOverloadedAboveTheLimitOfTransactionsAndGoOnBelowIt() {
        final CoordinatorScenario small = CoordinatorScenario.started(new SettingsBuilder().maxTransactions(1));
        final ScenarioClient its = small.client();
        final ScenarioParticipant p = small.participant("A");
        final long first = its.begins();
        its.submits(its.id(2), p);
        its.begins(its.id(2));
        small.sends("s1 <- REJECTED SUBMIT OVERLOADED 1:2", "s1 <- REJECTED BEGIN OVERLOADED 1:2");
        its.rollsBack(first);
        small.quiet();
        its.submits(its.id(2), p);
        small.sends("s2 <- PREPARE 1:2/0 i101");
    }

    @Test
    void shouldBeginNothingWhileTheDiskIsFullAndFinishWhatRuns() {
        final long running = client.submits(a);
        scenario.quiet();
        scenario.host(() -> scenario.coordinator.storageRefused());
        client.submits(client.id(2), a);
        client.begins(client.id(2));
        a.votesYes(running);
        scenario.sends("s1 <- REJECTED SUBMIT STORAGE_FULL 1:2", "s1 <- REJECTED BEGIN STORAGE_FULL 1:2",
            "s2 <- COMMIT 1:1/0", "s1 <- COMMITTED 1:1 decided");
        scenario.host(() -> scenario.coordinator.storageAvailable());
        client.submits(client.id(2), a);
        scenario.sends("s2 <- PREPARE 1:2/0 i101");
    }

    @Test
    void shouldForgetInANewEpochThatTheDiskWasFull() {
        scenario.host(() -> scenario.coordinator.storageRefused());
        scenario.restart();
        a.reconnects();
        final ScenarioClient later = scenario.client();
        later.submits(a);
        scenario.sends("s2 <- PREPARE 4:1/0 i101");
    }

    @Test
    void shouldRefuseMoreSessionsThanAllowed() {
        final CoordinatorScenario small = CoordinatorScenario.started(new SettingsBuilder().maxSessions(1));
        small.client();
        assertThrows(AssertionError.class, small::client);
        small.sends("l2 <- REJECTED SESSION_OPEN TOO_MANY_SESSIONS");
        small.frame(1, () -> small.coordinator.linkLost(Close.LOST));
        small.client();
    }

    @Test
    void shouldRefuseMoreSessionsOfOneLinkThanItsLossMayEnd() {
        for (int i = 0; i < CoordinatorState.MAX_SESSIONS_OF_LINK; i++) {
            scenario.open(50);
        }
        scenario.quiet();
        assertThrows(AssertionError.class, () -> scenario.open(50));
        scenario.resume(client.session, 50);
        scenario.sends("l50 <- REJECTED SESSION_OPEN TOO_MANY_SESSIONS",
            "l50 <- REJECTED SESSION_RESUME TOO_MANY_SESSIONS");
        scenario.linkIsLost(50);
        scenario.sendsCounted("CLOSED LOST", CoordinatorState.MAX_SESSIONS_OF_LINK);
        scenario.takeAllSteps();
        assertEquals(3, scenario.coordinator.state.openSessions);
    }

    @Test
    void shouldRefuseMoreResourcesThanAllowed() {
        final CoordinatorScenario small = CoordinatorScenario.started(new SettingsBuilder().maxResources(1));
        small.participant("A");
        small.process("B", "1", 0).connects();
        small.sends("s2 <- OPENED", "s2 <- REJECTED REGISTER TOO_MANY_RESOURCES request 4");
    }

    @Test
    void shouldRefuseMoreInstancesThanAllowedButGiveAwayThePlaceOfOneThatHasGone() {
        final CoordinatorScenario small = CoordinatorScenario.started(new SettingsBuilder().maxInstances(2));
        final ScenarioParticipant first = small.participant("A", "1", 0);
        small.participant("A", "2", 0);
        final ScenarioParticipant third = small.process("A", "3", 0).connects();
        small.sends("s3 <- OPENED", "s3 <- REJECTED REGISTER TOO_MANY_INSTANCES request 4");
        first.isLost();
        small.quiet();
        third.registers();
        small.sends("s3 <- REGISTERED r1");
    }

    @Test
    void shouldRefuseASecondInstanceOverTheSameLink() {
        final ScenarioParticipant second = scenario.process("A", "2", 0);
        second.link = a.link;
        second.session = a.session;
        second.registers();
        scenario.sends("s2 <- REJECTED REGISTER TOO_MANY_INSTANCES request 4");
    }

    @Test
    void shouldRefuseAParticipantWithoutNameOrIncarnation() {
        scenario.process("", "1", 0).connects();
        final ScenarioParticipant nobody = new ScenarioParticipant(scenario, "X", "1", 0, 0);
        nobody.connects();
        scenario.sends("s4 <- OPENED", "s4 <- REJECTED REGISTER MALFORMED request 4",
            "s5 <- OPENED", "s5 <- REJECTED REGISTER MALFORMED request 4");
    }

    @Test
    void shouldRefuseAResourceNameOfAnotherPrincipal() {
        final DirectBuffer other = CoordinatorScenario.buffer("mallory");
        scenario.frame(60, () ->
            scenario.coordinator.sessionOpening(1, 1, 1, 0, 0, 0, 0, 0, other, 0, other.capacity()));
        final ScenarioParticipant thief = scenario.process("A", "9", 0);
        thief.link = 60;
        thief.session = 4;
        thief.registers();
        scenario.sends("s4 <- OPENED", "s4 <- REJECTED REGISTER NAME_TAKEN request 4");
    }

    @Test
    void shouldFindParticipantsByName() {
        client.looksUp("B");
        client.looksUp("C");
        scenario.frame(99, () -> scenario.coordinator.lookup(3, CoordinatorScenario.buffer("A"), 0, 1));
        scenario.sends("s1 <- FOUND r2", "s1 <- REJECTED LOOKUP UNKNOWN_PARTICIPANT request 3",
            "l99 <- REJECTED LOOKUP SESSION_UNKNOWN");
    }
}
