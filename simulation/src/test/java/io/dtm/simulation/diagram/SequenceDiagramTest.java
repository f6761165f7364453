package io.dtm.simulation.diagram;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class SequenceDiagramTest {
    @Test
    void shouldDrawWhoTellsWhomWhat() {
        final SequenceDiagram diagram = new SequenceDiagram(List.of("C1", "coordinator", "P1"))
            .message("C1", "coordinator", "SUBMIT")
            .note("coordinator", "dies")
            .message("P1", "coordinator", "a message that has more to say")
            .message("P1", "coordinator", "ONE_PHASE_COMMIT b0")
            .message("C1", "P1", "CALL");
        assertEquals(String.join("\n",
            "       C1                    coordinator                   P1",
            "        |-------- SUBMIT -------->|                         |",
            "        |                         * dies                    |",
            "        |                         |<- a message that has  --|  a message that has more to say",
            "        |                         |<- ONE_PHASE_COMMIT b0 --|",
            "        |---------------------- CALL ---------------------->|"), normal(diagram));
    }

    @Test
    void shouldGiveAColumnToWhoComesLater() {
        final SequenceDiagram diagram = new SequenceDiagram(List.of("C1")).note("P9", "starts");
        assertEquals(String.join("\n",
            "       C1                        P9",
            "        |                         * starts"), normal(diagram));
    }

    private static String normal(final SequenceDiagram diagram) {
        return String.join("\n", diagram.lines());
    }
}
