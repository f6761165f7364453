package io.dtm.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.engine.Trace;
import io.dtm.simulation.network.WireMessage.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TraceDiagramTest {
    private static final long OURS = 4L << 32 | 17;
    private static final long OTHER = 4L << 32 | 18;

    private final Schedule schedule = new Schedule();
    private final Trace trace = new Trace(schedule);

    private void transaction(final long id) {
        trace.event("C1", Kind.SUBMIT.toCoordinator(), id, 655_350_000L);
        trace.event("R1a", Kind.PREPARE.toPeer(), id, 0);
        trace.event("R1", "prepared %T branch %2", id, 0);
        trace.event("R1a", Kind.VOTE.toCoordinator(), id, 100);
        trace.event("R1a", Kind.DECISION.toPeer(), id, 201);
    }

    private String drawn() {
        return String.join("\n",
            new TraceDiagram(trace, List.of("AC2: ROLLBACK was sent: transaction 4:17 (step 1)")).lines());
    }

    @Test
    void shouldDrawWhatBefellTheTransaction() {
        trace.event("C1", "starts");
        transaction(OURS);
        trace.event("checker", "VIOLATION of AC2");
        trace.event("simulation", "faults stop");
        assertEquals(String.join("\n",
            "Transaction 4:17:",
            "                   C1                    coordinator                   R1a",
            "    0.000000        * starts                  |                         |",
            "    0.000000        |-------- SUBMIT -------->|                         |",
            "    0.000000        |                         |------ PREPARE b0 ------>|",
            "    0.000000        |                         |                         "
                + "* database: prepared 4:17 branch 0",
            "    0.000000        |                         |<----- VOTE YES b0 ------|",
            "    0.000000        |                         |------ ROLLBACK b0 ----->|",
            "    0.000000        |                         * checker: VIOLATION of AC2"), drawn());
    }

    @Test
    void shouldTellTransactionsApartWhenThereAreSeveral() {
        transaction(OURS);
        transaction(OTHER);
        final String drawn = drawn();
        assertTrue(drawn.contains("VOTE YES b0 4:17") && drawn.contains("VOTE YES b0 4:18"), drawn);
    }

    @Test
    void shouldShowOfALongRunWhatTheViolationNamesAndWhatWentWrong() {
        trace.event("R1a", "link %1 dies", 9, 0);
        transaction(OURS);
        for (int i = 0; i < 100; i++) {
            transaction(OTHER);
            trace.event("C1", Kind.KEEP_ALIVE.toCoordinator(), 4, 0);
        }
        final String drawn = drawn();
        assertTrue(drawn.contains("link 9 dies") && drawn.contains("PREPARE b0"), drawn);
        assertFalse(drawn.contains("4:18") || drawn.contains("KEEP_ALIVE"), drawn);
    }
}
