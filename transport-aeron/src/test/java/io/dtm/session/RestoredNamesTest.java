package io.dtm.session;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.client.Acknowledge;
import io.dtm.client.Refusal;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rule 12: after a restore from a backup an id may be another resource's. What was found before is used no more. */
class RestoredNamesTest {
    private static final UnsafeBuffer PAYLOAD = new UnsafeBuffer("work".getBytes());
    /** Resource 5 as it is found after the first restore. */
    private static final int FIVE_SINCE = 1 << 16 | 5;
    private static final int SIX_SINCE = 1 << 16 | 6;

    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final RecordingListeners listener = new RecordingListeners();
    private CoordinatorSession session;

    @BeforeEach
    void lookUp() {
        session = new CoordinatorSession(new SessionContext().link(coordinator.link).random(() -> 42));
        coordinator.library = session;
        coordinator.connect();
        session.lookup("stock", listener);
        coordinator.run().said();
        coordinator.found(5).run();
        session.submit(ClientTransactionsTest.request(5), listener);
        coordinator.expect("Submit 7:1 timeout 0 DECIDED 0->5 'to5'");
        coordinator.committed(transaction(7, 1)).run();
        assertEquals("found 5\nCOMMITTED 7:1", listener.takeHeard());
    }

    /** In session 8, whose ids begin anew. */
    private void reconnect() {
        coordinator.resumed(7, 1).run();
        coordinator.nonceAtKnownEpoch = coordinator.nonce;
        coordinator.opened(8).run().said();
    }

    private void restore() {
        coordinator.restore();
        reconnect();
    }

    private ClientTransaction begin() {
        session.begin(2_000, listener);
        coordinator.run().said();
        listener.heard.clear();
        return listener.begun;
    }

    @Test
    void shouldKeepANameAcrossARestart() {
        coordinator.restart();
        reconnect();
        session.lookup("stock", listener);
        coordinator.expect();

        assertEquals("found 5", listener.takeHeard());
        assertTrue(session.isCurrent(5));
    }

    @Test
    void shouldLookANameUpAgainAfterARestoreAndSendTheBareId() {
        restore();
        assertFalse(session.isCurrent(5));
        session.lookup("stock", listener);
        coordinator.expect("Lookup 'stock'");
        coordinator.found(6).run();
        assertEquals("found " + SIX_SINCE, listener.takeHeard());
        assertTrue(session.isCurrent(SIX_SINCE));
        assertEquals(6, ResourceHandle.resourceId(SIX_SINCE));

        session.submit(ClientTransactionsTest.request(SIX_SINCE), listener);
        coordinator.expect("Submit 8:1 timeout 0 DECIDED 0->6 'to" + SIX_SINCE + "'");
    }

    @Test
    void shouldAskTheRestoredCoordinatorForANameThatTheOldOneWasAskedFor() {
        session.lookup("payments", listener);
        coordinator.run().said();
        coordinator.restore().expect("SessionResume 7 token 70/71 known 1/101");
        coordinator.resumed(7, 1).expect("SessionOpen known 1002/102 name '' credentials ''");
        coordinator.nonceAtKnownEpoch = coordinator.nonce;
        coordinator.opened(8).expect("Lookup 'payments'");
        coordinator.found(6).run();

        assertEquals("found " + SIX_SINCE, listener.takeHeard());
    }

    @Test
    void shouldKnowTheGenerationFromAResumedSessionToo() {
        coordinator.generation = 1;
        coordinator.loseLink();
        coordinator.resumed(7, 1).run();

        assertFalse(session.isCurrent(5));
        assertTrue(session.isCurrent(FIVE_SINCE));
    }

    @Test
    void shouldRefuseASubmitByAnIdOfBeforeTheRestore() {
        restore();
        session.submit(ClientTransactionsTest.request(FIVE_SINCE, 6), listener);

        coordinator.expect();
        assertEquals("refused 0:0 UNKNOWN_PARTICIPANT", listener.takeHeard());
        assertTrue(listener.text.startsWith("the coordinator was restored from a backup since resource 6 was"));
        session.submit(ClientTransactionsTest.request(FIVE_SINCE), listener);
        coordinator.expect("Submit 8:1 timeout 0 DECIDED 0->5 'to" + FIVE_SINCE + "'");
    }

