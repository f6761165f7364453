package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.driver.status.SystemCounterDescriptor;
import io.dtm.core.coordinator.CoordinatorOutput.Alarm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The real demo as a process: banks with databases, clients, a coordinator; with what the test puts between them. It
 * goes on until the test lets it end, and then checks its books. One thread.
 */
final class DemoRun implements AutoCloseable {
    static final int BANKS = 3;
    /** An option: nobody is killed. */
    static final String NO_KILLS = "--no-kills";

    /** A part of what it says when everything is started. */
    private static final String LAUNCHED = "of the transfers that have ended since the line before";
    private static final String CONNECTED = "connected to coordinator";
    private static final String DISCONNECTED = "disconnected: ";
    private static final long LOOK_AGAIN_MS = 500;
    private static final long LIMIT_S = 300;
    private static final int CLIENTS = 8;
    private static final Pattern PROGRESS = Pattern.compile(" *\\d+ s  committed +(\\d+) .*");
    private static final Pattern LAST_LINE = Pattern.compile("demo: transactions=\\d+ committed=\\d+ rolledBack=\\d+"
        + " unknown=\\d+ inDoubt=0 coordinatorKills=\\d+ serviceKills=\\d+ databaseKills=\\d+ conserved=true"
        + " atomic=true");

    private final boolean kills;
    private final Path directory;
    private final Path end;
    private final ChildJvm jvm;

    /**
     * Starts it.
     *
     * @param house   of the test.
     * @param under   words before its command line.
     * @param seconds that it takes at least: so long are its kills put off.
     * @param seed    of its transfers and kills.
     * @param options more of them.
     */
    DemoRun(
        final House house, final List<String> under, final int seconds, final long seed, final String... options) {
        kills = !List.of(options).contains(NO_KILLS);
        directory = house.path("demo");
        end = house.path("end");
        final List<String> arguments = new ArrayList<>(List.of("demo", "--seconds", Integer.toString(seconds),
            "--services", Integer.toString(BANKS), "--clients", Integer.toString(CLIENTS),
            "--seed", Long.toString(seed), "--keep", directory.toString(), "--until", end.toString(),
            // so that the whole journal is there at the end
            "--coordinator-setting", "dtm.checkpoint.interval=0"));
        arguments.addAll(List.of(options));
        jvm = new ChildJvm("demo", house.path("demo-log"), List.of(), "io.dtm.server.Dtm", arguments)
            .under(under).start();
        house.own(this);
        jvm.awaitLine(LAUNCHED);
    }

    String said() {
        return jvm.said();
    }

    /** @return transfers that have committed so far. */
    int committed() {
        return said().lines().map(PROGRESS::matcher).filter(Matcher::matches)
            .mapToInt(matcher -> Integer.parseInt(matcher.group(1))).max().orElse(0);
    }

    /** Waits until so many more have committed. */
    void awaitCommitted(final int more) {
        final int wanted = committed() + more;
        Conditions.await(() -> more + " more transfers committed, but:\n" + said() + logs(), () -> {
            assertTrue(jvm.isAlive(), () -> said() + logs());
            return committed() >= wanted;
        });
    }

    /**
     * What has been lost so far, and built again.
     *
     * @param sessions     that were lost, by the journal: the coordinator has ended them.
     * @param opened       sessions, by the journal.
     * @param disconnected how often each bank has said that its link is lost.
     * @param connected    how often each bank has said that it has one.
     */
    record Losses(int sessions, int opened, List<Integer> disconnected, List<Integer> connected) {
    }

    /** @return what has been lost so far. Reading the journal is work: not too often. */
    Losses losses() {
        final JournalStory story = story();
        return new Losses(story.sessionsLost(), story.count("sessionOpening"), saidByBanks(DISCONNECTED),
            saidByBanks(CONNECTED));
    }

    /** Waits until all banks and the clients have lost their links and their sessions once more. */
    void awaitAllLost(final Losses before) {
        awaitLosses("all lose their sessions", now -> now.sessions >= before.sessions + BANKS + 1
            && IntStream.range(0, BANKS).allMatch(i -> now.disconnected.get(i) > before.disconnected.get(i)));
    }

