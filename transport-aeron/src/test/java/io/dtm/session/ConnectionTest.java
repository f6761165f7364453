package io.dtm.session;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.client.Refusal;
import io.dtm.codec.Templates;
import io.dtm.codec.message.CloseReason;
import io.dtm.codec.message.LookupDecoder;
import io.dtm.codec.message.SessionOpenDecoder;
import io.dtm.codec.message.SessionResumeDecoder;
import io.dtm.codec.message.SubmitDecoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Sessions: opened, challenged, kept alive, resumed, lost, renewed, closed. */
class ConnectionTest {
    private static final String OPEN = "SessionOpen known 0/0 name 'till' credentials 'secret'";
    private static final String OPEN_AGAIN = "SessionOpen known 1/101 name 'till' credentials 'secret'";
    private static final String RESUME = "SessionResume 7 token 70/71 known 1/101";

    private final FakeCoordinator coordinator = new FakeCoordinator();
    private final RecordingListeners events = new RecordingListeners();
    private final RecordingListeners listener = new RecordingListeners();
    private final CoordinatorSession session = start(new SessionContext());

    private CoordinatorSession start(final SessionContext context) {
        coordinator.library = new CoordinatorSession(context
            .link(coordinator.link).random(() -> 42).listener(events).clientName("till")
            .credentials(new Secret()));
        return coordinator.library;
    }

    @Test
    void shouldOpenASessionWithCredentialsWhenTheLinkIsConnected() {
        coordinator.expect(OPEN);
        coordinator.opened(7).run();

        assertTrue(session.isConnected());
        assertEquals("connected in epoch 1", events.takeHeard());
        assertEquals(FakeCoordinator.ID, session.coordinatorId());
    }

    @Test
    void shouldWaitWhileTheLinkIsBeingBuilt() {
        coordinator.link.status = CoordinatorLink.Status.CONNECTING;
        coordinator.expect();
        coordinator.link.status = CoordinatorLink.Status.CONNECTED;
        coordinator.expect(OPEN);
    }

    @Test
    void shouldBuildTheLinkAnewWhenItIsNotConnectedInTime() {
        coordinator.link.status = CoordinatorLink.Status.CONNECTING;
        coordinator.run();
        coordinator.after(3_001).after(1_000);

        assertEquals(1, coordinator.link.reconnects);
        coordinator.expect(OPEN);
    }

    @Test
    void shouldAnswerAChallengeWhenTheAuthenticatorWantsOne() {
        coordinator.expect(OPEN);
        coordinator.challenge("riddle").expect("ChallengeResponse 'answer to riddle'");
        coordinator.opened(7).run();

        assertTrue(session.isConnected());
    }

    @Test
    void shouldTryAgainLaterWhenTheCredentialsAreRefused() {
        coordinator.expect(OPEN);
        coordinator.rejected(SessionOpenDecoder.TEMPLATE_ID, Refusal.NOT_AUTHENTICATED, "who are you").run();

        assertFalse(session.isConnected());
        assertTrue(events.takeHeard().startsWith("refused NOT_AUTHENTICATED"));
        coordinator.after(4_000).expect();
        coordinator.after(1_001).expect(OPEN);
    }

    @Test
    void shouldStartAnewWhenTheHandshakeIsNotAnswered() {
        coordinator.expect(OPEN);
        coordinator.after(3_001).after(1_000).expect(OPEN);
    }

    @Test
    void shouldIgnoreTheAnswerToAnEarlierHandshake() {
        coordinator.expect(OPEN);
        final long requestId = coordinator.transcript.requestId;
        coordinator.after(3_001).after(1_000).expect(OPEN);
        coordinator.transcript.requestId = requestId;
        coordinator.opened(7).run();

        assertFalse(session.isConnected());
    }

    @Test
    void shouldSendKeepAlivesWhenTheLinkIsSilentForAFractionOfTheSessionTimeout() {
        coordinator.connect().expect();
        coordinator.after(2_400).expect();
        coordinator.after(101).expect("KeepAlive");
        coordinator.after(2_501).expect("KeepAlive");
    }

