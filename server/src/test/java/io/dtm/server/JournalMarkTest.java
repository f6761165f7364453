package io.dtm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The journal's tools beside a damaged mark file. */
class JournalMarkTest extends JournalCommandSuite {
    /** It isn't needed for a start, so it isn't for a replay. */
    @ParameterizedTest
    @ValueSource(ints = {5, 24, 80, 96, 4095})
    void shouldReplayAllWhateverIsWrongWithTheMarkFile(final int offset) throws IOException {
        final String path = journal.toString();
        assertEquals(0, run("verify", path), out::toString);
        final String replay = found("(?m)^(replay: .*)$").get(0);
        final List<String> decisions = lines("dump", "--decisions", path);
        final List<String> inFlight = lines("dump", "--in-flight", path);
        flip("coordinator.mark", offset, 1);

        assertEquals(1, run("verify", path), out::toString);
        assertEquals(replay, found("(?m)^(replay: .*)$").get(0));
        assertEquals("journal verify: DAMAGED: 1 place in coordinator.mark", lastLine());
        assertEquals(1, run("dump", "--decisions", path), err::toString);
        assertEquals(decisions, out.toString().lines().toList());
        assertEquals(1, run("dump", "--in-flight", path), err::toString);
        assertEquals(inFlight, out.toString().lines().toList());
    }
}