    /** Waits until all banks and the clients have links and new sessions. */
    void awaitAllBack(final Losses before) {
        awaitLosses("all have new sessions", now -> now.opened >= before.opened + BANKS + 1
            && IntStream.range(0, BANKS).allMatch(i -> now.connected.get(i) > before.connected.get(i)));
    }

    private void awaitLosses(final String what, final Predicate<Losses> condition) {
        Conditions.await(() -> what + ", but " + losses() + ":\n" + said() + logs(), () -> {
            sleep(LOOK_AGAIN_MS);
            return condition.test(losses());
        });
    }

    private List<Integer> saidByBanks(final String text) {
        return IntStream.rangeClosed(1, BANKS).mapToObj(bank ->
            (int) log("bank-" + bank + "/service.log").lines().filter(line -> line.contains(text)).count()).toList();
    }

    /** @return a counter of Aeron's, of the drivers of all processes; each has its own. */
    long count(final SystemCounterDescriptor counter) {
        long sum = DriverCounters.read(directory.resolve("coordinator/aeron"), counter)
            + DriverCounters.read(directory.resolve("clients/aeron"), counter);
        for (int bank = 1; bank <= BANKS; bank++) {
            sum += DriverCounters.read(directory.resolve("bank-" + bank).resolve("aeron"), counter);
        }
        return sum;
    }

    /** @return what Aeron has done about losses, in all drivers. */
    String describeRepairs() {
        return "NAKs sent " + count(SystemCounterDescriptor.NAK_MESSAGES_SENT) + ", received "
            + count(SystemCounterDescriptor.NAK_MESSAGES_RECEIVED) + ", retransmissions "
            + count(SystemCounterDescriptor.RETRANSMITS_SENT);
    }

    /** @return the whole journal. */
    JournalStory story() {
        return JournalStory.read(directory.resolve("coordinator/journal"));
    }

    static void sleep(final long ms) {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets it end, and looks whether its books, the databases and the journal agree. */
    void assertGood() {
        letEnd();
        assertEquals(0, jvm.exitStatus(LIMIT_S), () -> said() + logs());
        final List<String> lines = said().lines().toList();
        final String last = lines.get(lines.size() - 1);
        assertTrue(LAST_LINE.matcher(last).matches(), last);
        assertFalse(said().contains("WRONG"), said());
        final JournalStory story = story();
        assertEquals(0, story.transactionsInFlight());
        assertEquals(List.of(), story.contradictions());
        assertEquals(List.of(), story.alarms().stream().filter(alarm -> !isOfAKill(alarm)).toList());
        System.out.println(last);
        System.out.println("journal: " + story.count("sessionOpening") + " sessions opened, "
            + story.count("sessionResuming") + " times resumed, " + story.sessionsLost() + " lost, "
            + story.count("linkLost") + " links lost, "
            + story.count("vote") + " votes, " + story.count("acknowledge") + " acknowledgements, "
            + story.count("inDoubt") + " times in doubt, " + story.decided() + " decided");
    }

    /** A branch that was committed just before its service or its database was killed is found absent afterwards. */
    private boolean isOfAKill(final JournalStory.Entry alarm) {
        return kills && alarm.arguments().get(0) == Alarm.PRESUMED_COMMITTED;
    }

    private void letEnd() {
        try {
            Files.createFile(end);
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private String log(final String name) {
        try {
            final Path file = directory.resolve(name);
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private String logs() {
        final StringBuilder all = new StringBuilder();
        for (final String name : List.of("coordinator/coordinator.log", "bank-1/service.log", "bank-2/service.log",
            "bank-3/service.log", "clients.log")) {
            final List<String> lines = log(name).lines().filter(line -> !line.contains("setting ")).toList();
            all.append("--- ").append(name).append('\n')
                .append(String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()))).append('\n');
        }
        return all.toString();
    }

    /** By a signal that lets it stop all that it has started. */
    @Override
    public void close() {
        jvm.stop();
    }
}