    @Test
    void shouldNotSendKeepAlivesWhenMessagesDo() {
        coordinator.connect();
        coordinator.after(1_500);
        session.lookup("stock", listener);
        coordinator.expect("Lookup 'stock'");
        coordinator.after(1_500).expect();
        coordinator.after(1_002).expect("KeepAlive");
    }

    @Test
    void shouldResumeTheSessionWhenTheLinkIsLostAndGoOnBeginningInTheSameEpoch() {
        coordinator.connect();
        coordinator.loseLink().expect(RESUME);
        assertFalse(session.isConnected());
        coordinator.resumed(7, 1).run();

        assertTrue(session.isConnected());
        session.begin(0, listener);
        coordinator.expect("Begin 7:1 timeout 0 token 42");
    }

    @Test
    void shouldFailWhatWaitsAndNameBothVersionsWhenTheCoordinatorSpeaksAnother() {
        final RecordingListeners registration = new RecordingListeners();
        coordinator.expect(OPEN);
        session.lookup("stock", listener);
        session.begin(0, listener);
        session.register(new ResourceRegistration("stock", "a", 9, new RecordingParticipant()), registration);
        coordinator.versionRefused(9).run();

        assertEquals("refused SCHEMA_VERSION\nrefused SCHEMA_VERSION", listener.takeHeard());
        assertEquals("refused SCHEMA_VERSION", registration.takeHeard());
        assertEquals("refused SCHEMA_VERSION\ndisconnected: the handshake was refused: SCHEMA_VERSION",
            events.takeHeard());
        assertTrue(events.text.contains("version 9 ") && events.text.contains("version 1:"), events.text);
        coordinator.after(4_000).expect();
        coordinator.after(1_001).expect(OPEN);
        coordinator.opened(7).run();
        assertTrue(session.isConnected(), "one of them was upgraded");
    }

    @Test
    void shouldUnderstandTheRefusalOfItsVersionByOneThatAnswersInOurs() {
        coordinator.connect();
        coordinator.versionRefused(Templates.SCHEMA_VERSION).run();

        assertFalse(session.isConnected());
        assertTrue(events.takeHeard().contains("refused SCHEMA_VERSION"));
    }

    // one bad name is nobody else's affair

    @Test
    void shouldRefuseANameThatNoResourceCanHaveAndAskForTheOthersWhenTheLinkIsThere() {
        final RecordingListeners bad = new RecordingListeners();
        coordinator.run();
        session.lookup("x".repeat(300), bad);
        session.lookup("", bad);
        session.lookup("stock", listener);
        coordinator.connect().expect("Lookup 'stock'");
        coordinator.found(5).run();

        assertEquals("refused UNKNOWN_PARTICIPANT\nrefused UNKNOWN_PARTICIPANT", bad.takeHeard());
        assertEquals("found 5", listener.takeHeard());
    }

    @Test
    void shouldSendWhatIsPendingAgainAfterABadNameWhenTheLinkIsLost() {
        coordinator.connect();
        session.lookup("", listener);
        session.begin(0, listener);
        coordinator.expect("Begin 7:1 timeout 0 token 42");
        coordinator.loseLink().expect(RESUME);

        coordinator.resumed(7, 1).expect("Begin 7:1 timeout 0 token 42");
    }

    @Test
    void shouldWaitLongerBetweenAttemptsUpToABoundWhenTheCoordinatorStaysAway() {
        coordinator.connect();
        coordinator.link.statusAfterReconnect = CoordinatorLink.Status.LOST;
        coordinator.link.lose();
        for (int i = 0; i < 1_000; i++) {
            coordinator.after(10);
        }

        final int attempts = coordinator.link.reconnects;
        assertTrue(attempts >= 10 && attempts <= 30, "attempts in 10 s: " + attempts);
    }

