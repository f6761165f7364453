package io.dtm.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class WarningListenerTest {
    private final List<Throwable> told = new ArrayList<>();
    private long nowNs = Long.MAX_VALUE - 5;
    private final WarningListener listener = new WarningListener("localhost:1", told::add, () -> nowNs);

    private void anomalies(final int count, final String text) {
        for (int i = 0; i < count; i++) {
            listener.onAnomaly(text + i, null);
        }
    }

    @Test
    void shouldTellWhatHappenedWithItsCauseAndWhere() {
        final Exception cause = new IllegalStateException("no disk");
        listener.onRefused(Refusal.NOT_AUTHENTICATED, "check the credentials");
        listener.onEpochRefused("restored from a copy");
        listener.onSessionLost(7);
        listener.onDisconnected("the link was lost");
        listener.onAnomaly("COMMIT did not work", cause);

        assertEquals(List.of(
            "localhost:1: refused: NOT_AUTHENTICATED check the credentials",
            "localhost:1: the coordinator is not obeyed: restored from a copy",
            "localhost:1: session 7 is lost, and what it left undecided is rolled back",
            "localhost:1: not connected: the link was lost; it connects again by itself",
            "localhost:1: COMMIT did not work: java.lang.IllegalStateException: no disk"),
            told.stream().map(Throwable::getMessage).toList());
        assertSame(cause, told.get(4).getCause());
    }

    @Test
    void shouldTellTheSameOnceAMinuteWhateverNumbersAreInIt() {
        anomalies(100, "COMMIT of branch 7f0000000");
        assertEquals(1, told.size());
        nowNs += RepeatLimit.INTERVAL_NS;
        anomalies(3, "COMMIT of branch 7f0000000");

        assertEquals(2, told.size());
        assertTrue(told.get(1).getMessage().endsWith("(and 99 more like it)"), told.get(1)::getMessage);
    }

    @Test
    void shouldTellABoundedNumberInAMinuteHoweverDistinctTheyAre() {
        for (int i = 0; i < 2_000; i++) {
            listener.onAnomaly("x".repeat(i), null);
        }
        assertEquals(RepeatLimit.MAX_IN_INTERVAL, told.size());
        nowNs += RepeatLimit.INTERVAL_NS;
        listener.onAnomaly("another", null);

        assertEquals(RepeatLimit.MAX_IN_INTERVAL + 1, told.size());
    }

    @Test
    void shouldLogWarningsWhenNoErrorHandlerIsGiven() {
        final List<LogRecord> logged = new ArrayList<>();
        final Handler handler = new Handler() {
            @Override
            public void publish(final LogRecord record) {
                record.getSourceClassName(); // is looked for now, and kept
                logged.add(record);
            }

            @Override
            public void flush() {
            }

            @Override
            public void close() {
            }
        };
        final Logger logger = Logger.getLogger(Dtm.class.getName());
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            new DtmContext().errorHandler().onError(new DtmWarning("localhost:1: look at it", null));
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }

        assertEquals(1, logged.size());
        assertEquals("localhost:1: look at it", logged.get(0).getMessage());
        assertEquals(Dtm.class.getName(), logged.get(0).getSourceClassName());
        assertEquals("log", logged.get(0).getSourceMethodName());
    }
}
