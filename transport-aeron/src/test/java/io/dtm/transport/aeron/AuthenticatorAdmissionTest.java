package io.dtm.transport.aeron;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.security.Authenticator;
import io.aeron.security.DefaultAuthenticatorSupplier;
import io.aeron.security.SessionProxy;
import io.dtm.codec.Templates;
import io.dtm.core.ingress.Admission.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AuthenticatorAdmissionTest {
    private static final byte[] NOTHING = new byte[0];
    private static final long TIMEOUT_NS = 1_000;
    private static final int MAX_UNAUTHENTICATED = 3;

    private final List<Throwable> errors = new ArrayList<>();
    private final TestAuthenticator authenticator = new TestAuthenticator();
    private long nowNs = Long.MAX_VALUE - 10;
    private final AuthenticatorAdmission admission = admission(authenticator);

    private AuthenticatorAdmission admission(final Authenticator with) {
        return new AuthenticatorAdmission(
            with,
            (protocolId, actionId, type, principal) -> {
                if (99 == actionId) {
                    throw new IllegalStateException("no such action");
                }
                final boolean isAlice = "alice".equals(new String(principal, UTF_8));
                return Templates.SCHEMA_ID == protocolId && 7 == actionId && isAlice;
            },
            TIMEOUT_NS,
            MAX_UNAUTHENTICATED,
            () -> nowNs,
            errors::add);
    }

    private static byte[] bytes(final String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void shouldAdmitWhoIsKnown() {
        assertEquals(Verdict.ADMITTED, admission.connect(1, bytes("admit alice"), 5));

        assertArrayEquals(bytes("alice"), admission.principal(1));
        assertEquals(0, admission.unauthenticatedCount());
        assertEquals(Verdict.ADMITTED, admission.poll(1, 6));
    }

    @Test
    void shouldRefuseWhoIsNotKnown() {
        assertEquals(Verdict.REFUSED, admission.connect(1, bytes("reject"), 5));

        assertArrayEquals(NOTHING, admission.principal(1));
        assertFalse(admission.mayAct(1, 7));
        assertEquals(Verdict.REFUSED, admission.poll(1, 6));
        assertEquals(Verdict.REFUSED, admission.respond(1, bytes("admit alice"), 6));
        assertEquals(Verdict.REFUSED, admission.poll(2, 6));
    }

    @Test
    void shouldAdmitWhoAnswersTheChallenge() {
        assertEquals(Verdict.CHALLENGED, admission.connect(1, bytes("challenge who"), 5));
        assertArrayEquals(bytes("who"), admission.challenge(1));
        assertEquals(Verdict.CHALLENGED, admission.poll(1, 6));

        assertEquals(Verdict.ADMITTED, admission.respond(1, bytes("admit alice"), 7));

        assertArrayEquals(bytes("alice"), admission.principal(1));
        assertArrayEquals(NOTHING, admission.challenge(1));
    }

    @Test
    void shouldRefuseAWrongAnswerToTheChallenge() {
        admission.connect(1, bytes("challenge who"), 5);

        assertEquals(Verdict.REFUSED, admission.respond(1, bytes("reject"), 7));

        assertEquals(0, admission.unauthenticatedCount());
    }

    @Test
    void shouldChallengeTwiceIfTheAuthenticatorWantsTo() {
        admission.connect(1, bytes("challenge who"), 5);

        assertEquals(Verdict.CHALLENGED, admission.respond(1, bytes("challenge really"), 7));
        assertArrayEquals(bytes("really"), admission.challenge(1));
        assertEquals(Verdict.ADMITTED, admission.respond(1, bytes("admit alice"), 8));
    }

    @Test
    void shouldStayPendingUntilTheAuthenticatorKnows() {
        assertEquals(Verdict.PENDING, admission.connect(1, bytes("later"), 5));
        assertEquals(Verdict.PENDING, admission.poll(1, 6));
        authenticator.credentials.put(1L, "admit bob");

        assertEquals(Verdict.ADMITTED, admission.poll(1, 7));
        assertArrayEquals(bytes("bob"), admission.principal(1));
    }

    @Test
    void shouldStayPendingAfterAChallengeUntilTheAuthenticatorKnows() {
        admission.connect(1, bytes("challenge who"), 5);
        assertEquals(Verdict.PENDING, admission.respond(1, bytes("later"), 6));
        authenticator.credentials.put(1L, "admit bob");

        assertEquals(Verdict.ADMITTED, admission.poll(1, 7));
    }

    @Test
    void shouldRefuseAChallengeThatIsNotAnsweredInTime() {
        admission.connect(1, bytes("challenge who"), 5);
        nowNs += TIMEOUT_NS + 1;

        assertEquals(Verdict.REFUSED, admission.poll(1, 6));
        assertEquals(Verdict.REFUSED, admission.respond(1, bytes("admit alice"), 7));
        assertEquals(0, admission.unauthenticatedCount());
    }

    @Test
    void shouldRefuseAnAnswerThatComesTooLate() {
        admission.connect(1, bytes("challenge who"), 5);
        nowNs += TIMEOUT_NS + 1;

        assertEquals(Verdict.REFUSED, admission.respond(1, bytes("admit alice"), 7));
    }

    @Test
    void shouldNotExtendTheTimeLimitWhenThePeerIsPolledOrConnectsAgain() {
        admission.connect(1, bytes("later"), 5);
        for (int i = 0; i < 10; i++) {
            nowNs += TIMEOUT_NS / 10;
            assertEquals(Verdict.PENDING, admission.poll(1, 6));
        }
        nowNs += 1;
        assertEquals(Verdict.REFUSED, admission.poll(1, 6));

        admission.connect(2, bytes("challenge who"), 5);
        assertEquals(Verdict.REFUSED, admission.connect(2, bytes("challenge who"), 5));
    }

    @Test
    void shouldLimitHowManyAreBeingAuthenticatedButNotHowManyAreIn() {
        for (int i = 1; i <= 100; i++) {
            assertEquals(Verdict.ADMITTED, admission.connect(i, bytes("admit alice"), 5));
        }
        for (int i = 101; i <= 103; i++) {
            assertEquals(Verdict.PENDING, admission.connect(i, bytes("later"), 5));
        }
        assertEquals(Verdict.REFUSED, admission.connect(104, bytes("admit alice"), 5));

        admission.forget(101);
        admission.forget(1);
        assertEquals(Verdict.ADMITTED, admission.connect(104, bytes("admit alice"), 5));
        assertEquals(2, admission.unauthenticatedCount());
    }

    @Test
    void shouldCountAnExceptionAsARefusal() {
        assertEquals(Verdict.REFUSED, admission.connect(1, bytes("throw now"), 5));
        admission.connect(2, bytes("challenge who"), 5);
        assertEquals(Verdict.REFUSED, admission.respond(2, bytes("throw now"), 5));
        assertEquals(Verdict.PENDING, admission.connect(3, bytes("later"), 5));
        authenticator.credentials.put(3L, "throw later");
        assertEquals(Verdict.REFUSED, admission.poll(3, 5));

        assertEquals(3, errors.size());
        assertEquals(0, admission.unauthenticatedCount());
    }

    @Test
    void shouldRefuseAPrincipalThatIsTooLong() {
        assertEquals(Verdict.ADMITTED, admission.connect(1, bytes("admit " + "x".repeat(255)), 5));
        assertEquals(Verdict.REFUSED, admission.connect(2, bytes("admit " + "x".repeat(256)), 5));
    }

    @Test
    void shouldAdmitASecondSessionOfTheSamePrincipalOnly() {
        admission.connect(1, bytes("admit alice"), 5);

        assertEquals(Verdict.ADMITTED, admission.connect(1, bytes("admit alice"), 6));
        assertEquals(Verdict.REFUSED, admission.connect(1, bytes("admit mallory"), 7));

        assertArrayEquals(bytes("alice"), admission.principal(1));
        assertTrue(admission.mayAct(1, 7));
    }

    @Test
    void shouldAskTheAuthorisationServiceByTemplateAndPrincipal() {
        admission.connect(1, bytes("admit alice"), 5);
        admission.connect(2, bytes("admit bob"), 5);

        assertTrue(admission.mayAct(1, 7));
        assertFalse(admission.mayAct(1, 8));
        assertFalse(admission.mayAct(2, 7));
        assertFalse(admission.mayAct(3, 7));
        assertFalse(admission.mayAct(1, 99));
        assertEquals(1, errors.size());
        admission.forget(1);
        assertFalse(admission.mayAct(1, 7));
    }

    @Test
    void shouldAdmitEverybodyWithAeronsDefault() {
        final AuthenticatorAdmission open = admission(new DefaultAuthenticatorSupplier().get());

        assertEquals(Verdict.ADMITTED, open.connect(1, NOTHING, 5));
        assertArrayEquals(NOTHING, open.principal(1));
    }

    /** Does what the credentials say. */
    private static final class TestAuthenticator implements Authenticator {
        private final Map<Long, String> credentials = new HashMap<>();

        @Override
        public void onConnectRequest(final long sessionId, final byte[] encodedCredentials, final long nowMs) {
            accept(sessionId, encodedCredentials);
        }

        @Override
        public void onChallengeResponse(final long sessionId, final byte[] encodedCredentials, final long nowMs) {
            accept(sessionId, encodedCredentials);
        }

        private void accept(final long sessionId, final byte[] encodedCredentials) {
            final String text = new String(encodedCredentials, UTF_8);
            if ("throw now".equals(text)) {
                throw new IllegalStateException(text);
            }
            credentials.put(sessionId, text);
        }

        @Override
        public void onConnectedSession(final SessionProxy proxy, final long nowMs) {
            decide(proxy);
        }

        @Override
        public void onChallengedSession(final SessionProxy proxy, final long nowMs) {
            decide(proxy);
        }

        private void decide(final SessionProxy proxy) {
            final String text = credentials.remove(proxy.sessionId());
            final String[] words = null == text ? new String[] {"later"} : text.split(" ");
            switch (words[0]) {
                case "admit":
                    proxy.authenticate(bytes(words[1]));
                    break;
                case "challenge":
                    proxy.challenge(bytes(words[1]));
                    break;
                case "reject":
                    proxy.reject();
                    break;
                case "throw":
                    throw new IllegalStateException(text);
                default:
                    break;
            }
        }
    }
}