    @Test
    void shouldResumeTheOldAndOpenANewSessionWhenTheEpochIsANewOneAndTransactionsAreBegun() {
        coordinator.connect();
        session.begin(0, listener);
        coordinator.expect("Begin 7:1 timeout 0 token 42");
        coordinator.restart().expect(RESUME);
        coordinator.resumed(7, 1).expect("SessionOpen known 2/102 name 'till' credentials 'secret'");
        coordinator.nonceAtKnownEpoch = 102;
        coordinator.opened(8).run();

        session.begin(0, listener);
        coordinator.expect("Begin 8:1 timeout 0 token 42");
    }

    @Test
    void shouldCloseTheOldSessionWhenNothingInItIsUnfinished() {
        coordinator.connect();
        session.begin(0, listener);
        coordinator.run().said();
        coordinator.restart().expect(RESUME);
        coordinator.resumed(7, 1).run().said();
        coordinator.nonceAtKnownEpoch = 102;
        coordinator.opened(8).run();

        coordinator.after(300).expect("SessionClose 7");
        coordinator.closed(7, CloseReason.REQUESTED).run();
        assertTrue(session.isConnected());
    }

    @Test
    void shouldOpenANewSessionWhenTheOldOneIsUnknown() {
        coordinator.connect();
        coordinator.loseLink().expect(RESUME);
        coordinator.rejected(SessionResumeDecoder.TEMPLATE_ID, Refusal.SESSION_UNKNOWN, "").expect(OPEN_AGAIN);
        events.heard.clear();
        coordinator.opened(9).run();

        assertEquals("session lost 7\nconnected in epoch 1", events.takeHeard());
    }

    @Test
    void shouldStartAnewWhenTheCoordinatorClosesASessionAsLost() {
        coordinator.connect();
        coordinator.closed(7, CloseReason.LOST).run();
        assertFalse(session.isConnected());

        coordinator.after(1_000).expect(OPEN_AGAIN);
        coordinator.opened(8).run();
        assertTrue(session.isConnected());
    }

    @Test
    void shouldStartAnewWhenTheCoordinatorClosesASessionAsTooSlow() {
        coordinator.connect();
        coordinator.closed(7, CloseReason.TOO_SLOW).run();

        coordinator.after(1_000).expect(OPEN_AGAIN);
    }

    @Test
    void shouldShakeHandsAgainWhenASubmitIsRefusedBecauseItsSessionHasEndedUnnoticed() {
        coordinator.connect();
        session.submit(ClientTransactionsTest.request(3), listener);
        coordinator.run().said();
        coordinator.rejected(transaction(7, 1), 65535, SubmitDecoder.TEMPLATE_ID, Refusal.SESSION_UNKNOWN, "").run();
        assertFalse(session.isConnected());

        coordinator.after(1_001).expect(RESUME);
        coordinator.resumed(7, 0).expect(OPEN_AGAIN);
        coordinator.opened(8).expect("Inquire 7:1 DECIDED");
    }

    @Test
    void shouldShakeHandsAgainWhenALookUpIsRefusedBecauseTheLinkHasNoSession() {
        coordinator.connect();
        session.lookup("stock", listener);
        coordinator.run().said();
        coordinator.rejected(LookupDecoder.TEMPLATE_ID, Refusal.SESSION_UNKNOWN, "").run();

        coordinator.after(1_001).expect(RESUME);
        coordinator.resumed(7, 1).expect("Lookup 'stock'");
    }

    @Test
    void shouldTakeANewSessionInTimeBeforeTheCounterEnds() {
        start(new SessionContext().counters(OwnedSession.LAST_COUNTER - 2, 2));
        coordinator.connect();
        coordinator.library.begin(0, listener);
        coordinator.expect("Begin 7:4294967292 timeout 0 token 42");
        coordinator.library.begin(0, listener);

        coordinator.expect("Begin 7:4294967293 timeout 0 token 42", OPEN_AGAIN);
        coordinator.library.begin(0, listener);
        coordinator.expect("Begin 7:4294967294 timeout 0 token 42");
        listener.heard.clear();
        coordinator.library.begin(0, listener);
        coordinator.expect();
        assertEquals("", listener.takeHeard());
        coordinator.nonceAtKnownEpoch = 101;
        coordinator.opened(8).expect("Begin 8:4294967292 timeout 0 token 42");
        assertEquals("begun 8:4294967292", listener.takeHeard());
    }

