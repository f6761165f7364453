package io.dtm.simulation.transcript;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LanguageTest {
    private static final Path PAGE = Path.of("..", "docs", "testing.md");
    private static final List<String> ONE_VOTE = List.of(
        "coordinator starts", "P1, P2, C1 start", "C1 submits T1 to P1, P2", "P1 votes NO on T1");

    private static List<String> documented() throws IOException {
        final String page = Files.readString(PAGE);
        final int start = page.indexOf("```") + 3;
        return page.substring(start, page.indexOf("```", start)).lines()
            .map(line -> line.replaceFirst("#.*", "").trim()).filter(line -> !line.isEmpty()).toList();
    }

    @Test
    void shouldBeDocumentedWholly() throws IOException {
        final Script script = new Script(new TranscriptWorld());
        final List<String> lines = documented();
        lines.forEach(line -> assertTrue(script.understands(line), line));
        assertEquals(script.size(), script.used(lines));
    }

    @Test
    void shouldRefuseALineThatNobodyUnderstands() {
        assertFalse(new Script(new TranscriptWorld()).understands("P1 votes MAYBE on T1"));
        assertThrows(AssertionError.class, () -> run(List.of("P1 votes MAYBE on T1")));
    }

    @Test
    void shouldFailWhenAnExpectedMessageDoesNotCome() {
        assertThrows(AssertionError.class, () -> run(ONE_VOTE, "expect P2 gets COMMIT T1"));
    }

    @Test
    void shouldFailWhenAnUnexpectedDecisionComes() {
        assertThrows(AssertionError.class, () -> run(ONE_VOTE, "expect C1 is told ABORTED T1"));
        assertThrows(AssertionError.class, () -> run(ONE_VOTE, "expect nothing for P2"));
        run(ONE_VOTE, "expect C1 is told ABORTED T1", "expect P2 gets ROLLBACK T1");
    }

    private static void run(final List<String> lines, final String... more) {
        final List<String> all = new ArrayList<>(lines);
        all.addAll(List.of(more));
        TranscriptTest.run(new TranscriptWorld(), "test", all);
    }
}
