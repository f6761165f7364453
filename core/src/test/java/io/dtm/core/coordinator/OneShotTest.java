package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Stage;
import io.dtm.core.coordinator.ProtocolCodes.Vote;
import org.junit.jupiter.api.Test;

/** Transactions whose branches come in one message: the whole way of one, and its messages counted. */
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
    }

    @Test
    void shouldRollBackWhenOneBranchVotesNo() {
        final long transaction = client.submits(a, b);
        a.votesYes(transaction);
        scenario.quiet();
        b.votes(transaction, Vote.NO, "out of stock");
        scenario.sends("s2 <- ROLLBACK 1:1/0", "s1 <- ABORTED 1:1 decided VOTE_NO by 1 'out of stock'");
        a.acknowledgesRollback(transaction);
        scenario.sendsNothing();
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
}