    @Test
    void shouldKeepBeginningInTheOldSessionWhenTheCoordinatorAllowsNoMore() {
        start(new SessionContext().counters(OwnedSession.LAST_COUNTER - 1, 10));
        coordinator.connect();
        coordinator.library.begin(0, listener);
        coordinator.run();
        coordinator.rejected(SessionOpenDecoder.TEMPLATE_ID, Refusal.TOO_MANY_SESSIONS, "256 are open").run();
        coordinator.said();

        coordinator.library.begin(0, listener);
        coordinator.expect("Begin 7:4294967294 timeout 0 token 42");
        coordinator.after(4_000).said();
        coordinator.after(1_002).expect(OPEN_AGAIN);
    }

    @Test
    void shouldDropAFrameThatIsNotValidAndGoOn() {
        coordinator.connect();
        coordinator.raw("GET / HTTP/1.1".getBytes(StandardCharsets.UTF_8)).run();

        assertEquals(1, events.anomalies.size());
        assertTrue(session.isConnected());
    }

    @Test
    void shouldDropWhatComesBeforeTheHandshake() {
        coordinator.run();
        coordinator.committed(transaction(7, 1)).run();

        assertEquals(1, events.anomalies.size());
        coordinator.opened(7).run();
        assertTrue(session.isConnected());
    }

    @Test
    void shouldHoldBackAndLoseNothingWhenTheLinkIsBackPressured() {
        coordinator.connect();
        coordinator.link.isBackPressured = true;
        for (int i = 0; i < 100; i++) {
            session.lookup("resource " + i, listener);
        }
        coordinator.expect();
        coordinator.link.isBackPressured = false;

        assertEquals(100, coordinator.said().size());
    }

    @Test
    void shouldTakeNoFramesWhileItsAnswersAreHeldBack() {
        coordinator.connect();
        coordinator.link.isBackPressured = true;
        for (int i = 0; i < 200; i++) {
            session.lookup("a name that is long enough to fill a frame " + i, listener);
        }
        coordinator.committed(transaction(7, 1)).run();
        assertEquals(1, coordinator.link.toLibrary.size());

        coordinator.link.isBackPressured = false;
        coordinator.run();
        assertEquals(0, coordinator.link.toLibrary.size());
    }

    @Test
    void shouldCloseItsSessionsAndTellWhoeverWaitsWhenClosed() {
        coordinator.connect();
        session.lookup("stock", listener);
        session.submit(ClientTransactionsTest.request(3), listener);
        coordinator.run().said();
        session.close();

        coordinator.expect("SessionClose 7");
        assertEquals("refused CLOSED\nUNKNOWN 7:1", listener.takeHeard());
        assertTrue(coordinator.link.isClosed);
        assertFalse(session.execute(ignored -> { }));
    }

    @Test
    void shouldRunWhatOtherThreadsHandOverAndRefuseWhenTheQueueIsFull() {
        start(new SessionContext().commandCapacity(2));
        coordinator.connect();
        assertTrue(coordinator.library.execute(s -> s.begin(0, listener)));
        assertTrue(coordinator.library.execute(s -> s.begin(0, listener)));
        assertFalse(coordinator.library.execute(s -> s.begin(0, listener)));

        coordinator.expect("Begin 7:1 timeout 0 token 42", "Begin 7:2 timeout 0 token 42");
    }

    private static final class Secret implements CredentialsSupplier {
        @Override
        public byte[] encodedCredentials() {
            return "secret".getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public byte[] onChallenge(final byte[] encodedChallenge) {
            return ("answer to " + new String(encodedChallenge, StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8);
        }
    }
}
