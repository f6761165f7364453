package io.dtm.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.coordinator.ProtocolCodes.Close;
import java.util.List;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;

/** Sessions come, move to other links and end; and what that does to their transactions. */
class SessionTest {
    private final CoordinatorScenario scenario = CoordinatorScenario.started();
    private final ScenarioClient client = scenario.client();
    private final ScenarioParticipant a = scenario.participant("A");

    @Test
    void shouldAttachASessionBeforeItsFirstMessage() {
        scenario.open(9);
        assertEquals(List.of("s3 -> l9", "s3 <- OPENED"), scenario.output.take());
    }

    @Test
    void shouldMoveASessionToItsNewLinkAndDropWhatTheOldOneDelivers() {
        final long transaction = client.begins();
        scenario.quiet();
        final int old = client.link;
        client.resumes();
        assertEquals(List.of("s1 -> l3", "s1 <- RESUMED of epoch 1"), scenario.output.take());
        scenario.frame(old, () -> scenario.coordinator.rollback(transaction, 2));
        scenario.frame(old, () -> scenario.coordinator.sessionClose(client.session));
        scenario.linkIsLost(old);
        scenario.sendsNothing();
        client.rollsBack(transaction);
        scenario.sends("s1 <- ABORTED 1:1 completed CLIENT_REQUEST");
    }

    /** A handshake that its peer gave up may come late: then the peer would wait in vain over the link that it has. */
    @Test
    void shouldNotMoveASessionBackToALinkThatItsPeerHasLeft() {
        final int givenUp = scenario.newLink();
        a.reconnects();
        scenario.quiet();
        scenario.resume(a.session, givenUp);
        scenario.linkIsLost(givenUp);
        scenario.sendsNothing();
        client.submits(a);
        scenario.sends("s2 <- PREPARE 1:1/0 i101");
    }

    /** Another process with the session's token, as one that repeats a submit for a process that has died. */
    @Test
    void shouldLetAProcessThatIsConnectedLongerTakeASessionOver() {
        final int longer = scenario.newLink();
        scenario.open(longer);
        client.resumes();
        scenario.quiet();
        scenario.resume(client.session, longer);
        scenario.sends("s" + client.session + " <- RESUMED of epoch 1");
    }

    @Test
    void shouldDropAParticipantsMessagesOfItsOldLink() {
        final long transaction = client.submits(a);
        final ScenarioParticipant old = scenario.process("A", "1", 0);
        old.link = a.link;
        old.resource = a.resource;
        old.branchIds.put(transaction, 0);
        a.reconnects();
        scenario.quiet();
        old.votesYes(transaction);
        old.asksAbout(transaction);
        scenario.sendsNothing();
        scenario.showsState("PREPARING", transaction);
    }

    @Test
    void shouldSendNothingOverANewLinkBeforeTheParticipantHasRegisteredThere() {
        a.link = scenario.newLink();
        scenario.resume(a.session, a.link);
        scenario.quiet();
        client.submits(a);
        scenario.sendsNothing();
        a.registers();
        scenario.sends("s2 <- REGISTERED r1", "s2 <- PREPARE 1:1/0 i101");
        a.registers();
        scenario.sends("s2 <- REGISTERED r1");
    }

    @Test
    void shouldRefuseToResumeWithAWrongTokenOrAsAnotherPrincipal() {
        final DirectBuffer tester = CoordinatorScenario.buffer("tester");
        final DirectBuffer mallory = CoordinatorScenario.buffer("mallor");
        final DirectBuffer shorter = CoordinatorScenario.buffer("test");
        final long token = CoordinatorScenario.token(1);
        resumes(1, token + 1, 5, tester);
        resumes(1, token, 6, tester);
        resumes(1, token, 5, mallory);
        resumes(1, token, 5, shorter);
        resumes(77, token, 5, tester);
        scenario.sendsCounted("REJECTED SESSION_RESUME SESSION_UNKNOWN", 5);
        resumes(1, token, 5, tester);
        scenario.sends("s1 <- RESUMED of epoch 1");
    }

