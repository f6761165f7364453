package io.dtm.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.exceptions.AeronEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TransportErrorsTest {
    private final List<Throwable> told = new ArrayList<>();
    private long nowNs = Long.MAX_VALUE - 5;
    private final TransportErrors errors = new TransportErrors(told::add, () -> nowNs);

    private AeronEvent unsent(final int port) {
        final AeronEvent event = new AeronEvent("failed to send datagram to /10.0.0.1:" + port);
        errors.onError(event);
        return event;
    }

    @Test
    void shouldPassOnTheFirstOfEachKindAsItIs() {
        final AeronEvent one = unsent(6801);
        final IllegalStateException other = new IllegalStateException("no space left");
        errors.onError(other);

        assertEquals(2, told.size());
        assertSame(one, told.get(0));
        assertSame(other, told.get(1));
    }

    @Test
    void shouldCountWhatRepeatsAndSaySoOnceAMinute() {
        for (int i = 0; i < 1_000; i++) {
            unsent(6801 + i % 2);
        }
        assertEquals(1, told.size());
        nowNs += RepeatLimit.INTERVAL_NS;
        final AeronEvent next = unsent(6801);

        assertEquals(2, told.size());
        assertInstanceOf(DtmWarning.class, told.get(1));
        assertSame(next, told.get(1).getCause());
        assertTrue(told.get(1).getMessage().endsWith("(and 999 more like it)"), told.get(1)::getMessage);
    }
}
