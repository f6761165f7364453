package io.dtm.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dtm.core.coordinator.ProtocolCodes.Capability;
import io.dtm.core.coordinator.ProtocolCodes.Stage;
import io.dtm.core.coordinator.ProtocolCodes.Vote;
import org.junit.jupiter.api.Test;

/** Transactions whose branches come in one message: the whole way of one, with all of its messages. */
class OneShotTest {
    private final CoordinatorScenario scenario = CoordinatorScenario.started();
    private final ScenarioClient client = scenario.client();
    private final ScenarioParticipant a = scenario.participant("A");
    private final ScenarioParticipant b = scenario.participant("B");

    @Test
    void shouldCommitWhenEveryBranchVotesYes() {
        final long transaction = client.submits(a, b);
        scenario.sends("s2 <- PREPARE 1:1/0 i101", "s3 <- PREPARE 1:1/1 i102");
        a.votesYes(transaction);
        scenario.sendsNothing();
        b.votesYes(transaction);
        scenario.sends("s2 <- COMMIT 1:1/0", "s3 <- COMMIT 1:1/1", "s1 <- COMMITTED 1:1 decided");
        a.acknowledgesCommit(transaction);
        b.acknowledgesCommit(transaction);
        scenario.sendsNothing();
        scenario.showsState("none", transaction);
    }

    @Test
    void shouldRollBackWhenOneBranchVotesNo() {
        final long transaction = client.submits(a, b);
        a.votesYes(transaction);
        scenario.quiet();
        b.votes(transaction, Vote.NO, "out of stock");
        scenario.sends("s2 <- ROLLBACK 1:1/0", "s1 <- ABORTED 1:1 decided VOTE_NO by 1 'out of stock'");
        scenario.showsState("ABORTING", transaction);
        a.acknowledgesRollback(transaction);
        scenario.sendsNothing();
        scenario.showsState("none", transaction);
    }

    @Test
    void shouldRollBackABranchThatHasNotVotedYet() {
        final long transaction = client.submits(a, b);
        scenario.quiet();
        b.votesNo(transaction);
        scenario.sends("s2 <- ROLLBACK 1:1/0", "s1 <- ABORTED 1:1 decided VOTE_NO by 1");
        a.acknowledgesRollback(transaction);
        scenario.showsState("none", transaction);
    }

    @Test
    void shouldShowPreparingThenCommittingThenNothing() {
        final long transaction = client.submits(a, b);
        scenario.showsState("PREPARING", transaction);
        a.votesYes(transaction);
        scenario.showsState("PREPARING", transaction);
        b.votesYes(transaction);
        scenario.showsState("COMMITTING", transaction);
        a.acknowledgesCommit(transaction);
        scenario.showsState("COMMITTING", transaction);
        b.acknowledgesCommit(transaction);
        scenario.showsState("none", transaction);
    }

    @Test
    void shouldTellOnceWhenTheClientWantsCompletion() {
        final long transaction = client.wants(Stage.COMPLETED).submits(a, b);
        a.votesYes(transaction);
        b.votesYes(transaction);
        a.acknowledgesCommit(transaction);
        scenario.sends("s2 <- PREPARE 1:1/0 i101", "s3 <- PREPARE 1:1/1 i102",
            "s2 <- COMMIT 1:1/0", "s3 <- COMMIT 1:1/1");
        b.acknowledgesCommit(transaction);
        scenario.sends("s1 <- COMMITTED 1:1 completed");
    }

    @Test
    void shouldTellOnceWhenTheClientWantsAcceptance() {
        final long transaction = client.wants(Stage.ACCEPTED).submits(a);
        scenario.sends("s1 <- ACCEPTED 1:1 accepted (append)", "s2 <- PREPARE 1:1/0 i101");
        a.votesYes(transaction);
        scenario.sends("s2 <- COMMIT 1:1/0");
        a.acknowledgesCommit(transaction);
        scenario.sendsNothing();
    }

