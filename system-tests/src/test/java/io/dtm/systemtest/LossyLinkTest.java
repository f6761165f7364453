package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.server.process.ReadyLine;
import io.dtm.systemtest.TwoNetworks.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A coordinator in one network of the kernel and everybody else in another, and the link between them taken down. */
class LossyLinkTest {
    private static final long SHORT_MS = 3_000;
    private static final int PORT = 6801;

    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    private ChildJvm coordinator(final TwoNetworks networks, final String endpoint) {
        return house.own(new ChildJvm("coordinator", house.path("coordinator-log"), List.of(), "io.dtm.server.Dtm",
            List.of("coordinator",
                "-D", "dtm.directory=" + house.path("coordinator"),
                "-D", "dtm.driver.directory=" + house.path("coordinator-aeron"),
                "-D", "dtm.journal.segment.length=1m",
                "-D", "dtm.journal.storage=mapped",
                "-D", "dtm.ingress.unauthenticated.allowed=true",
                "-D", "dtm.ingress.endpoint=" + endpoint))
            .under(networks.inside(Side.COORDINATOR))).start().awaitLine(ReadyLine.COORDINATOR);
    }

    private static int written(final ChildJvm ledgers) {
        return (int) ledgers.said().lines().filter(line -> line.startsWith(LedgersMain.WRITTEN)).count();
    }

    private static void awaitWritten(final ChildJvm ledgers) {
        final int before = written(ledgers);
        Conditions.await(() -> "more is written, but:\n" + ledgers.said(), () -> written(ledgers) > before + 1);
    }

    @Test
    void shouldCommitInAllOrNoneWhenTheLinkGoesDownAndUp() throws IOException {
        final TwoNetworks networks = TwoNetworks.of(house);
        final String endpoint = networks.address(Side.COORDINATOR) + ":" + PORT;
        coordinator(networks, endpoint);
        final Path end = house.path("end");
        final ChildJvm ledgers = house.own(new ChildJvm("ledgers", house.path("ledgers-log"), List.of(),
            LedgersMain.class.getName(), List.of(endpoint, house.path("ledgers").toString(), end.toString()))
            .under(networks.inside(Side.PEERS))).start();
        awaitWritten(ledgers);

        for (final Side side : Side.values()) {
            networks.takeDown(side);
            networks.awaitDeaf(Side.COORDINATOR);
            networks.awaitDeaf(Side.PEERS);
            networks.putUp(side);
            awaitWritten(ledgers);
        }
        networks.silence(Side.COORDINATOR);
        networks.awaitDeaf(Side.PEERS);
        networks.endSilence(Side.COORDINATOR);
        awaitWritten(ledgers);
        Files.createFile(end);

        assertEquals(0, ledgers.exitStatus(Conditions.LIMIT_S), ledgers::said);
        assertTrue(ledgers.said().contains(LedgersMain.GOOD), ledgers::said);
        final long errors = ledgers.said().split(LedgersMain.ERRORS, 2)[1].lines().count();
        assertTrue(errors > 1, () -> "it was told that nothing can be sent:\n" + ledgers.said());
        assertTrue(errors <= LedgersMain.FEW_ERRORS, () -> errors + " lines about one cause:\n" + ledgers.said());
    }

    private static List<String> options(final TwoNetworks networks) {
        final String endpoint = networks.address(Side.COORDINATOR) + ":" + PORT;
        return List.of(DemoRun.NO_KILLS,
            "--coordinator-setting", "dtm.ingress.endpoint=" + endpoint,
            "--coordinator-setting", "dtm.ingress.unauthenticated.allowed=true",
            "--way-to-coordinator", endpoint,
            "--coordinator-under", String.join(" ", networks.fromOther(Side.COORDINATOR)));
    }

    private interface Break {
        void run();
    }

    /** The whole demo, and while it runs the link goes down: shortly, for longer than sessions live, one way each. */
    @Test
    void shouldKeepTheBooksOfTheDemoWhileTheLinkGoesDown() {
        LossSeed.assumeLongTests();
        final TwoNetworks networks = TwoNetworks.of(house);
        final long seed = LossSeed.next("link and demo");
        final DemoRun demo = new DemoRun(
            house, networks.inside(Side.PEERS), 10, seed, options(networks).toArray(String[]::new));
        demo.awaitCommitted(50);

        for (final Side side : Side.values()) {
            networks.takeDown(side);
            DemoRun.sleep(SHORT_MS);
            networks.putUp(side);
            demo.awaitCommitted(50);
            System.out.println("after " + SHORT_MS + " ms without a link: " + demo.losses());
        }
        for (final Side side : Side.values()) {
            breakUntilSessionsAreLost(networks, demo, side + " down", List.of(Side.values()),
                () -> networks.takeDown(side), () -> networks.putUp(side));
            breakUntilSessionsAreLost(networks, demo, side + " silent", List.of(side.other()),
                () -> networks.silence(side), () -> networks.endSilence(side));
        }
        demo.assertGood();
    }

    private static void breakUntilSessionsAreLost(
        final TwoNetworks networks, final DemoRun demo, final String what, final List<Side> deaf, final Break begin,
        final Break end) {
        final DemoRun.Losses before = demo.losses();
        final long startNs = System.nanoTime();

        begin.run();
        deaf.forEach(networks::awaitDeaf);
        final List<Long> heard = deaf.stream().map(networks::datagrams).toList();
        demo.awaitAllLost(before);
        assertEquals(heard, deaf.stream().map(networks::datagrams).toList(), what);
        final double seconds = (System.nanoTime() - startNs) / 1e9;
        end.run();
        demo.awaitAllBack(before);
        final double back = (System.nanoTime() - startNs) / 1e9 - seconds;
        demo.awaitCommitted(50);

        assertTrue(networks.datagrams(deaf.get(0)) > heard.get(0), what);
        System.out.printf(Locale.ROOT, "%s for %.1f s: all were back %.1f s later: %s%n", what, seconds, back,
            demo.losses());
    }
}
