package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Capability;
import io.dtm.core.coordinator.ProtocolCodes.Decision;
import org.junit.jupiter.api.Test;

/** Rule 13: what an operator may do by hand. */
class OperatorTest {
    private final CoordinatorScenario scenario = CoordinatorScenario.started();
    private final ScenarioClient client = scenario.client();
    private final ScenarioParticipant a = scenario.participant("A");
    private final ScenarioParticipant b = scenario.participant("B");

    private void rollsBack(final long transaction) {
        scenario.host(() -> scenario.coordinator.operatorRollback(1, transaction));
    }

    private void settles(final long transaction, final int branchId, final int decision) {
        scenario.host(() -> scenario.coordinator.operatorSettle(1, transaction, branchId, decision));
    }

    private void purges(final long transaction, final int branchId) {
        scenario.host(() -> scenario.coordinator.operatorPurge(1, transaction, branchId));
    }

    private long committed() {
        final long transaction = client.submits(a, b);
        a.votesYes(transaction);
        b.votesYes(transaction);
        b.acknowledgesCommit(transaction);
        scenario.quiet();
        return transaction;
    }

    @Test
    void shouldRollBackTheUndecided() {
        final long transaction = client.submits(a);
        scenario.quiet();
        rollsBack(transaction);
        scenario.sends("s2 <- ROLLBACK 1:1/0", "s1 <- ABORTED 1:1 decided OPERATOR", "operator <- DONE");
    }

    @Test
    void shouldRefuseToRollBackTheDecidedTheDelegatedAndTheUnknown() {
        final ScenarioParticipant c = scenario.participant("C", "1", Capability.ONE_PHASE);
        final long committed = committed();
        final long delegated = client.submits(c);
        scenario.quiet();
        rollsBack(committed);
        rollsBack(delegated);
        rollsBack(client.id(99));
        scenario.sends("operator <- OPERATION_REFUSED", "operator <- OPERATION_REFUSED",
            "operator <- UNKNOWN_TRANSACTION");
    }

    @Test
    void shouldStopRedeliveryToASettledBranchButAnswerItsQuestions() {
        final long transaction = committed();
        settles(transaction, 0, Decision.COMMIT);
        scenario.sends("operator <- DONE");
        scenario.passTicking(60_000);
        scenario.sendsNothing();
        a.asksAbout(transaction);
        scenario.sends("s2 <- COMMIT 1:1/0 (answer)");
        scenario.restart();
        scenario.quiet();
        a.reconnects();
        scenario.sends("s2 <- RESUMED of epoch 1", "s2 <- REGISTERED r1");
        a.acknowledgesCommit(transaction);
        scenario.showsState("none", transaction);
    }

    @Test
    void shouldShowASettlementAgainstTheDecisionAsMixed() {
        final long transaction = client.wants(3).submits(a);
        a.votesYes(transaction);
        scenario.quiet();
        settles(transaction, 0, Decision.ROLLBACK);
        scenario.sends("ALARM HEURISTIC_MIXED 1:1/0", "operator <- DONE");
        purges(transaction, 0);
        scenario.sends("s1 <- COMMITTED 1:1 completed mixed", "operator <- DONE");
        scenario.showsState("none", transaction);
    }

    @Test
    void shouldRefuseToPurgeABranchThatWasNotSettled() {
        final long transaction = committed();
        purges(transaction, 0);
        scenario.sends("operator <- OPERATION_REFUSED");
        scenario.showsState("COMMITTING", transaction);
    }

    @Test
    void shouldSettleOnlyPreparedBranchesOfCommittedTransactions() {
        final long committed = committed();
        final long preparing = client.submits(a, b);
        a.votesYes(preparing);
        final long aborting = client.submits(a, b);
        a.votesYes(aborting);
        b.votesNo(aborting);
        scenario.quiet();
        settles(committed, 1, Decision.COMMIT);
        settles(committed, 7, Decision.COMMIT);
        settles(preparing, 0, Decision.COMMIT);
        settles(aborting, 0, Decision.COMMIT);
        settles(client.id(99), 0, Decision.COMMIT);
        purges(client.id(99), 0);
        scenario.sendsCounted("OPERATION_REFUSED", 4, "UNKNOWN_TRANSACTION", 2);
    }

    @Test
    void shouldKeepASettlementOverARestart() {
        final long transaction = committed();
        settles(transaction, 0, Decision.COMMIT);
        scenario.restart();
        scenario.quiet();
        purges(transaction, 0);
        scenario.sends("operator <- DONE");
        scenario.showsState("none", transaction);
    }
}
