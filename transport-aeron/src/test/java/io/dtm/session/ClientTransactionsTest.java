package io.dtm.session;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.client.Acknowledge;
import io.dtm.codec.message.AbortReason;
import io.dtm.codec.message.OutcomeStage;
import io.dtm.codec.message.OutcomeType;
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
}
