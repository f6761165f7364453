package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.driver.status.SystemCounterDescriptor;
import io.dtm.systemtest.DatagramRelay.Way;
import io.dtm.systemtest.DatagramRelay.Weather;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A relay between coordinator and peers that drops, repeats, delays and cuts. */
class LossyRelayTest {
    private static final int SECONDS = 20;
    private static final long SHORT_MS = 3_000;
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

    private static void assertRepaired(final DemoRun demo) {
        System.out.println(demo.describeRepairs());
        assertTrue(demo.count(SystemCounterDescriptor.NAK_MESSAGES_SENT) > 0, demo::describeRepairs);
        assertTrue(demo.count(SystemCounterDescriptor.RETRANSMITS_SENT) > 0, demo::describeRepairs);
    }

    private DemoRun demo(final DatagramRelay relay, final int port, final long seed, final String... more) {
        final List<String> options = new ArrayList<>(List.of(more));
        options.addAll(List.of("--coordinator-setting", "dtm.ingress.endpoint=localhost:" + port,
            "--way-to-coordinator", relay.endpoint()));
        return new DemoRun(house, List.of(), SECONDS, seed, options.toArray(String[]::new));
    }

    /** The whole demo with its kills. */
    @Test
    void shouldKeepTheBooksOfTheDemoThroughBadWeatherAndKills() {
        LossSeed.assumeLongTests();
        final int port = House.freeUdpPorts();
        final long seed = LossSeed.next("relay, demo and kills");
        final DatagramRelay relay = house.own(new DatagramRelay(port, seed));
        relay.weather(BAD);
        final DemoRun demo = demo(relay, port, seed);
        demo.awaitCommitted(50);

        demo.assertGood();

        assertBad(relay);
        System.out.println(relay.describe());
    }

    /** The whole demo, and while it runs the ways are cut: shortly, for longer than sessions live, one way each. */
    @Test
    void shouldKeepTheBooksOfTheDemoThroughBadWeatherAndCuts() {
        LossSeed.assumeLongTests();
        final int port = House.freeUdpPorts();
        final long seed = LossSeed.next("relay and demo");
        final DatagramRelay relay = house.own(new DatagramRelay(port, seed));
        final DemoRun demo = demo(relay, port, seed, DemoRun.NO_KILLS);
        demo.awaitCommitted(50);
        relay.weather(BAD);
        demo.awaitCommitted(50);

        relay.cut(Way.values());
        DemoRun.sleep(SHORT_MS);
        relay.cut();
        demo.awaitCommitted(50);
        System.out.println("after a cut of " + SHORT_MS + " ms: " + relay.describe() + "; " + demo.losses());

        cutUntilSessionsAreLost(relay, demo, Way.values());
        cutUntilSessionsAreLost(relay, demo, Way.TO_COORDINATOR);
        cutUntilSessionsAreLost(relay, demo, Way.TO_PEERS);
        assertRepaired(demo);
        demo.assertGood();

        assertBad(relay);
        System.out.println(relay.describe());
    }

    private static void cutUntilSessionsAreLost(
        final DatagramRelay relay, final DemoRun demo, final Way... ways) {
        final DemoRun.Losses before = demo.losses();
        final long cutBefore = relay.counts(ways[0]).cut();
        final long startNs = System.nanoTime();

        relay.cut(ways);
        demo.awaitAllLost(before);
        final double seconds = (System.nanoTime() - startNs) / 1e9;
        relay.cut();
        demo.awaitAllBack(before);
        final double back = (System.nanoTime() - startNs) / 1e9 - seconds;
        demo.awaitCommitted(50);

        assertTrue(relay.counts(ways[0]).cut() > cutBefore, relay::describe);
        final double more = (System.nanoTime() - startNs) / 1e9 - seconds;
        System.out.printf(Locale.ROOT, "after a cut of %.1f s %s all were back %.1f s later, more had committed %.1f s"
            + " later: %s%n", seconds, List.of(ways), back, more, relay.describe());
    }
}