    private void resumes(final int session, final long high, final long low, final DirectBuffer principal) {
        scenario.frame(70, () -> scenario.coordinator.sessionResuming(
            1, session, high, low, 0, 0, 0, 0, 0, principal, 0, principal.capacity()));
    }

    @Test
    void shouldTellAPeerTheNonceOfTheEpochThatItKnows() {
        final long[] nonces = new long[3];
        final CommitCoordinator coordinator = new CommitCoordinator(new RecordingOutput() {
            private int next;

            @Override
            public void sessionOpened(
                final int sessionId, final long requestId, final long high, final long low, final long nonce) {
                nonces[next++] = nonce;
            }
        });
        coordinator.startFrame(0, 0);
        coordinator.epochStarted(77, 1, 0, 41, 0, 0);
        coordinator.epochStarted(77, 2, 0, 42, 0, 0);
        coordinator.startFrame(1, 0);
        for (int known = 1; known <= 3; known++) {
            coordinator.sessionOpening(1, 1, 1, known, 5, 0, 0, 0, ScenarioClient.none(), 0, 0);
        }
        assertEquals(List.of(41L, 42L, 0L), List.of(nonces[0], nonces[1], nonces[2]));
    }

    @Test
    void shouldTakeUndecidedInteractiveTransactionsAlongWhenASessionCloses() {
        final long active = client.begins();
        a.joins(active);
        final long preparing = client.begins();
        a.joins(preparing);
        client.commits(preparing);
        final long submitted = client.submits(a);
        scenario.quiet();
        client.closes();
        scenario.takeAllSteps();
        scenario.sends("s1 <- CLOSED REQUESTED", "s2 <- ROLLBACK 1:1/1", "s2 <- ROLLBACK 1:2/1",
            "s1 <- ABORTED 1:2 decided CLIENT_LOST");
        a.votesYes(submitted);
        scenario.sends("s2 <- COMMIT 1:3/0", "s1 <- COMMITTED 1:3 decided");
    }

    @Test
    void shouldEndATransactionOfALostSessionBeforeTheStepComes() {
        final long transaction = client.begins();
        a.joins(transaction);
        client.commits(transaction);
        client.isLost();
        scenario.quiet();
        a.votesYes(transaction);
        scenario.sends("s2 <- ROLLBACK 1:1/1", "s1 <- ABORTED 1:1 decided CLIENT_LOST",
            "s2 <- ROLLBACK 1:1/1 (answer)");
    }

    @Test
    void shouldFinishACommittedInteractiveTransactionOfALostSession() {
        final long transaction = client.begins();
        a.joins(transaction);
        client.commits(transaction);
        a.votesYes(transaction);
        client.isLost();
        scenario.takeAllSteps();
        scenario.showsState("COMMITTING", transaction);
        a.acknowledgesCommit(transaction);
        scenario.showsState("none", transaction);
    }

    @Test
    void shouldLoseAllSessionsOfALink() {
        scenario.open(client.link);
        scenario.open(client.link);
        scenario.quiet();
        client.isLost();
        scenario.sends("s4 <- CLOSED LOST", "s3 <- CLOSED LOST", "s1 <- CLOSED LOST");
    }

    @Test
    void shouldSayWhenASessionIsTooSlow() {
        scenario.frame(client.link, () -> scenario.coordinator.linkLost(Close.TOO_SLOW));
        scenario.sends("s1 <- CLOSED TOO_SLOW");
    }

    @Test
    void shouldLoseNoSessionWhenTheHostsOwnLinkIsNamed() {
        scenario.restart();
        scenario.quiet();
        scenario.frame(0, () -> scenario.coordinator.linkLost(Close.LOST));
        scenario.sendsNothing();
        client.resumes();
        scenario.sends("s1 <- RESUMED of epoch 1");
    }

    @Test
    void shouldForgetAtOnceASessionThatBeganNothing() {
        client.closes();
        scenario.takeAllSteps();
        assertNull(scenario.coordinator.state.session(1));
        scenario.quiet();
        client.resumes();
        scenario.sends("l3 <- REJECTED SESSION_RESUME SESSION_UNKNOWN");
    }

