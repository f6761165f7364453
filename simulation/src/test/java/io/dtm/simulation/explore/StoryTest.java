package io.dtm.simulation.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is told of a broken promise: ways through scopes in which none is broken are told in the same manner. */
class StoryTest {
    private static final int MOVES = 400;
    private static final int WAYS = 50;

    private static List<String> walk(final String scopeName, final Random random) {
        final Scope scope = Scopes.byName(scopeName);
        final World world = new World(scope);
        final Moves moves = new Moves(scope, world);
        final Story story = new Story(scope, world);
        int[] state = world.initial();
        for (int i = 0; i < MOVES; i++) {
            final List<Move> possible = new ArrayList<>(moves.of(state));
            if (random == null) {
                possible.removeIf(move -> move.kind().isBudgeted());
            }
            if (possible.isEmpty()) {
                break;
            }
            final Move move = possible.get(random == null ? 0 : random.nextInt(possible.size()));
            final int[] next = world.after(state, move);
            story.add(state, move, next);
            state = next;
        }
        return story.lines();
    }

    @Test
    void shouldTellWhatIsSentAndWhatIsOnTheDevice() {
        assertEquals(List.of(
            "     client                  coordinator                   P1",
            "        * submits                 |                         |",
            "        |-------- SUBMIT -------->|                         |",
            "        |                         * on the device: what came of SUBMIT of client",
            "        |                         |-------- PREPARE ------->|",
            "        |                         |<--------- YES ----------|",
            "        |                         * on the device: what came of YES of P1",
            "        |                         |-------- COMMIT -------->|",
            "        |                         |<---- ack of COMMIT -----|",
            "        |                         * on the device: what came of ack of COMMIT of P1",
            "        |<------- OUTCOME --------|                         |"), walk("ended", null));
    }

    /** What is on the device is told by counting along: it must not come to anything else than the coordinator has. */
    @ParameterizedTest
    @ValueSource(strings = {"crash-copy", "late", "interactive-grace", "restart", "operator", "client-crash"})
    void shouldTellAnyWay(final String scope) {
        for (int seed = 0; seed < WAYS; seed++) {
            final List<String> lines = walk(scope, new Random(seed));
            assertTrue(lines.stream().anyMatch(line -> line.contains("on the device: what came of ")), scope);
        }
    }
}
