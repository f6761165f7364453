package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.systemtest.DatagramRelay.Way;
import io.dtm.systemtest.DatagramRelay.Weather;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A relay between coordinator and peers that drops, repeats, delays and cuts. */
class LossyRelayTest {
    private static final Weather BAD = new Weather(0.10, 0.10, 0.20, 20);

    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    private DatagramRelay relay(final int coordinatorPort) {
        return house.own(new DatagramRelay(coordinatorPort, LossSeed.next("relay")));
    }

    private Peer peer(final String name, final DatagramRelay relay) {
        return house.own(new Peer(name, house.path(name + "-aeron"), null, List.of(relay.endpoint())));
    }

    private static void assertBad(final DatagramRelay relay) {
        for (final Way way : Way.values()) {
            final DatagramRelay.Counts counts = relay.counts(way);
            assertTrue(counts.dropped() > 0 && counts.repeated() > 0 && counts.overtaken() > 0, relay::describe);
        }
    }

    @Test
    void shouldCommitInAllOrNoneWhenDatagramsAreDroppedRepeatedAndOvertaken() {
        final CoordinatorChild coordinator = house.coordinator();
        final String endpoint = coordinator.endpoint();
        final DatagramRelay relay = relay(Integer.parseInt(endpoint.substring(endpoint.indexOf(':') + 1)));
        relay.weather(BAD);
        final Ledgers ledgers = new Ledgers(peer("one", relay), peer("other", relay), peer("client", relay));

        ledgers.write(300);

        ledgers.assertGood();
        Conditions.await("the end", () -> coordinator.story().transactionsInFlight() == 0);
        assertBad(relay);
        System.out.println(relay.describe());
    }
}