    @Test
    void shouldNotTellADecisionBeforeItIsForcedWhenAcceptanceIsAskedForLate() {
        final long transaction = client.submits(a);
        a.votesYes(transaction);
        scenario.quiet();
        client.wants(Stage.ACCEPTED).inquires(transaction);
        scenario.sends("s1 <- COMMITTED 1:1 accepted");
    }

    @Test
    void shouldSpareAReadOnlyBranchThePhaseTwo() {
        final long transaction = client.submits(a, b);
        scenario.quiet();
        a.votesReadOnly(transaction);
        b.votesYes(transaction);
        scenario.sends("s3 <- COMMIT 1:1/1", "s1 <- COMMITTED 1:1 decided");
        b.acknowledgesCommit(transaction);
        scenario.showsState("none", transaction);
    }

    @Test
    void shouldTellOnAppendThatNothingWasWrittenWhenAllAreReadOnly() {
        final long transaction = client.submits(a, b);
        scenario.quiet();
        a.votesReadOnly(transaction);
        b.votesReadOnly(transaction);
        scenario.sends("s1 <- COMMITTED 1:1 completed nothing-written (append)");
        client.inquires(transaction);
        scenario.sends("s1 <- COMMITTED 1:1 completed nothing-written");
    }

    @Test
    void shouldSendOneMessageEachWayInOnePhase() {
        final ScenarioParticipant c = scenario.participant("C", "1", Capability.ONE_PHASE);
        final long transaction = client.submits(c);
        scenario.sends("s4 <- COMMIT_ONE_PHASE 1:1/0 i103");
        scenario.showsState("DELEGATED", transaction);
        c.committedOnePhase(transaction);
        scenario.sends("s1 <- COMMITTED 1:1 completed", "s4 <- FORGET_EVIDENCE 1:1/0");
        scenario.showsState("none", transaction);
    }

    @Test
    void shouldCommitAndRollBackAHundredBranches() {
        final ScenarioParticipant[] hundred = new ScenarioParticipant[100];
        for (int i = 0; i < hundred.length; i++) {
            hundred[i] = scenario.participant("R" + i);
        }
        final long committed = client.submits(hundred);
        final long rolledBack = client.submits(hundred);
        scenario.quiet();
        for (int i = 0; i < hundred.length; i++) {
            hundred[i].votesYes(committed);
            hundred[i].votes(rolledBack, i == 99 ? Vote.NO : Vote.YES, "");
        }
        scenario.sendsCounted("COMMIT 1:1", 100, "ROLLBACK 1:2", 99, "COMMITTED 1:1", 1, "ABORTED 1:2", 1);
        for (final ScenarioParticipant one : hundred) {
            one.acknowledgesCommit(committed);
            one.acknowledgesRollback(rolledBack);
        }
        scenario.showsState("none", committed);
        scenario.showsState("none", rolledBack);
    }

    @Test
    void shouldKeepTheOrderOfPreparesTheSameForEveryParticipant() {
        final ScenarioClient other = scenario.client();
        client.submits(a, b);
        other.submits(b, a);
        client.submits(a, b);
        scenario.sends(
            "s2 <- PREPARE 1:1/0 i101", "s3 <- PREPARE 1:1/1 i102",
            "s3 <- PREPARE 4:1/0 i102", "s2 <- PREPARE 4:1/1 i101",
            "s2 <- PREPARE 1:2/0 i101", "s3 <- PREPARE 1:2/1 i102");
    }

    @Test
    void shouldBringEachBranchItsPayload() {
        client.withPayload("debit 5").submits(a, b);
        scenario.sends("s2 <- PREPARE 1:1/0 i101 'debit 5'", "s3 <- PREPARE 1:1/1 i102 'debit 5'");
    }

    @Test
    void shouldCountTransactionsByState() {
        client.begins();
        client.submits(a, b);
        client.submits(a, b);
        final long committing = client.submits(a);
        a.votesYes(committing);
        final long aborting = client.submits(a, b);
        a.votesYes(aborting);
        b.votesNo(aborting);
        assertEquals(new TransactionCounts(1, 2, 0, 1, 1), scenario.coordinator.countTransactions());
        assertEquals(scenario.coordinator.transactionsInFlight(), scenario.coordinator.countTransactions().inFlight());
    }
}