    @Test
    void shouldKeepAnEndedSessionForQuestionsAsLongAsOutcomes() {
        final CoordinatorScenario brief = CoordinatorScenario.started(new SettingsBuilder().retained(100, 5_000));
        final ScenarioParticipant p = brief.participant("A");
        final ScenarioClient first = brief.client();
        endsWithAnOutcome(brief, first, p);
        brief.pass(5_001);
        final ScenarioClient second = brief.client();
        endsWithAnOutcome(brief, second, p);
        brief.quiet();
        first.resumes();
        second.resumes();
        brief.sends("l4 <- REJECTED SESSION_RESUME SESSION_UNKNOWN", "s3 <- RESUMED of epoch 0");
    }

    @Test
    void shouldKeepNoMoreEndedSessionsThanMayBeOpen() {
        final CoordinatorScenario small = CoordinatorScenario.started(new SettingsBuilder().maxSessions(2));
        final ScenarioParticipant p = small.participant("A");
        final ScenarioClient[] clients = new ScenarioClient[4];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = small.client();
            endsWithAnOutcome(small, clients[i], p);
            small.quiet();
            clients[0].resumes();
        }
        small.sends("s2 <- RESUMED of epoch 0");
        assertEquals(3, small.coordinator.state.sessions.size(), "the first is in use, the third made place");
        clients[2].resumes();
        small.sends("l10 <- REJECTED SESSION_RESUME SESSION_UNKNOWN");
    }

    private static void endsWithAnOutcome(
        final CoordinatorScenario scenario, final ScenarioClient client, final ScenarioParticipant participant) {
        participant.votesNo(client.submits(participant));
        client.closes();
        scenario.takeAllSteps();
    }

    @Test
    void shouldDetachAnEndedSessionWhenTheLinkIsLostOverWhichItWasAsking() {
        client.submits(a);
        client.isLost();
        scenario.takeAllSteps();
        client.resumes();
        scenario.quiet();
        client.isLost();
        assertEquals(List.of("s1 -> l0"), scenario.output.take());
        client.inquires(client.id(1));
        assertTrue(scenario.output.take().get(0).endsWith("SESSION_UNKNOWN"));
    }

    @Test
    void shouldDetachAnEndedSessionThatIsClosedOnceMore() {
        client.submits(a);
        client.isLost();
        scenario.takeAllSteps();
        client.resumes();
        scenario.quiet();
        client.closes();
        assertEquals(List.of("s1 -> l0"), scenario.output.take());
    }

    @Test
    void shouldOpenNoSessionWhenAllIdsAreGivenOut() {
        scenario.coordinator.state.lastSessionId = Integer.MAX_VALUE - 1;
        final int first = scenario.newLink();
        scenario.open(first);
        scenario.sends("s" + Integer.MAX_VALUE + " <- OPENED");
        final int second = scenario.newLink();
        scenario.frame(second, () -> scenario.coordinator.sessionOpening(
            1, 1, 1, 0, 0, 0, 0, 0, ScenarioClient.none(), 0, 0));
        scenario.sends("l" + second + " <- REJECTED SESSION_OPEN TOO_MANY_SESSIONS");
    }

    @Test
    void shouldRegisterNobodyOverAnEndedSession() {
        final long transaction = client.submits(a);
        a.votesNo(transaction);
        client.isLost();
        scenario.takeAllSteps();
        client.resumes();
        scenario.quiet();
        final ScenarioParticipant p = scenario.process("P", "1", 0);
        p.link = client.link;
        p.session = client.session;
        p.registers();
        scenario.sends("l3 <- REJECTED REGISTER SESSION_UNKNOWN");
    }

    @Test
    void shouldRegisterNobodyOverAnotherLinkThanTheSessions() {
        final ScenarioParticipant p = scenario.process("P", "1", 0);
        p.link = 55;
        p.session = client.session;
        p.registers();
        scenario.sendsNothing();
    }
}
