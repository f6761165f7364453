package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.driver.status.SystemCounterDescriptor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A media driver that loses datagrams of all kinds, by Aeron's own means, between everybody. */
class LossyDriverTest {
    private static final int SECONDS = 30;

    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    private LossyDriver driver(final double rate) {
        final long seed = LossSeed.next("media driver that loses " + rate);
        return house.own(new LossyDriver(house.path("driver"), rate, seed));
    }

    private Peer peer(final String name, final LossyDriver driver, final CoordinatorChild coordinator) {
        return house.own(new Peer(name, null, driver.directory(), List.of(coordinator.endpoint())));
    }

    private static void assertLost(final LossyDriver driver, final List<String> kinds) {
        for (final String kind : kinds) {
            assertTrue(driver.lost(kind) > 0, () -> kind + ": " + driver.describe());
        }
        assertTrue(driver.count(SystemCounterDescriptor.NAK_MESSAGES_SENT) > 0, driver::describe);
        assertTrue(driver.count(SystemCounterDescriptor.RETRANSMITS_SENT) > 0, driver::describe);
    }

    @Test
    void shouldCommitInAllOrNoneWhenATenthIsLost() {
        final LossyDriver driver = driver(0.10);
        final CoordinatorChild coordinator = house.coordinator("aeron.dir=" + driver.directory());
        final Ledgers ledgers = new Ledgers(peer("one", driver, coordinator), peer("other", driver, coordinator),
            peer("client", driver, coordinator));

        ledgers.write(300);

        ledgers.assertGood();
        Conditions.await("the end", () -> coordinator.story().transactionsInFlight() == 0);
        assertLost(driver, List.of("data"));
        System.out.println(driver.describe());
    }

    /** The whole demo over it, with its kills. */
    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.10, 0.30})
    void shouldKeepTheBooksOfTheDemo(final double rate) {
        LossSeed.assumeLongTests();
        final LossyDriver driver = driver(rate);
        final DemoRun demo = new DemoRun(house, List.of(), SECONDS, LossSeed.next("demo"),
            "--coordinator-setting", "aeron.dir=" + driver.directory(),
            "--media-driver", driver.directory().toString());
        demo.awaitCommitted(50);

        demo.assertGood();

        // one in a hundred of the NAKs, of which there are some hundred then, may be none
        assertLost(driver, rate < 0.1 ? List.of("data", "status message") : List.of("data", "status message", "NAK"));
        assertTrue(driver.lost() > driver.seen() * rate / 2, driver::describe);
        System.out.println(driver.describe());
    }
}