    @Test
    void shouldRefuseASubmitThatWaitedForTheRestoredCoordinator() {
        coordinator.loseLink().said();
        session.submit(ClientTransactionsTest.request(5), listener);
        coordinator.restore();
        reconnect();

        coordinator.expect();
        assertEquals("refused 0:0 UNKNOWN_PARTICIPANT", listener.takeHeard());
    }

    @Test
    void shouldRefuseTheFirstSubmitUnderAReservedId() {
        restore();
        final Reservation reserved = reserve();
        session.submit(reserved, ClientTransactionsTest.request(5), listener);

        coordinator.expect();
        assertEquals("refused 8:1 UNKNOWN_PARTICIPANT", listener.takeHeard());
    }

    @Test
    void shouldOnlyAskForARepeatWithIdsOfBeforeTheRestore() {
        restore();
        final Reservation reserved = reserve();
        session.giveBack(reserved);
        session.submit(reserved, ClientTransactionsTest.request(5), listener);

        coordinator.expect("Inquire 8:1 DECIDED");
    }

    private Reservation reserve() {
        final Reservation[] reserved = new Reservation[1];
        session.reserve(new ReservationListener() {
            @Override
            public void onReserved(final Reservation reservation) {
                reserved[0] = reservation;
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                throw new AssertionError(text);
            }
        });
        return reserved[0];
    }

    @Test
    void shouldRefuseToEnlistByAnIdOfBeforeTheRestore() {
        restore();
        final ClientTransaction begun = begin();
        session.enlist(begun, 5, PAYLOAD, 0, 4, listener);
        session.enlist(begun, FIVE_SINCE, PAYLOAD, 0, 4, listener);

        coordinator.expect("Enlist 8:1 branch 5 resource 5 incarnation 0 token 42 epoch 1002 payload 4");
        assertEquals("refused UNKNOWN_PARTICIPANT", listener.takeHeard());
    }

    @Test
    void shouldRefuseACommitThatExpectsAnIdOfBeforeTheRestoreAndLeaveTheTransactionOpen() {
        restore();
        final ClientTransaction begun = begin();
        session.commit(begun, new int[] {FIVE_SINCE, 6}, Acknowledge.DECIDED, listener);
        coordinator.expect();
        assertEquals("refused 8:1 UNKNOWN_PARTICIPANT", listener.takeHeard());

        session.commit(begun, new int[] {FIVE_SINCE, SIX_SINCE}, Acknowledge.DECIDED, listener);
        coordinator.expect("Commit 8:1 DECIDED expects 5 6");
        coordinator.committed(transaction(8, 1)).run();
        assertEquals("COMMITTED 8:1", listener.takeHeard());
    }

    @Test
    void shouldTellEachRestoreFromTheOneBefore() {
        restore();
        session.lookup("stock", listener);
        coordinator.run().said();
        coordinator.found(5).run();
        coordinator.generation = 0x7FFF_0000;
        coordinator.loseLink();
        coordinator.resumed(8, 1002).run().said();

        assertFalse(session.isCurrent(5));
        assertFalse(session.isCurrent(FIVE_SINCE));
        assertTrue(session.isCurrent(2 << 16 | 5));
    }

    @Test
    void shouldExpectABranchThatTheClientEnlistedOnlyOnce() {
        restore();
        final ClientTransaction begun = begin();
        session.enlist(begun, FIVE_SINCE, PAYLOAD, 0, 4, listener);
        session.commit(begun, new int[] {FIVE_SINCE}, Acknowledge.DECIDED, listener);

        coordinator.expect("Enlist 8:1 branch 5 resource 5 incarnation 0 token 42 epoch 1002 payload 4",
            "Commit 8:1 DECIDED expects 5");
    }
}
