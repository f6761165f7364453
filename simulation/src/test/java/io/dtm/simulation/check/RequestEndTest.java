package io.dtm.simulation.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.participant.BranchId;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.engine.Trace;
import io.dtm.simulation.resource.Work;
import org.junit.jupiter.api.Test;

/** What an application is told of a request that must be done exactly once is held against what was carried out. */
final class RequestEndTest {
    private static final long REQUEST = 17;
    private static final long FIRST = 1L << 32 | 1;
    private static final long SECOND = 1L << 32 | 2;

    private final Schedule schedule = new Schedule();
    private final Trace trace = new Trace(schedule);
    private final Violations violations = new Violations(schedule, trace);
    private final Checker checker = new Checker(schedule, trace, violations);

    private void carriesOut(final long transactionId) {
        checker.onBegun("C1", transactionId, REQUEST);
        checker.resources().onCommitted("R1", new BranchId(1, transactionId, 1, 1), new Work(REQUEST, 1), true);
    }

    private void assertBroken() {
        assertEquals(1, violations.count(), () -> String.join("\n", violations.texts()));
        assertTrue(violations.texts().get(0).startsWith("I3: "), violations.texts().get(0));
    }

    @Test
    void shouldTakeTheEndOfTheRunThatCarriedItOut() {
        carriesOut(FIRST);
        checker.onRequestEnded(REQUEST, FIRST, true, false);
        assertEquals(0, violations.count());
    }

    @Test
    void shouldTakeAnEndThatNobodyKnows() {
        carriesOut(FIRST);
        checker.onRequestEnded(REQUEST, FIRST, false, false);
        assertEquals(0, violations.count());
    }

    @Test
    void shouldNotTakeAnEndAsAbortedOfWhatWasCarriedOut() {
        carriesOut(FIRST);
        checker.onRequestEnded(REQUEST, SECOND, false, true);
        assertBroken();
    }

    @Test
    void shouldNotTakeTheEndOfAnotherRun() {
        carriesOut(FIRST);
        checker.onRequestEnded(REQUEST, SECOND, true, false);
        assertBroken();
    }

    @Test
    void shouldNotTakeARunAfterTheEnd() {
        checker.onRequestEnded(REQUEST, FIRST, false, true);
        carriesOut(SECOND);
        assertBroken();
    }
}
