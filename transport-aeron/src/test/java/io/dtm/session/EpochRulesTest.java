package io.dtm.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.client.Refusal;
import io.dtm.codec.message.SessionResumeDecoder;
import io.dtm.session.EpochMemory.Known;
import org.junit.jupiter.api.Test;

/** Rule 12: which epochs of a coordinator are obeyed. */
class EpochRulesTest {
    private static final String NAMING_NOTHING = "SessionOpen known 0/0 name '' credentials ''";

    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final RecordingListeners events = new RecordingListeners();
    private final EpochMemory memory = EpochMemory.inMemory();

    private CoordinatorSession start(final long expectedCoordinatorId) {
        coordinator.library = new CoordinatorSession(new SessionContext()
            .link(coordinator.link).random(() -> 42).listener(events).epochMemory(memory)
            .expectedCoordinatorId(expectedCoordinatorId));
        return coordinator.library;
    }

    @Test
    void shouldStoreTheFirstEpochItSees() {
        start(0);
        coordinator.connect();

        assertEquals(new Known(1, 101), memory.load(FakeCoordinator.ID));
    }

    @Test
    void shouldNameWhatItKnowsWhenTheCoordinatorIsConfigured() {
        memory.store(FakeCoordinator.ID, new Known(4, 104));
        start(FakeCoordinator.ID);

        coordinator.expect("SessionOpen known 4/104 name '' credentials ''");
    }

    @Test
    void shouldAdoptAHigherEpochWhenItsChainContainsTheKnownNonce() {
        memory.store(FakeCoordinator.ID, new Known(4, 104));
        start(FakeCoordinator.ID);
        offer(6, 106, 104);

        assertTrue(coordinator.library.isConnected());
        assertEquals(new Known(6, 106), memory.load(FakeCoordinator.ID));
    }

    @Test
    void shouldAskAgainNamingWhatItKnowsWhenItLearnsOnlyThenWhoTheCoordinatorIs() {
        memory.store(FakeCoordinator.ID, new Known(4, 104));
        start(0);
        coordinator.expect(NAMING_NOTHING);
        coordinator.epoch = 6;
        coordinator.nonce = 106;
        coordinator.opened(7).expect("SessionResume 7 token 70/71 known 4/104");
        assertEquals(new Known(4, 104), memory.load(FakeCoordinator.ID));
        coordinator.nonceAtKnownEpoch = 104;
        coordinator.resumed(7, 6).run();

        assertTrue(coordinator.library.isConnected());
        assertEquals(new Known(6, 106), memory.load(FakeCoordinator.ID));
    }

    @Test
    void shouldRefuseAHigherEpochWhoseChainDoesNotContainTheKnownNonce() {
        memory.store(FakeCoordinator.ID, new Known(4, 104));
        start(FakeCoordinator.ID);
        offer(6, 106, 999);

        assertRefused("EpochRefused known 4/104 offered 6/106");
    }

    @Test
    void shouldRefuseAHigherEpochWhoseChainDoesNotReachTheKnownEpoch() {
        memory.store(FakeCoordinator.ID, new Known(4, 104));
        start(FakeCoordinator.ID);
        offer(6, 106, 0);

        assertRefused("EpochRefused known 4/104 offered 6/106");
    }

    @Test
    void shouldObeyNoLowerEpoch() {
        memory.store(FakeCoordinator.ID, new Known(4, 104));
        start(FakeCoordinator.ID);
        offer(3, 103, 0);

        assertRefused("EpochRefused known 4/104 offered 3/103");
    }

    @Test
    void shouldRefuseASecondNonceAtTheSameEpoch() {
        memory.store(FakeCoordinator.ID, new Known(4, 104));
        start(FakeCoordinator.ID);
        offer(4, 105, 105);

        assertRefused("EpochRefused known 4/104 offered 4/105");
    }

    @Test
    void shouldObeyTheSameEpochAgain() {
        memory.store(FakeCoordinator.ID, new Known(4, 104));
        start(FakeCoordinator.ID);
        offer(4, 104, 104);

        assertTrue(coordinator.library.isConnected());
    }

    @Test
    void shouldRefuseAnotherCoordinatorThanTheExpectedOneWithoutSpeakingOfEpochs() {
        start(0xBEEF);
        coordinator.expect(NAMING_NOTHING);
        coordinator.opened(7).expect();

        assertFalse(coordinator.library.isConnected());
        assertTrue(events.takeHeard().startsWith("epoch refused: coordinator c0ffee answered where beef"));
    }

    @Test
    void shouldRefuseAnotherCoordinatorBehindTheAddressOfTheFirst() {
        start(0);
        coordinator.connect();
        events.heard.clear();
        coordinator.coordinatorId = 0xBEEF;
        coordinator.loseLink();
        coordinator.resumed(7, 1).run();

        assertFalse(coordinator.library.isConnected());
        assertTrue(events.takeHeard().contains("epoch refused: coordinator beef answered"));
    }

    @Test
    void shouldTryAgainAfterARefusalAndConnectOnceTheRightHistoryIsBack() {
        memory.store(FakeCoordinator.ID, new Known(4, 104));
        start(FakeCoordinator.ID);
        offer(6, 106, 999);
        coordinator.said();
        coordinator.after(5_001).expect("SessionOpen known 4/104 name '' credentials ''");
        coordinator.nonceAtKnownEpoch = 104;
        coordinator.opened(8).run();

        assertTrue(coordinator.library.isConnected());
    }

    @Test
    void shouldSendTheRefusalLaterWhenTheLinkIsBackPressured() {
        memory.store(FakeCoordinator.ID, new Known(4, 104));
        start(FakeCoordinator.ID);
        coordinator.run().said();
        coordinator.link.isBackPressured = true;
        offer(6, 106, 999);
        coordinator.expect();
        coordinator.link.isBackPressured = false;

        coordinator.expect("EpochRefused known 4/104 offered 6/106");
    }

    @Test
    void shouldNotBelieveThatASessionIsUnknownWhenTheCoordinatorIsRefused() {
        final RecordingListeners listener = new RecordingListeners();
        start(0);
        coordinator.connect();
        coordinator.library.submit(ClientTransactionsTest.request(3), listener);
        coordinator.run().said();
        coordinator.loseLink().expect("SessionResume 7 token 70/71 known 1/101");
        coordinator.rejected(SessionResumeDecoder.TEMPLATE_ID, Refusal.SESSION_UNKNOWN, "")
            .expect("SessionOpen known 1/101 name '' credentials ''");
        offer(2, 102, 999);

        assertEquals("", listener.takeHeard());
        coordinator.said();
        coordinator.epoch = 1;
        coordinator.nonce = 101;
        coordinator.after(5_001).expect("SessionResume 7 token 70/71 known 1/101");
        coordinator.resumed(7, 1).expect("Submit 7:1 timeout 0 DECIDED 0->3 'to3'");
    }

    private void offer(final int epoch, final long nonce, final long nonceAtKnownEpoch) {
        coordinator.run();
        coordinator.epoch = epoch;
        coordinator.nonce = nonce;
        coordinator.nonceAtKnownEpoch = nonceAtKnownEpoch;
        coordinator.transcript.take();
        coordinator.opened(7).run();
    }

    private void assertRefused(final String line) {
        coordinator.expect(line);
        assertFalse(coordinator.library.isConnected());
        assertTrue(events.takeHeard().contains("epoch refused: coordinator c0ffee shows epoch"));
        assertEquals(new Known(4, 104), memory.load(FakeCoordinator.ID));
    }
}
