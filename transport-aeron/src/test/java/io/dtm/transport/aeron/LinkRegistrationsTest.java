package io.dtm.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.aeron.ErrorCode;
import io.aeron.exceptions.AeronException;
import io.aeron.exceptions.RegistrationException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class LinkRegistrationsTest {
    private static final RegistrationException BUSY =
        new RegistrationException(0, 0, ErrorCode.RESOURCE_TEMPORARILY_UNAVAILABLE, "in CLOSING state, please retry");

    private final FakeClient client = new FakeClient();
    private final List<Throwable> errors = new ArrayList<>();
    private final LinkRegistrations<String, String> registrations = new LinkRegistrations<>();

    private void advance(final int times) {
        for (int i = 0; i < times; i++) {
            registrations.advance(client);
        }
    }

    private void assertNothingLeft() {
        registrations.remove(client, errors::add);
        assertEquals(List.of(), List.copyOf(client.live));
    }

    @Test
    void shouldMakeOneAfterTheOtherAndRemoveBoth() {
        advance(4);

        assertEquals("publication 2", registrations.publication());
        assertNothingLeft();
        assertEquals(List.of("+subscription 1", "+publication 2", "-2", "-1"), client.calls);
    }

    @Test
    void shouldSubscribeAgainWhenTheSubscriptionIsTemporarilyRefused() {
        client.refusedOnce = "subscription 1";
        advance(6);

        assertEquals("publication 3", registrations.publication());
        assertNothingLeft();
    }

    @Test
    void shouldPublishAgainAndKeepTheSubscriptionWhenThePublicationIsTemporarilyRefused() {
        client.refusedOnce = "publication 2";
        advance(6);

        assertEquals("publication 3", registrations.publication());
        assertEquals(List.of("+subscription 1", "+publication 2", "+publication 3"), client.calls);
        assertNothingLeft();
    }

    @Test
    void shouldRemoveWhatIsHalfMade() {
        advance(1);
        assertNothingLeft();
    }

    @Test
    void shouldRemoveTheSubscriptionThoughThePublicationCannotBe() {
        advance(4);
        client.live.remove(2L);
        client.failsToRemove = 2;
        assertNothingLeft();

        assertEquals(1, errors.size());
    }

    @Test
    void shouldFailWhenAStepFailsForGood() {
        client.refusal = new RegistrationException(0, 0, ErrorCode.INVALID_CHANNEL, "no such channel");
        client.refusedOnce = "subscription 1";
        assertThrows(RegistrationException.class, () -> advance(2));
    }

    private static final class FakeClient implements LinkRegistrations.Client<String, String> {
        private final List<String> calls = new ArrayList<>();
        private final TreeSet<Long> live = new TreeSet<>();
        private RegistrationException refusal = BUSY;
        private String refusedOnce;
        private long failsToRemove;
        private long ids;

        private long add(final String what) {
            calls.add("+" + what + " " + ++ids);
            live.add(ids);
            return ids;
        }

        private String get(final String what) {
            if (what.equals(refusedOnce)) {
                refusedOnce = null;
                live.remove(ids);
                throw refusal;
            }
            return what;
        }

        private void remove(final long registrationId) {
            calls.add("-" + registrationId);
            live.remove(registrationId);
            if (registrationId == failsToRemove) {
                throw new AeronException("not that one");
            }
        }

        @Override
        public long addSubscription() {
            return add("subscription");
        }

        @Override
        public String subscription(final long registrationId) {
            return get("subscription " + registrationId);
        }

        @Override
        public long addPublication(final String answers) {
            return add("publication");
        }

        @Override
        public String publication(final long registrationId) {
            return get("publication " + registrationId);
        }

        @Override
        public void removePublication(final long registrationId) {
            remove(registrationId);
        }

        @Override
        public void removeSubscription(final long registrationId) {
            remove(registrationId);
        }
    }
}
