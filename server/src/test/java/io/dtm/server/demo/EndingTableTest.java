package io.dtm.server.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.server.demo.FinalCheck.Result;
import io.dtm.server.demo.FinalCheck.Unknown;
import io.dtm.server.demo.TransferLog.Ending;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EndingTableTest {
    private static final Result GOOD = new Result(true, true, new Unknown(2, 1, 0), List.of());

    private final Map<Ending, Integer> endings = new EnumMap<>(Ending.class);

    EndingTableTest() {
        for (final Ending ending : Ending.values()) {
            endings.put(ending, 20);
        }
    }

    private List<String> missing(final int seconds) {
        return new EndingTable(endings, Map.of(), GOOD, seconds).missing();
    }

    @Test
    void shouldMissNothingWhenEachCameTwentyTimes() {
        assertEquals(List.of(), missing(60));
    }

    @ParameterizedTest
    @EnumSource(names = {"COMMITTED", "READ_ONLY", "INSUFFICIENT_FUNDS", "TIMED_OUT"})
    void shouldNameWhatCameLessThanTwentyTimesInAFullRun(final Ending ending) {
        endings.put(ending, 19);

        assertEquals(List.of("'" + ending.text + "' came 19 times, at least 20 are required"), missing(60));
        assertEquals(List.of(), missing(59));
    }

    @Test
    void shouldMissWhatNeverCameInAShortRun() {
        endings.put(Ending.TIMED_OUT, 0);

        assertEquals(List.of("'rolled back: timeout' came 0 times, at least 1 are required"), missing(5));
    }

    @Test
    void shouldNotRequireFaultsOrRefusals() {
        endings.put(Ending.FAULT, 0);
        endings.put(Ending.REFUSED, 0);
        endings.put(Ending.UNKNOWN, 0);
        endings.put(Ending.CHANGED_MIND, 0);

        assertEquals(List.of(), missing(600));
    }

    @Test
    void shouldTellWhatIsRequiredAndWhatTheBanksSayOfTheUnknown() {
        endings.put(Ending.UNKNOWN, 3);
        final ByteArrayOutputStream printed = new ByteArrayOutputStream();

        new EndingTable(endings, Map.of("too busy", 4), GOOD, 10)
            .print(new PrintStream(printed, true, StandardCharsets.UTF_8));

        final String text = printed.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("at least 1 of each with a *; 20 in a run of 60 s or more"), text);
        assertTrue(text.contains("refused 4 times: too busy"), text);
        assertTrue(text.contains("of the unknown all banks have 2, none has 1, the banks disagree on 0"), text);
        assertEquals(4, text.lines().filter(line -> line.startsWith("* ")).count(), text);
    }
}
