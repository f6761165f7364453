package io.dtm.session;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dtm.client.Acknowledge;
import io.dtm.client.Refusal;
import io.dtm.codec.message.AbortReason;
import io.dtm.codec.message.BeginDecoder;
import io.dtm.codec.message.CloseReason;
import io.dtm.codec.message.CommitDecoder;
import io.dtm.codec.message.EnlistDecoder;
import io.dtm.codec.message.OutcomeStage;
import io.dtm.codec.message.OutcomeType;
import io.dtm.codec.message.SessionResumeDecoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InteractiveTransactionsTest {
    private static final long T = transaction(7, 1);
    private static final UnsafeBuffer PAYLOAD = new UnsafeBuffer("work".getBytes());
    private static final int[] NONE = {};
    private static final String BEGIN = "Begin 7:1 timeout 2000 token 42";
    private static final String ENLIST =
        "Enlist 7:1 branch 5 resource 5 incarnation 0 token 42 epoch 1 payload 4";

    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final RecordingListeners listener = new RecordingListeners();
    private CoordinatorSession session;
    private ClientTransaction begun;

    @BeforeEach
    void begin() {
        session = new CoordinatorSession(new SessionContext().link(coordinator.link).random(() -> 42));
        coordinator.library = session;
        coordinator.connect();
        session.begin(2_000, listener);
        begun = listener.begun;
        coordinator.expect(BEGIN);
        listener.heard.clear();
    }

    @Test
    void shouldCommitWhatWasBegun() {
        session.commit(begun, new int[] {3, 9}, Acknowledge.COMPLETED, listener);
        coordinator.expect("Commit 7:1 COMPLETED expects 3 9");
        coordinator.outcome(T, OutcomeStage.COMPLETED, OutcomeType.COMMITTED, AbortReason.NONE, 65535, "").run();

        assertEquals("COMMITTED 7:1", listener.takeHeard());
    }

    @Test
    void shouldRollBackWhatWasBegun() {
        session.rollback(begun, listener);
        coordinator.expect("Rollback 7:1");
        aborted(AbortReason.CLIENT_REQUEST);

        assertEquals("ABORTED 7:1 CLIENT_REQUEST", listener.takeHeard());
    }

    @Test
    void shouldEnlistOnAParticipantsBehalfAndExpectThatBranchInTheCommit() {
        session.enlist(begun, 5, PAYLOAD, 0, 4, listener);
        session.commit(begun, new int[] {3}, Acknowledge.DECIDED, listener);
        coordinator.expect(ENLIST, "Commit 7:1 DECIDED expects 3 5");
        coordinator.joined(T, 5).committed(T).run();

        assertEquals("joined\nCOMMITTED 7:1", listener.takeHeard());
    }

    @Test
    void shouldNotExpectABranchTwice() {
        session.enlist(begun, 5, PAYLOAD, 0, 4, listener);
        session.commit(begun, new int[] {5}, Acknowledge.DECIDED, listener);

        coordinator.expect(ENLIST, "Commit 7:1 DECIDED expects 5");
    }

    @Test
    void shouldRollBackWhenABranchThatTheCommitExpectsIsRefused() {
        session.enlist(begun, 5, PAYLOAD, 0, 4, listener);
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);
        coordinator.run().said();
        coordinator.rejected(T, 5, EnlistDecoder.TEMPLATE_ID, Refusal.UNKNOWN_PARTICIPANT, "")
            .expect("Rollback 7:1");
        aborted(AbortReason.CLIENT_REQUEST);

        assertEquals("refused UNKNOWN_PARTICIPANT\nABORTED 7:1 CLIENT_REQUEST", listener.takeHeard());
    }

    @Test
    void shouldRefuseASecondEnlistmentOfAResourceAndOneAfterTheCommit() {
        session.enlist(begun, 5, PAYLOAD, 0, 4, listener);
        session.enlist(begun, 5, PAYLOAD, 0, 4, listener);
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);
        session.enlist(begun, 6, PAYLOAD, 0, 4, listener);

        assertEquals("refused DUPLICATE_PARTICIPANT\nrefused NOT_ACTIVE", listener.takeHeard());
    }

    @Test
    void shouldRefuseToEndATransactionTwice() {
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);
        session.rollback(begun, listener);

        assertEquals("refused 7:1 OPERATION_REFUSED", listener.takeHeard());
    }

    @Test
    void shouldRefuseAnEnlistmentByTheRefusalOfTheBegin() {
        coordinator.rejected(T, 65535, BeginDecoder.TEMPLATE_ID, Refusal.OVERLOADED, "").run();
        session.enlist(begun, 5, PAYLOAD, 0, 4, listener);

        coordinator.expect();
        assertEquals("refused OVERLOADED", listener.takeHeard());
    }

    @Test
    void shouldRefuseMoreBranchesThanTheCoordinatorTakes() {
        for (int i = 1; i <= 101; i++) {
            session.enlist(begun, i, PAYLOAD, 0, 4, listener);
        }

        assertEquals("refused TOO_MANY_BRANCHES", listener.takeHeard());
    }

    @Test
    void shouldReportTheRefusalOfTheBeginWhenTheCommitIsAskedFor() {
        coordinator.rejected(T, 65535, BeginDecoder.TEMPLATE_ID, Refusal.OVERLOADED, "").run();
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);

        coordinator.expect();
        assertEquals("refused 7:1 OVERLOADED", listener.takeHeard());
    }

    @Test
    void shouldReportTheRefusalOfTheBeginWhenTheCommitWasSentAlready() {
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);
        coordinator.run();
        coordinator.rejected(T, 65535, BeginDecoder.TEMPLATE_ID, Refusal.OVERLOADED, "")
            .rejected(T, 65535, CommitDecoder.TEMPLATE_ID, Refusal.UNKNOWN_TRANSACTION, "").run();

        assertEquals("refused 7:1 OVERLOADED", listener.takeHeard());
    }

    @Test
    void shouldReportAbortedWhenTheOnlyCommitFindsNoTransaction() {
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);
        coordinator.run();
        coordinator.rejected(T, 65535, CommitDecoder.TEMPLATE_ID, Refusal.UNKNOWN_TRANSACTION, "").run();

        assertEquals("ABORTED 7:1 NONE", listener.takeHeard());
    }

    @Test
    void shouldReportUnknownWhenACommitThatWasSentTwiceFindsNoTransaction() {
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);
        coordinator.run();
        coordinator.loseLink();
        coordinator.resumed(7, 1).run();
        expired();

        assertEquals("UNKNOWN 7:1", listener.takeHeard());
    }

    /** It doesn't answer the COMMIT, which went over a former link, though nothing was sent since. */
    @Test
    void shouldReportUnknownWhenAnAnswerOverALaterLinkKnowsNothingOfTheCommit() {
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);
        coordinator.run().said();
        coordinator.restart();
        coordinator.resumed(7, 1).run();
        coordinator.expect("SessionResume 7 token 70/71 known 1/101", "SessionOpen known 2/102 name '' credentials ''");
        expired();

        assertEquals("UNKNOWN 7:1", listener.takeHeard());
    }

    @Test
    void shouldAskWhenARepeatedCommitIsRefusedBecauseTheFirstOneMayHaveWorked() {
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);
        coordinator.run();
        coordinator.loseLink();
        coordinator.resumed(7, 1).run().said();
        coordinator.rejected(T, 65535, CommitDecoder.TEMPLATE_ID, Refusal.NOT_ACTIVE, "")
            .expect("Inquire 7:1 DECIDED");
        coordinator.committed(T).run();

        assertEquals("COMMITTED 7:1", listener.takeHeard());
    }

    @Test
    void shouldReportUnknownWhenTheOutcomeWasAskedForBetweenAndTheCommitIsForgotten() {
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);
        coordinator.run().said();
        coordinator.after(8_000).said();
        expired();

        assertEquals("UNKNOWN 7:1", listener.takeHeard());
    }

    @Test
    void shouldRepeatEverythingInOrderWhenTheSessionIsResumedInItsEpoch() {
        session.enlist(begun, 5, PAYLOAD, 0, 4, listener);
        session.enlist(begun, 6, PAYLOAD, 0, 4, listener);
        coordinator.run();
        coordinator.joined(T, 6).run();
        coordinator.loseLink().said();
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);
        coordinator.expect();

        coordinator.resumed(7, 1).expect(BEGIN, ENLIST, "Commit 7:1 DECIDED expects 5 6");
    }

    @Test
    void shouldIgnoreThatARepeatedBeginIsKnownAlready() {
        coordinator.loseLink();
        coordinator.resumed(7, 1).run().said();
        coordinator.rejected(T, 65535, BeginDecoder.TEMPLATE_ID, Refusal.BELOW_HIGH_WATER_MARK, "").run();
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);

        coordinator.expect("Commit 7:1 DECIDED expects none");
    }

    @Test
    void shouldReportAbortedWhenTheCoordinatorWasRestartedBeforeTheCommit() {
        restartAndResume();
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);

        coordinator.expect();
        assertEquals("ABORTED 7:1 COORDINATOR_RESTART", listener.takeHeard());
    }

    @Test
    void shouldReportAbortedWhenTheCommitWasNotSentBeforeTheCoordinatorWasRestarted() {
        coordinator.link.isBackPressured = false;
        coordinator.link.lose();
        coordinator.run();
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);
        restartAndResume();

        assertEquals("ABORTED 7:1 COORDINATOR_RESTART", listener.takeHeard());
    }

    @Test
    void shouldAskForTheOutcomeWhenTheCoordinatorWasRestartedAfterTheCommit() {
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);
        coordinator.run().said();
        restartAndResume();
        coordinator.expect("Inquire 7:1 DECIDED");
        aborted(AbortReason.COORDINATOR_RESTART);

        assertEquals("ABORTED 7:1 COORDINATOR_RESTART", listener.takeHeard());
    }

    @Test
    void shouldReportAbortedWhenTheSessionIsLostBeforeTheCommit() {
        coordinator.closed(7, CloseReason.LOST).run();
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);

        assertEquals("ABORTED 7:1 CLIENT_LOST", listener.takeHeard());
    }

    @Test
    void shouldReportUnknownWhenTheSessionIsLostAfterTheCommit() {
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);
        coordinator.run();
        coordinator.loseLink();
        coordinator.rejected(SessionResumeDecoder.TEMPLATE_ID, Refusal.SESSION_UNKNOWN, "").run();
        coordinator.opened(8).run();

        assertEquals("UNKNOWN 7:1", listener.takeHeard());
    }

    @Test
    void shouldAskForTheOutcomeOverTheEndedSessionWhenItIsLostAfterTheCommit() {
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);
        coordinator.run();
        coordinator.closed(7, CloseReason.LOST).run();
        coordinator.after(1_000).said();
        coordinator.resumed(7, 0).run().said();
        coordinator.opened(8).expect("Inquire 7:1 DECIDED");
        coordinator.committed(T).run();

        assertEquals("COMMITTED 7:1", listener.takeHeard());
    }

    @Test
    void shouldReportAbortedWhenTheSessionHasEndedWhileTheLinkWasDown() {
        coordinator.loseLink();
        coordinator.resumed(7, 0).run();
        coordinator.opened(8).run();
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);

        assertEquals("ABORTED 7:1 CLIENT_LOST", listener.takeHeard());
    }

    @Test
    void shouldReportAbortedWhenTheSessionIsLostAfterTheRollbackWasAskedFor() {
        session.rollback(begun, listener);
        coordinator.run();
        coordinator.closed(7, CloseReason.LOST).run();

        assertEquals("ABORTED 7:1 CLIENT_LOST", listener.takeHeard());
    }

    @Test
    void shouldRememberAnAbortThatTheCoordinatorReportsUnasked() {
        aborted(AbortReason.PARTICIPANT_LOST);
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);

        coordinator.expect();
        assertEquals("ABORTED 7:1 PARTICIPANT_LOST", listener.takeHeard());
    }

    @Test
    void shouldFollowATransactionNoLongerWhenNobodyEndsItUntilItsDeadline() {
        coordinator.after(8_000).said();
        assertEquals(0, session.pendingTransactions());
        session.commit(begun, NONE, Acknowledge.DECIDED, listener);

        coordinator.expect();
        assertEquals("ABORTED 7:1 DEADLINE", listener.takeHeard());
    }

    @Test
    void shouldFailOpenEnlistmentsWhenTheTransactionEnds() {
        session.enlist(begun, 5, PAYLOAD, 0, 4, listener);
        restartAndResume();

        assertEquals("refused NOT_ACTIVE", listener.takeHeard());
    }

    @Test
    void shouldIgnoreAJoinOfAnotherEpoch() {
        session.enlist(begun, 5, PAYLOAD, 0, 4, listener);
        coordinator.run();
        coordinator.epoch = 2;
        coordinator.joined(T, 5).run();

        assertEquals("", listener.takeHeard());
    }

    private void restartAndResume() {
        coordinator.restart();
        coordinator.resumed(7, 1).run();
        coordinator.nonceAtKnownEpoch = 102;
        coordinator.said();
        coordinator.opened(8).run();
    }

    private void aborted(final AbortReason reason) {
        coordinator.outcome(T, OutcomeStage.DECIDED, OutcomeType.ABORTED, reason, 65535, "").run();
    }

    private void expired() {
        coordinator.outcome(T, OutcomeStage.DECIDED, OutcomeType.EXPIRED, AbortReason.NONE, 65535, "").run();
    }
}
