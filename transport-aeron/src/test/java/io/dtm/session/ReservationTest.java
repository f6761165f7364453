package io.dtm.session;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dtm.client.Acknowledge;
import io.dtm.client.Refusal;
import io.dtm.codec.message.AbortReason;
import io.dtm.codec.message.OutcomeStage;
import io.dtm.codec.message.OutcomeType;
import io.dtm.codec.message.SessionResumeDecoder;
import io.dtm.codec.message.SubmitDecoder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rule 2's exactly once: ids that are kept before they are used, and repeated by whoever finds them. */
class ReservationTest {
    private static final Reservation FOREIGN = new Reservation(3, 30, 31, transaction(3, 9));
    private static final String REPEATED = "Submit 3:9 timeout 0 DECIDED 0->5 'to5'";

    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final RecordingListeners listener = new RecordingListeners();
    private final RecordingListeners events = new RecordingListeners();
    private CoordinatorSession session;
    private Reservation reserved;
    private Refusal refused;

    private final ReservationListener reservations = new ReservationListener() {
        @Override
        public void onReserved(final Reservation reservation) {
            reserved = reservation;
        }

        @Override
        public void onRefused(final Refusal refusal, final String text) {
            refused = refusal;
        }
    };

    @BeforeEach
    void open() {
        session = new CoordinatorSession(
            new SessionContext().link(coordinator.link).random(() -> 42).listener(events));
        coordinator.library = session;
        coordinator.connect();
    }

    @Test
    void shouldSubmitUnderTheReservedId() {
        session.reserve(reservations);
        assertEquals(new Reservation(7, 70, 71, transaction(7, 1)), reserved);
        session.submit(reserved, ClientTransactionsTest.request(5), listener);
        coordinator.expect("Submit 7:1 timeout 0 DECIDED 0->5 'to5'");
        coordinator.committed(transaction(7, 1)).run();

        assertEquals("COMMITTED 7:1", listener.takeHeard());
    }

    @Test
    void shouldRefuseASecondSubmitUnderTheSameIdWhileItsOutcomeIsAwaited() {
        session.reserve(reservations);
        session.submit(reserved, ClientTransactionsTest.request(5), listener);
        session.submit(reserved, ClientTransactionsTest.request(5), listener);

        assertEquals("refused 7:1 OPERATION_REFUSED", listener.takeHeard());
    }

    @Test
    void shouldBeginNothingElseWhileAnIdIsReservedSoThatIdsRise() {
        session.reserve(reservations);
        session.submit(ClientTransactionsTest.request(3), listener);
        coordinator.expect();
        session.submit(reserved, ClientTransactionsTest.request(5), listener);

        coordinator.expect(
            "Submit 7:1 timeout 0 DECIDED 0->5 'to5'", "Submit 7:2 timeout 0 DECIDED 0->3 'to3'");
    }

    @Test
    void shouldGoOnWhenAReservedIdIsGivenBack() {
        session.reserve(reservations);
        session.submit(ClientTransactionsTest.request(3), listener);
        coordinator.expect();
        session.giveBack(reserved);

        coordinator.expect("Submit 7:2 timeout 0 DECIDED 0->3 'to3'");
    }

    @Test
    void shouldLetAReservationLapseThatNobodyUses() {
        session.reserve(reservations);
        session.submit(ClientTransactionsTest.request(3).acknowledge(Acknowledge.ACCEPTED), listener);
        coordinator.after(59_000).said();
        coordinator.after(1_500);

        // The submit has waited for as long itself.
        assertEquals("refused 0:0 NOT_CONNECTED", listener.takeHeard());
        session.submit(ClientTransactionsTest.request(3), listener);
        assertEquals("Submit 7:2 timeout 0 DECIDED 0->3 'to3'", coordinator.said().get(0));
    }

    @Test
    void shouldReserveWhenThereIsASessionAgain() {
        coordinator.loseLink();
        session.reserve(reservations);
        assertEquals(null, reserved);
        coordinator.resumed(7, 1).run();

        assertEquals(transaction(7, 1), reserved.transactionId());
    }

    @Test
    void shouldRefuseAReservationWhenClosed() {
        coordinator.loseLink();
        session.reserve(reservations);
        session.close();

        assertEquals(Refusal.CLOSED, refused);
    }

    @Test
    void shouldAskOnlyWhenTheCoordinatorWasRestartedBeforeTheReservedIdWasUsed() {
        session.reserve(reservations);
        coordinator.restart();
        coordinator.resumed(7, 1).run();
        coordinator.nonceAtKnownEpoch = 102;
        coordinator.opened(8).run().said();
        session.submit(reserved, ClientTransactionsTest.request(5), listener);
        coordinator.expect("Inquire 7:1 DECIDED");
        coordinator.outcome(
            transaction(7, 1), OutcomeStage.DECIDED, OutcomeType.NEVER_BEGUN, AbortReason.NONE, 65535, "").run();

        assertEquals("ABORTED never begun 7:1 NONE", listener.takeHeard());
    }

    @Test
    void shouldResumeTheSessionOfAnotherProcessAndRepeatItsSubmit() {
        session.submit(FOREIGN, ClientTransactionsTest.request(5), listener);
        coordinator.expect("SessionResume 3 token 30/31 known 1/101");
        coordinator.resumed(3, 1).expect(REPEATED);
        coordinator.committed(FOREIGN.transactionId()).run();

        assertEquals("COMMITTED 3:9", listener.takeHeard());
        coordinator.after(300).expect("SessionClose 3");
    }

    @Test
    void shouldOnlyAskWhenTheSessionOfAnotherProcessIsOfAnEarlierEpoch() {
        coordinator.restart();
        coordinator.resumed(7, 1).run().said();
        session.submit(FOREIGN, ClientTransactionsTest.request(5), listener);
        coordinator.expect("SessionResume 3 token 30/31 known 2/102");

        coordinator.resumed(3, 1).expect("Inquire 3:9 DECIDED");
    }

    @Test
    void shouldReportUnknownWhenTheSessionOfAnotherProcessIsGone() {
        session.submit(FOREIGN, ClientTransactionsTest.request(5), listener);
        coordinator.run();
        coordinator.rejected(SessionResumeDecoder.TEMPLATE_ID, Refusal.SESSION_UNKNOWN, "").run();

        assertEquals("UNKNOWN 3:9", listener.takeHeard());
        session.begin(0, listener);
        coordinator.run();
        assertEquals("begun 7:1", listener.takeHeard());
    }

    @Test
    void shouldReportUnknownWhenARepeatIsRefusedBeforeItWasLookedFor() {
        session.submit(FOREIGN, ClientTransactionsTest.request(5), listener);
        coordinator.run();
        coordinator.resumed(3, 1).run();
        coordinator.rejected(
            FOREIGN.transactionId(), 65535, SubmitDecoder.TEMPLATE_ID, Refusal.NOT_AUTHORISED, "").run();

        assertEquals("UNKNOWN 3:9", listener.takeHeard());
    }

    @Test
    void shouldBeginNothingInTheSessionOfAnotherProcess() {
        session.submit(FOREIGN, ClientTransactionsTest.request(5), listener);
        coordinator.run();
        coordinator.resumed(3, 1).run().said();
        session.begin(0, listener);

        coordinator.expect("Begin 7:1 timeout 0 token 42");
    }
}
