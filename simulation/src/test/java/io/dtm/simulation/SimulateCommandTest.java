package io.dtm.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SimulateCommandTest {
    private static final Pattern SUMMARY =
        Pattern.compile("simulation: seed=7 transactions=(\\d+) .* violations=0 trace=[0-9a-f]{16}\n$");

    @TempDir
    Path directory;

    private static String run(final String options) {
        return (String) new CommandRun().apply(options);
    }

    @Test
    void shouldPrintTheSummaryAloneWhenEveryPromiseIsKept() {
        final String text = run("--seed 7 --transactions 200");
        assertTrue(text.matches("status 0\nsimulation: seed=7 transactions=200 .* violations=0 trace=[0-9a-f]{16}\n"),
            text);
    }

    /** On whatever JDK and machine this runs. */
    @Test
    void shouldTakeTheWayThatTheTestingPageShows() throws IOException {
        final String shown = Files.readAllLines(Path.of("..", "docs", "testing.md")).stream()
            .filter(line -> line.startsWith("simulation: seed=7 ")).findFirst().orElseThrow();
        final Matcher transactions = SUMMARY.matcher(shown + "\n");
        assertTrue(transactions.find(), shown);

        assertEquals("status 0\n" + shown + "\n", run("--seed 7 --transactions " + transactions.group(1)));
    }

    @Test
    void shouldTakeTheSameWayHoweverItsLengthIsGiven() {
        final String timed = run("--seed 7 --minutes 0.000001");
        final Matcher summary = SUMMARY.matcher(timed);
        assertTrue(summary.find(), timed);
        assertEquals(timed, run("--seed 7 --transactions " + summary.group(1)));
    }

    @Test
    void shouldRunOneEpisodeAlone() {
        final String text = run("--seed 7 --episode 1 --again 2 --requests 5 --clients 1 --resources 2"
            + " --plain NETWORK,VOTES --faults POWER_LOSS@50000000:1f,LINK_LOSS@60000000:2f");
        assertTrue(text.startsWith("status 0\nsimulation: seed=7 transactions=5 episodes=1 "), text);
        assertTrue(text.contains(" crashes=1 "), text);
        assertFalse(run("--seed 7 --episode 1 --requests 5 --faults none").contains(" crashes=1 "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--transactions 0 | --transactions must be at least 1: 0",
        "--transactions many | 'many' is not a long",
        "--minutes 0 | --minutes must be greater than 0",
        "--minutes NaN | --minutes must be greater than 0",
        "--minutes 1 --transactions 1 | --transactions and --minutes exclude each other",
        "--shrink -1 | --shrink must be at least 0: -1",
        "--shrink-seconds -1 | --shrink-seconds must be at least 0",
        "--requests 5 | are of an --episode",
        "--faults none | are of an --episode",
        "--episode 1 | --episode needs a --seed",
        "--seed 1 --episode 1 --minutes 1 | --episode is run alone, without --transactions or --minutes",
        "--seed 1 --episode -1 | --episode must be at least 0",
        "--seed 1 --episode 1 --clients 10 | --clients must be at least 1 and at most 9: 10",
        "--seed 1 --episode 1 --plain FAST | expected one of [NETWORK",
        "--seed 1 --episode 1 --faults FIRE@1:1 | --faults: no such fault: FIRE",
        "--seed 1 --episode 1 --faults POWER_LOSS@1+1/R1a:1 | --faults: no such crash point: POWER_LOSS@1+1/R1a:1",
        "--seed 1 --episode 1 --faults PARTICIPANT_CRASH@1+1/coordinator:1 | --faults: no such crash point",
        "--seed 1 --episode 1 --faults PARTICIPANT_CRASH@1+1/XX:1 | --faults: no such crash point",
        "--seed 1 --episode 1 --faults POWER_LOSS@1 | --faults: not a fault: POWER_LOSS@1",
        "--seed x | 'x' is not a long",
    })
    void shouldSayWhatIsWrongWithTheCommandLine(final String options, final String message) {
        final String text = run(options);
        assertTrue(text.startsWith("status 2\n"), text);
        assertTrue(text.contains(message), text);
    }

    @Test
    void shouldSayInItsHelpWhatMinutesAndStatusesMean() {
        final String text = run("--help").replaceAll("\\s+", " ");
        assertTrue(text.startsWith("status 0 Usage: simulate"), text);
        assertTrue(text.contains("depends on the machine") && text.contains("Exit statuses: 0 Every promise was kept."),
            text);
    }

    @Test
    void shouldSayThatALogCannotBeWritten() {
        final String text = run("--seed 1 --transactions 1 --log " + directory);
        assertTrue(text.startsWith("status 2\n"), text);
        assertTrue(text.contains("--log can't be written: "), text);
    }

    @Test
    void shouldSayThatALogIsNotComplete() {
        assumeTrue(Files.exists(Path.of("/dev/full")));
        final String text = run("--seed 1 --transactions 1 --log /dev/full");
        assertTrue(text.startsWith("status 2\n"), text);
        assertTrue(text.contains("--log can't be written: /dev/full isn't complete"), text);
    }
}
