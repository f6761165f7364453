package io.dtm.core.ingress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dtm.codec.message.SessionOpenDecoder;
import io.dtm.core.fake.PeerMessages;
import io.dtm.core.ingress.Admission.Verdict;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HandshakesTest {
    private static final int LINK = 6;
    private static final String REFUSED =
        "6: Rejected 1 NOT_AUTHENTICATED not authenticated: check the credentials, then connect anew";

    private final IngressRig rig = new IngressRig();

    @Test
    void shouldOpenASessionWithATokenAndWithoutCredentials() {
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "alice"));
        rig.work();

        assertEquals(List.of("6: sessionOpening(1, 100, 101, 3, 33, 5, 2, 22, \"alice\")"), rig.ring.take());
    }

    @Test
    void shouldResumeASessionWithTheTokenThatThePeerNames() {
        rig.links.up(LINK).send(LINK, PeerMessages.sessionResume(1, 9, "alice"));
        rig.work();

        assertEquals(List.of("6: sessionResuming(1, 9, 11, 12, 3, 33, 5, 2, 22, \"alice\")"), rig.ring.take());
    }

    @Test
    void shouldLetASecondSessionInOverALinkOfTheSamePrincipal() {
        rig.admit(LINK);
        rig.links.send(LINK, PeerMessages.sessionOpen(2, "client", "mallory"));
        rig.work();

        assertEquals(List.of("6: sessionOpening(2, 102, 103, 3, 33, 5, 2, 22, \"alice\")"), rig.ring.take());
        assertEquals(1, rig.admission.asked());
    }

    @Test
    void shouldChallengeBeforeItAdmits() {
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "challenge"));
        rig.work();
        assertEquals(List.of("6: Challenge who?"), rig.takeReplies());
        assertEquals(List.of(), rig.ring.take());

        rig.links.send(LINK, PeerMessages.challengeResponse("secret"));
        rig.work();
        assertEquals(List.of("6: sessionOpening(1, 100, 101, 3, 33, 5, 2, 22, \"challenge\")"), rig.ring.take());
    }

    @Test
    void shouldSendTheChallengeAgainWhenThePeerAsksAgain() {
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "challenge"))
            .send(LINK, PeerMessages.sessionOpen(2, "client", "challenge"));
        rig.work();

        assertEquals(List.of("6: Challenge who?", "6: Challenge who?"), rig.takeReplies());
        assertEquals(1, rig.admission.asked());
    }

    @Test
    void shouldRefuseAWrongResponseAndEverythingAfterIt() {
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "challenge"))
            .send(LINK, PeerMessages.challengeResponse("guess"))
            .send(LINK, PeerMessages.challengeResponse("secret"))
            .send(LINK, PeerMessages.sessionOpen(1, "client", "alice"));
        rig.work();

        assertEquals(List.of("6: Challenge who?", REFUSED), rig.takeReplies());
        assertEquals(List.of("REFUSED 6", "UNEXPECTED_HANDSHAKE 6", "REFUSED 6"), rig.dropped);
        assertEquals(List.of(), rig.ring.take());
    }

    @Test
    void shouldRefuseWrongCredentials() {
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "wrong"));
        rig.work();

        assertEquals(List.of(REFUSED), rig.takeReplies());
        assertEquals(List.of(), rig.ring.take());
    }

    @Test
    void shouldRefuseWhenTheAuthenticatorThrows() {
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "throw"));
        rig.work();

        assertEquals(List.of(REFUSED), rig.takeReplies());
        assertEquals(List.of("ADMISSION_FAILED 6", "REFUSED 6"), rig.dropped);
    }

    @ParameterizedTest
    @ValueSource(strings = {"challenge", "respond", "principal"})
    void shouldRefuseWhateverOfTheAuthenticatorThrows(final String method) {
        rig.admission.fail(method);
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "challenge"))
            .send(LINK, PeerMessages.challengeResponse("secret"));
        rig.work();

        assertEquals(REFUSED, rig.takeReplies().stream().filter(reply -> !reply.contains("Challenge")).findFirst()
            .orElseThrow());
        assertEquals(List.of("ADMISSION_FAILED 6", "REFUSED 6"), rig.dropped.subList(0, 2));
        assertEquals(List.of(), rig.ring.take());
    }

    @Test
    void shouldRefuseWhenTheAuthenticatorThrowsWhileItsVerdictIsPending() {
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "wait"));
        rig.work();
        rig.admission.fail("poll");
        rig.work();

        assertEquals(List.of(REFUSED), rig.takeReplies());
        assertEquals(List.of("ADMISSION_FAILED 6", "REFUSED 6"), rig.dropped);
        rig.work();
        assertEquals(List.of(), rig.takeReplies());
    }

    @Test
    void shouldNotLetActWhomTheAuthenticatorCannotTell() {
        rig.admission.fail("mayAct");
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "alice"));
        rig.work();

        assertEquals(List.of(
            "6: Rejected 1 NOT_AUTHORISED the principal may not open sessions: see the authorisation rules"),
            rig.takeReplies());
        assertEquals(List.of("ADMISSION_FAILED 6", "NOT_AUTHORISED 6"), rig.dropped);
    }

    @Test
    void shouldGoOnWhenTheAuthenticatorThrowsOfALinkThatWentDown() {
        rig.admission.fail("forget");
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "alice")).down(LINK);
        rig.work();

        assertEquals(List.of("ADMISSION_FAILED 6"), rig.dropped);
        rig.admit(LINK + 1);
        assertEquals(List.of("ADMISSION_FAILED 6"), rig.dropped);
    }

    @Test
    void shouldRefuseWhenAChallengeFitsIntoNoMessage() {
        rig.admission.challengeWith("?".repeat(8 * 1024));
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "challenge"));
        rig.work();

        assertEquals(List.of(REFUSED), rig.takeReplies());
    }

    @Test
    void shouldWaitForAVerdictThatIsPending() {
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "wait"))
            .send(LINK, PeerMessages.sessionOpen(1, "client", "wait"));
        rig.work().work();
        assertEquals(List.of(), rig.ring.take());
        assertEquals(1, rig.admission.asked());

        rig.admission.decide(Verdict.ADMITTED);
        rig.ring.room(0);
        rig.work();
        rig.ring.room(100);
        rig.work();
        assertEquals(List.of("6: sessionOpening(1, 100, 101, 3, 33, 5, 2, 22, \"wait\")"), rig.ring.take());
    }

    @Test
    void shouldForgetALinkThatGoesDownWhileItsVerdictIsPending() {
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "wait")).down(LINK);
        rig.work();
        rig.admission.decide(Verdict.ADMITTED);
        rig.work();

        assertEquals(List.of(LINK), rig.admission.forgotten());
        assertEquals(List.of(), rig.ring.take());
    }

    @Test
    void shouldRefuseAPrincipalThatMayNotOpenSessions() {
        rig.admission.forbid(SessionOpenDecoder.TEMPLATE_ID);
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "alice"));
        rig.work();

        assertEquals(List.of(
            "6: Rejected 1 NOT_AUTHORISED the principal may not open sessions: see the authorisation rules"),
            rig.takeReplies());
    }

    @Test
    void shouldRefuseAPrincipalWithTooLongAName() {
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "a".repeat(255)));
        rig.work();

        assertEquals(List.of(REFUSED), rig.takeReplies());
    }

    @Test
    void shouldCloseALinkThatDoesNotAuthenticateItselfInTime() {
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "challenge")).up(7);
        rig.work();
        rig.takeReplies();
        rig.admit(8);
        rig.pass(TimeUnit.SECONDS.toNanos(3));

        assertEquals(List.of("close 7", "close 6"), rig.takeReplies());
        assertEquals(List.of("AUTHENTICATION_TIMEOUT 7", "AUTHENTICATION_TIMEOUT 6"), rig.dropped);
    }

    @Test
    void shouldBoundTheLinksThatAreNotAuthenticated() {
        for (int linkId = 1; linkId <= IngressRig.MAX_UNAUTHENTICATED + 1; linkId++) {
            rig.links.up(linkId);
        }
        rig.work();
        assertEquals(List.of("close 5"), rig.takeReplies());
        assertEquals(List.of("TOO_MANY_LINKS 5"), rig.dropped);

        rig.links.send(1, PeerMessages.sessionOpen(1, "client", "alice")).up(6);
        rig.work();
        assertEquals(List.of(), rig.takeReplies());
    }

    @Test
    void shouldCountRepliesThatFindNoRoom() {
        rig.links.up(LINK);
        for (int i = 0; i < 5_000; i++) {
            rig.links.send(LINK, PeerMessages.sessionOpen(i, "client", "challenge"));
        }
        while (rig.links.waiting() > 0) {
            rig.work();
        }

        assertEquals("REPLY_LOST 6", rig.dropped.get(0));
    }
}
