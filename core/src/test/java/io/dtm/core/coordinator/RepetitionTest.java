package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Ack;
import io.dtm.core.coordinator.ProtocolCodes.Decision;
import io.dtm.core.coordinator.ProtocolCodes.Vote;
import org.junit.jupiter.api.Test;

/** I4: late and repeated messages change nothing; those that contradict raise an alarm. */
class RepetitionTest {
    private final CoordinatorScenario scenario = CoordinatorScenario.started();
    private final ScenarioClient client = scenario.client();
    private final ScenarioParticipant a = scenario.participant("A");
    private final ScenarioParticipant b = scenario.participant("B");

    @Test
    void shouldCountARepeatedVoteOnce() {
        final long transaction = client.submits(a, b);
        scenario.quiet();
        a.votesYes(transaction);
        a.votesYes(transaction);
        scenario.sendsNothing();
        scenario.showsState("PREPARING", transaction);
    }

    @Test
    void shouldCountARepeatedReadOnlyOnce() {
        final long transaction = client.submits(a, b);
        scenario.quiet();
        a.votesReadOnly(transaction);
        a.votesReadOnly(transaction);
        scenario.sendsNothing();
        scenario.showsState("PREPARING", transaction);
    }

    @Test
    void shouldAnswerARepeatedYesByTheDecision() {
        final long transaction = client.submits(a, b);
        a.votesYes(transaction);
        b.votesYes(transaction);
        scenario.quiet();
        a.votesYes(transaction);
        a.acknowledgesCommit(transaction);
        a.votesYes(transaction);
        scenario.sends("s2 <- COMMIT 1:1/0 (answer)", "s2 <- COMMIT 1:1/0 (answer)");
        scenario.showsState("COMMITTING", transaction);
    }

    @Test
    void shouldAnswerALateYesByRollback() {
        final long transaction = client.submits(a, b);
        b.votesNo(transaction);
        scenario.quiet();
        a.votesYes(transaction);
        scenario.sends("s2 <- ROLLBACK 1:1/0 (answer)");
        a.acknowledgesRollback(transaction);
        scenario.showsState("none", transaction);
    }

    @Test
    void shouldTakeALateNoForTheAcknowledgementOfTheRollback() {
        final long transaction = client.submits(a, b);
        b.votesNo(transaction);
        scenario.quiet();
        a.votesNo(transaction);
        scenario.sendsNothing();
        scenario.showsState("none", transaction);
    }

    @Test
    void shouldRaiseAnAlarmWhenVotesContradict() {
        final long yesThenNo = client.submits(a, b);
        a.votesYes(yesThenNo);
        final long readOnlyThenYes = client.submits(a, b);
        a.votesReadOnly(readOnlyThenYes);
        final long noThenYes = client.submits(a, b);
        b.votesYes(noThenYes);
        a.votesNo(noThenYes);
        scenario.quiet();
        a.votesNo(yesThenNo);
        a.votesYes(readOnlyThenYes);
        a.votesYes(noThenYes);
        scenario.sends("ALARM VOTE_CONTRADICTS 1:1/0", "ALARM VOTE_CONTRADICTS 1:2/0",
            "ALARM VOTE_CONTRADICTS 1:3/0", "s2 <- ROLLBACK 1:3/0 (answer)");
        scenario.showsState("PREPARING", yesThenNo);
        scenario.showsState("PREPARING", readOnlyThenYes);
    }

    @Test
    void shouldIgnoreAVoteForAnotherQualifier() {
        final long transaction = client.submits(a);
        scenario.quiet();
        a.votes(transaction, Vote.YES, "", 0);
        scenario.sendsNothing();
        scenario.showsState("PREPARING", transaction);
    }

    @Test
    void shouldIgnoreAVoteForSomebodyElsesBranch() {
        final long transaction = client.submits(a, b);
        scenario.quiet();
        b.branchIds.put(transaction, 0);
        b.votesYes(transaction);
        b.branchIds.put(transaction, 7);
        b.votesYes(transaction);
        scenario.sendsNothing();
        scenario.showsState("PREPARING", transaction);
    }

    @Test
    void shouldIgnoreForgedMessagesAboutTheBranchOfADecidedTransaction() {
        final long transaction = client.submits(a);
        a.votesYes(transaction);
        scenario.quiet();
        b.branchIds.put(transaction, 0);
        b.votesYes(transaction);
        b.acknowledgesCommit(transaction);
        b.committedOnePhase(transaction);
        scenario.sendsNothing();
        scenario.showsState("COMMITTING", transaction);
    }

    @Test
    void shouldIgnoreAVoteBeforePrepare() {
        final long transaction = client.begins();
        a.joins(transaction);
        scenario.quiet();
        a.votesYes(transaction);
        scenario.sendsNothing();
        client.commits(transaction);
        scenario.sends("s2 <- PREPARE 1:1/1 i101");
    }

    @Test
    void shouldCountARepeatedAcknowledgementOnce() {
        final long transaction = client.submits(a, b);
        a.votesYes(transaction);
        b.votesYes(transaction);
        scenario.quiet();
        a.acknowledgesCommit(transaction);
        a.acknowledgesCommit(transaction);
        scenario.sendsNothing();
        scenario.showsState("COMMITTING", transaction);
        b.acknowledgesCommit(transaction);
        b.acknowledgesCommit(transaction);
        scenario.sendsNothing();
    }

    @Test
    void shouldRaiseAnAlarmWhenAnotherDecisionIsAcknowledged() {
        final long committed = client.submits(a);
        a.votesYes(committed);
        final long preparing = client.submits(a);
        a.votesYes(preparing);
        final long undecided = client.submits(a, b);
        scenario.quiet();
        a.acknowledges(committed, Decision.ROLLBACK, Ack.DONE);
        a.acknowledges(undecided, Decision.ROLLBACK, Ack.DONE);
        scenario.sends("ALARM ACKNOWLEDGEMENT_CONTRADICTS 1:1/0", "ALARM ACKNOWLEDGEMENT_CONTRADICTS 1:3/0");
        scenario.showsState("COMMITTING", committed);
        scenario.showsState("PREPARING", undecided);
    }

    @Test
    void shouldIgnoreARepeatedBegin() {
        final long transaction = client.begins();
        a.joins(transaction);
        scenario.quiet();
        client.begins(transaction);
        scenario.sendsNothing();
        client.commits(transaction);
        scenario.sends("s2 <- PREPARE 1:1/1 i101");
    }

    @Test
    void shouldIgnoreASecondCommitWithOtherExpectations() {
        final long transaction = client.begins();
        client.commits(transaction, b.resource);
        client.commits(transaction);
        scenario.sendsNothing();
        scenario.showsState("ACTIVE", transaction);
    }

    @Test
    void shouldLeaveASubmittedTransactionAloneWhenItIsCommittedOrEnlistedIn() {
        final long transaction = client.submits(a);
        scenario.quiet();
        client.commits(transaction);
        client.enlists(transaction, b);
        scenario.sends("s1 <- REJECTED ENLIST TRANSACTION_FINISHED 1:1/2");
        scenario.showsState("PREPARING", transaction);
    }

    @Test
    void shouldIgnoreARepeatedEndOfTheGracePeriod() {
        scenario.graceEnds();
        scenario.sendsNothing();
    }
}
