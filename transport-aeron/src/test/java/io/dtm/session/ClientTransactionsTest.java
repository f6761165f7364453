package io.dtm.session;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.client.Acknowledge;
import io.dtm.client.Durability;
import io.dtm.client.Outcome;
import io.dtm.client.Refusal;
import io.dtm.client.RefusedException;
import io.dtm.codec.message.AbortReason;
import io.dtm.codec.message.CloseReason;
import io.dtm.codec.message.InquireDecoder;
import io.dtm.codec.message.LookupDecoder;
import io.dtm.codec.message.OutcomeStage;
import io.dtm.codec.message.OutcomeType;
import io.dtm.codec.message.SessionResumeDecoder;
import io.dtm.codec.message.SubmitDecoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClientTransactionsTest {
    private static final long FIRST = transaction(7, 1);

    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final RecordingListeners events = new RecordingListeners();
    private final RecordingListeners listener = new RecordingListeners();
    private CoordinatorSession session;

    @BeforeEach
    void open() {
        session = new CoordinatorSession(
            new SessionContext().link(coordinator.link).random(() -> 42).listener(events));
        coordinator.library = session;
        coordinator.connect();
        events.heard.clear();
    }

    static SubmitRequest request(final int... resources) {
        final SubmitRequest request = new SubmitRequest();
        for (final int resource : resources) {
            final UnsafeBuffer payload = new UnsafeBuffer(("to" + resource).getBytes());
            request.branch(resource, payload, 0, payload.capacity());
        }
        return request;
    }

    @Test
    void shouldReportCommittedWhenTheOutcomeOfASubmitArrives() {
        session.submit(request(3, 5).timeoutMs(500), listener);

        coordinator.expect("Submit 7:1 timeout 500 DECIDED 0->3 'to3' 1->5 'to5'");
        coordinator.committed(FIRST).run();

        assertEquals("COMMITTED 7:1", listener.takeHeard());
        assertEquals(0, session.pendingTransactions());
    }

    @Test
    void shouldTellWhatTheFlagsOfAnOutcomeSay() {
        session.submit(request(3, 5).acknowledge(Acknowledge.COMPLETED), listener);
        coordinator.run();
        coordinator.outcomeFlags = 4;
        coordinator.outcome(
            FIRST, OutcomeStage.COMPLETED, OutcomeType.ABORTED, AbortReason.VOTE_NO, 1, "").run();
        assertTrue(listener.outcome.unacknowledged());

        session.submit(request(3, 5), listener);
        coordinator.run();
        coordinator.outcomeFlags = 1 | 2;
        coordinator.committed(transaction(7, 2)).run();
        assertTrue(listener.outcome.nothingWritten() && listener.outcome.mixed());
        assertFalse(listener.outcome.unacknowledged());
    }

    @Test
    void shouldNameReasonBranchAndTextWhenATransactionAborts() {
        session.submit(request(3, 5), listener);
        coordinator.run();

        coordinator.outcome(
            FIRST, OutcomeStage.DECIDED, OutcomeType.ABORTED, AbortReason.VOTE_NO, 1, "no stock left").run();

        assertEquals("ABORTED 7:1 VOTE_NO", listener.takeHeard());
        assertEquals(1, listener.outcome.branchId());
        assertEquals("no stock left", listener.outcome.text());
    }

    @Test
    void shouldWaitForTheAcknowledgementThatWasAskedFor() {
        session.submit(request(3).acknowledge(Acknowledge.COMPLETED), listener);
        coordinator.run();

        coordinator.committed(FIRST).run();
        assertTrue(listener.heard.isEmpty());
        coordinator.outcome(FIRST, OutcomeStage.COMPLETED, OutcomeType.COMMITTED, AbortReason.NONE, 65535, "").run();

        assertEquals("COMMITTED 7:1", listener.takeHeard());
    }

    @Test
    void shouldReportAcceptedAndFollowTheTransactionNoFurtherWhenOnlyThatWasAskedFor() {
        session.submit(request(3).acknowledge(Acknowledge.ACCEPTED), listener);
        coordinator.expect("Submit 7:1 timeout 0 ACCEPTED 0->3 'to3'");
        coordinator.outcome(FIRST, OutcomeStage.ACCEPTED, OutcomeType.ACCEPTED, AbortReason.NONE, 65535, "").run();

        assertEquals("ACCEPTED 7:1", listener.takeHeard());
        assertEquals(0, session.pendingTransactions());
    }

    @Test
    void shouldTellTheOutcomeAtOnceWhenAcceptanceWasAskedForAndItIsDecidedAlready() {
        session.submit(request(3).acknowledge(Acknowledge.ACCEPTED), listener);
        coordinator.run();
        coordinator.outcome(
            FIRST, OutcomeStage.DECIDED, OutcomeType.ABORTED, AbortReason.NO_PARTICIPANT, 0, "").run();

        assertEquals("ABORTED 7:1 NO_PARTICIPANT", listener.takeHeard());
    }

    @Test
    void shouldReportEachOutcomeOnceWhenItIsRepeated() {
        session.submit(request(3), listener);
        coordinator.run();
        coordinator.committed(FIRST).committed(FIRST).run();

        assertEquals("COMMITTED 7:1", listener.takeHeard());
    }

    @Test
    void shouldMakeNoGarbageOfAPlainCommit() {
        session.submit(request(3), listener);
        coordinator.run();
        coordinator.committed(FIRST).run();

        assertSame(Outcome.plainCommit(Durability.FORCE), listener.outcome);
    }

    @Test
    void shouldSubmitSeveralInOneFrameWithRisingIds() {
        session.submit(request(3), listener);
        session.submit(request(5), listener);
        session.doWork(coordinator.nowNs);

        assertEquals(1, coordinator.link.fromLibrary.size());
        coordinator.expect("Submit 7:1 timeout 0 DECIDED 0->3 'to3'", "Submit 7:2 timeout 0 DECIDED 0->5 'to5'");
    }

    @Test
    void shouldReportARefusalWhenTheCoordinatorRefusesASubmit() {
        session.submit(request(3), listener);
        coordinator.run();
        reject(SubmitDecoder.TEMPLATE_ID, Refusal.OVERLOADED);

        assertEquals("refused 7:1 OVERLOADED", listener.takeHeard());
    }

    @Test
    void shouldReportUnknownWhenTheCoordinatorSaysThatTheIdWasUsedBefore() {
        session.submit(request(3), listener);
        coordinator.run();
        reject(SubmitDecoder.TEMPLATE_ID, Refusal.BELOW_HIGH_WATER_MARK);

        assertEquals("UNKNOWN 7:1", listener.takeHeard());
    }

    @Test
    void shouldReportUnknownWhenARepeatIsRefusedBeforeItWasLookedFor() {
        session.submit(request(3), listener);
        coordinator.run();
        coordinator.loseLink();
        coordinator.resumed(7, 1).run();
        reject(SubmitDecoder.TEMPLATE_ID, Refusal.NOT_AUTHORISED);

        assertEquals("UNKNOWN 7:1", listener.takeHeard());
    }

    @Test
    void shouldNeverReportExpiredAsAborted() {
        session.submit(request(3), listener);
        coordinator.run();
        expired(FIRST);

        assertEquals("UNKNOWN 7:1", listener.takeHeard());
    }

    // lost links and restarts

    @Test
    void shouldRepeatUnansweredSubmitsWithTheSameIdsInRisingOrderWhenTheSessionIsResumedInItsEpoch() {
        session.submit(request(3), listener);
        session.submit(request(5), listener);
        session.submit(request(3), listener);
        coordinator.run();
        coordinator.committed(transaction(7, 2)).run().said();
        coordinator.loseLink().expect("SessionResume 7 token 70/71 known 1/101");

        coordinator.resumed(7, 1)
            .expect("Submit 7:1 timeout 0 DECIDED 0->3 'to3'", "Submit 7:3 timeout 0 DECIDED 0->3 'to3'");
    }

    @Test
    void shouldOnlyAskForUnansweredSubmitsWhenTheEpochIsANewOne() {
        session.submit(request(3), listener);
        coordinator.run().said();
        coordinator.restart().expect("SessionResume 7 token 70/71 known 1/101");
        coordinator.resumed(7, 1).expect("SessionOpen known 2/102 name '' credentials ''");
        coordinator.nonceAtKnownEpoch = 102;
        coordinator.opened(8).expect("Inquire 7:1 DECIDED");

        coordinator.committed(FIRST).run();
        assertEquals("COMMITTED 7:1", listener.takeHeard());
        coordinator.after(300).expect("SessionClose 7");
    }

    @Test
    void shouldReportNeverBegunAsAbortedThatMayRunAgainUnderANewId() {
        session.submit(request(3), listener);
        restartAndResume();
        coordinator.outcome(FIRST, OutcomeStage.DECIDED, OutcomeType.NEVER_BEGUN, AbortReason.NONE, 65535, "").run();

        assertEquals("ABORTED never begun 7:1 NONE", listener.takeHeard());
    }

    @Test
    void shouldReportUnknownWhenTheRestartedCoordinatorNoLongerKnowsTheOutcome() {
        session.submit(request(3), listener);
        restartAndResume();
        expired(FIRST);

        assertEquals("UNKNOWN 7:1", listener.takeHeard());
    }

    @Test
    void shouldReportUnknownAndNeverAbortedWhenTheSessionIsUnknownAfterTheLinkWasLost() {
        session.submit(request(3), listener);
        coordinator.run();
        coordinator.loseLink();
        coordinator.rejected(SessionResumeDecoder.TEMPLATE_ID, Refusal.SESSION_UNKNOWN, "").run();
        coordinator.opened(8).run();

        assertEquals("UNKNOWN 7:1", listener.takeHeard());
    }

    @Test
    void shouldAskForWhatALostSessionLeftUnfinishedAndBeginNothingInIt() {
        session.submit(request(3), listener);
        coordinator.run().said();
        coordinator.closed(7, CloseReason.LOST).run();
        coordinator.after(1_000).expect("SessionResume 7 token 70/71 known 1/101");
        coordinator.resumed(7, 0).expect("SessionOpen known 1/101 name '' credentials ''");
        coordinator.opened(8).expect("Inquire 7:1 DECIDED");
        coordinator.committed(FIRST).run();

        assertEquals("COMMITTED 7:1", listener.takeHeard());
        session.submit(request(5), listener);
        coordinator.expect("Submit 8:1 timeout 0 DECIDED 0->5 'to5'");
        coordinator.after(300).expect("SessionClose 7");
    }

    @Test
    void shouldReportUnknownWhenALostSessionCannotBeAskedAnyMore() {
        session.submit(request(3), listener);
        coordinator.run().said();
        coordinator.closed(7, CloseReason.TOO_SLOW).run();
        coordinator.after(1_000).said();
        coordinator.rejected(SessionResumeDecoder.TEMPLATE_ID, Refusal.SESSION_UNKNOWN, "").run();
        coordinator.opened(8).run();

        assertEquals("UNKNOWN 7:1", listener.takeHeard());
    }

    @Test
    void shouldHoldSubmitsWhileTheLinkIsDownAndSendThemOverTheNextOne() {
        coordinator.loseLink().said();
        session.submit(request(3), listener);
        coordinator.expect();

        coordinator.resumed(7, 1).expect("Submit 7:1 timeout 0 DECIDED 0->3 'to3'");
    }

    @Test
    void shouldRefuseASubmitThatWaitedForASessionUntilItsTimeout() {
        coordinator.link.statusAfterReconnect = CoordinatorLink.Status.LOST;
        coordinator.loseLink().said();
        session.submit(request(3).timeoutMs(5_000), listener);
        session.submit(request(3).timeoutMs(500), listener);
        coordinator.after(1_200);
        assertEquals("refused 0:0 NOT_CONNECTED", listener.takeHeard());
        coordinator.after(5_000);
        assertEquals("refused 0:0 NOT_CONNECTED", listener.takeHeard());
    }

    @Test
    void shouldRefuseSubmitsWhenTooManyWait() {
        session = new CoordinatorSession(
            new SessionContext().link(coordinator.link).random(() -> 42).maxWaiting(1));
        coordinator.library = session;
        coordinator.run();
        session.submit(request(3), listener);
        session.submit(request(3), listener);

        assertEquals("refused 0:0 LIBRARY_OVERLOADED", listener.takeHeard());
    }

    @Test
    void shouldHoldSubmitsAboveTheLimitOfUnfinishedOnesUntilOneIsFinished() {
        session = new CoordinatorSession(
            new SessionContext().link(coordinator.link).random(() -> 42).maxTransactions(1));
        coordinator.library = session;
        coordinator.connect().said();
        session.submit(request(3), listener);
        session.submit(request(5), listener);
        coordinator.expect("Submit 7:1 timeout 0 DECIDED 0->3 'to3'");

        coordinator.committed(FIRST).expect("Submit 7:2 timeout 0 DECIDED 0->5 'to5'");
    }

    @Test
    void shouldAskForAnOutcomeThatIsOverdueAndAskAgain() {
        session.submit(request(3).timeoutMs(1_000), listener);
        coordinator.run().said();
        coordinator.after(5_900);
        assertTrue(coordinator.said().stream().allMatch("KeepAlive"::equals));
        coordinator.after(800).expect("Inquire 7:1 DECIDED");
        coordinator.after(2_400).said();
        coordinator.after(3_300);
        assertTrue(coordinator.said().contains("Inquire 7:1 DECIDED"));
    }

    // inquiries

    @Test
    void shouldTellWhatBecameOfATransactionWhenAsked() {
        session.inquire(FIRST, Acknowledge.DECIDED, listener);
        coordinator.expect("Inquire 7:1 DECIDED");
        coordinator.committed(FIRST).run();

        assertEquals("COMMITTED 7:1", listener.takeHeard());
    }

    @Test
    void shouldReportUnknownWhenTheCoordinatorKnowsNothingOfAnInquiry() {
        session.inquire(FIRST, Acknowledge.DECIDED, listener);
        coordinator.run();
        reject(InquireDecoder.TEMPLATE_ID, Refusal.UNKNOWN_TRANSACTION);

        assertEquals("UNKNOWN 7:1", listener.takeHeard());
    }

    @Test
    void shouldReportUnknownWhenTheSessionOfAnInquiryIsNotHeld() {
        session.inquire(transaction(6, 1), Acknowledge.DECIDED, listener);

        assertEquals("UNKNOWN 6:1", listener.takeHeard());
    }

    @Test
    void shouldRefuseAnInquiryAboutATransactionWhoseOutcomeIsAwaited() {
        session.submit(request(3), listener);
        session.inquire(FIRST, Acknowledge.DECIDED, listener);

        assertEquals("refused 7:1 OPERATION_REFUSED", listener.takeHeard());
    }

    @Test
    void shouldRepeatAnInquiryOverTheNextLink() {
        session.inquire(FIRST, Acknowledge.DECIDED, listener);
        coordinator.run();
        coordinator.loseLink().said();
        coordinator.resumed(7, 1).expect("Inquire 7:1 DECIDED");
    }

    // local checks

    @Test
    void shouldRefuseATransactionWithoutBranchesBeforeSendingIt() {
        session.submit(request(), listener);

        coordinator.expect();
        assertEquals("refused 0:0 NO_BRANCHES", listener.takeHeard());
    }

    @Test
    void shouldRefuseTwoBranchesOfOneResourceWhenTheSecondIsAdded() {
        assertEquals(Refusal.DUPLICATE_PARTICIPANT,
            assertThrows(RefusedException.class, () -> request(3, 3)).refusal());
    }

    @Test
    void shouldRefuseThe101stBranchWhenItIsAdded() {
        final SubmitRequest request = new SubmitRequest();
        final UnsafeBuffer none = new UnsafeBuffer(new byte[0]);
        for (int i = 0; i < 100; i++) {
            request.branch(i, none, 0, 0);
        }

        assertEquals(Refusal.TOO_MANY_BRANCHES,
            assertThrows(RefusedException.class, () -> request.branch(100, none, 0, 0)).refusal());
        session.submit(request, listener);
        assertEquals(1, coordinator.said().size());
    }

    @Test
    void shouldRefuseAPayloadThatNoCoordinatorTakesWhenItIsAdded() {
        final UnsafeBuffer large = new UnsafeBuffer(new byte[16 * 1024 + 1]);

        assertEquals(Refusal.PAYLOAD_TOO_LARGE, assertThrows(RefusedException.class,
            () -> new SubmitRequest().branch(1, large, 0, large.capacity())).refusal());
        final SubmitRequest several = new SubmitRequest();
        several.branch(1, large, 0, 16 * 1024).branch(2, large, 0, 16 * 1024).branch(3, large, 0, 16 * 1024);
        assertEquals(Refusal.PAYLOAD_TOO_LARGE, assertThrows(RefusedException.class,
            () -> several.branch(4, large, 0, 16 * 1024)).refusal());
    }

    @Test
    void shouldRefuseAPayloadThatThisCoordinatorDoesNotTake() {
        final UnsafeBuffer large = new UnsafeBuffer(new byte[1_025]);
        session.submit(new SubmitRequest().branch(1, large, 0, 1_025), listener);

        coordinator.expect();
        assertEquals("refused 0:0 PAYLOAD_TOO_LARGE", listener.takeHeard());
    }

    @Test
    void shouldRefuseATimeoutThatIsTooLong() {
        session.submit(request(3).timeoutMs(60_001), listener);
        session.begin(60_001, listener);

        coordinator.expect();
        assertEquals("refused 0:0 TIMEOUT_TOO_LONG\nrefused TIMEOUT_TOO_LONG", listener.takeHeard());
    }

    @Test
    void shouldSendAReusedRequestLikeANewOne() {
        final SubmitRequest request = request(3, 5, 9);
        session.submit(request, listener);
        coordinator.run().said();
        coordinator.committed(FIRST).run();
        final UnsafeBuffer payload = new UnsafeBuffer("again".getBytes());
        session.submit(request.reset().branch(4, payload, 0, 5), listener);

        coordinator.expect("Submit 7:2 timeout 0 DECIDED 0->4 'again'");
    }

    // look-ups

    @Test
    void shouldLookANameUpOnceAndAnswerFromMemoryThen() {
        session.lookup("stock", listener);
        session.lookup("stock", listener);
        coordinator.expect("Lookup 'stock'");
        coordinator.found(5).run();
        session.lookup("stock", listener);

        coordinator.expect();
        assertEquals("found 5\nfound 5\nfound 5", listener.takeHeard());
    }

    @Test
    void shouldRefuseALookUpWhenTooManyWait() {
        session = new CoordinatorSession(
            new SessionContext().link(coordinator.link).random(() -> 42).maxWaiting(1));
        session.lookup("stock", listener);
        session.lookup("stock", listener);
        assertEquals("", listener.takeHeard());
        session.lookup("orders", listener);
        assertEquals("refused LIBRARY_OVERLOADED", listener.takeHeard());
    }

    @Test
    void shouldReportAnUnknownParticipantAndAskAgainNextTime() {
        session.lookup("stock", listener);
        coordinator.run().said();
        coordinator.rejected(LookupDecoder.TEMPLATE_ID, Refusal.UNKNOWN_PARTICIPANT, "never seen").run();
        assertEquals("refused UNKNOWN_PARTICIPANT", listener.takeHeard());

        session.lookup("stock", listener);
        coordinator.expect("Lookup 'stock'");
    }

    @Test
    void shouldRepeatALookUpOverTheNextLink() {
        session.lookup("stock", listener);
        coordinator.run();
        coordinator.loseLink().said();
        coordinator.resumed(7, 1).expect("Lookup 'stock'");
        coordinator.found(5).run();

        assertEquals("found 5", listener.takeHeard());
    }

    private void restartAndResume() {
        coordinator.run();
        coordinator.restart();
        coordinator.resumed(7, 1).run();
        coordinator.nonceAtKnownEpoch = 102;
        coordinator.opened(8).run();
    }

    private void expired(final long transactionId) {
        coordinator.outcome(
            transactionId, OutcomeStage.DECIDED, OutcomeType.EXPIRED, AbortReason.NONE, 65535, "").run();
    }

    private void reject(final int template, final Refusal refusal) {
        coordinator.rejected(FIRST, 65535, template, refusal, "text").run();
    }
}
