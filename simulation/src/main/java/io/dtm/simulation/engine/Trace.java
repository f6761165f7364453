package io.dtm.simulation.engine;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/**
 * All that happened, as a rolling hash, and the last of it as text. Two runs with the same hash took the same way.
 * Arguments are kept as they are and made readable only when somebody asks.
 */
public final class Trace {
    private static final int KEPT = 1 << 12;
    private static final long FNV_PRIME = 0x100000001B3L;
    private static final long FNV_BASIS = 0xCBF29CE484222325L;

    private final Schedule schedule;
    private final long[] times = new long[KEPT];
    private final String[] actors = new String[KEPT];
    private final String[] patterns = new String[KEPT];
    private final long[] firsts = new long[KEPT];
    private final long[] seconds = new long[KEPT];
    private Consumer<String> log;
    private long count;
    private long hash = FNV_BASIS;

    /**
     * Something that happened.
     *
     * @param timeNs  virtual nanoseconds since the beginning.
     * @param actor   who did it, or whom it befell.
     * @param pattern what it was, see {@link #event(String, String, long, long)}.
     * @param first   the first number.
     * @param second  the second.
     */
    public record Event(long timeNs, String actor, String pattern, long first, long second) {
        /** @return what it was. */
        public String text() {
            return pattern
                .replace("%T", transaction(first))
                .replace("%1", Long.toString(first))
                .replace("%2", Long.toString(second));
        }
    }

    /** @param schedule tells the time. */
    public Trace(final Schedule schedule) {
        this.schedule = schedule;
    }

    /** @param value takes every event from now on, as text. Slow. */
    public void log(final Consumer<String> value) {
        log = value;
    }

    /** @return a hash of everything so far. */
    public long hash() {
        return hash;
    }

    /** @return number of events so far. */
    public long count() {
        return count;
    }

    /**
     * Something happened.
     *
     * @param actor   who did it, or whom it befell.
     * @param pattern what it was: %T stands for the first number as a transaction id, %1 and %2 for the numbers.
     * @param first   the first number.
     * @param second  the second.
     */
    public void event(final String actor, final String pattern, final long first, final long second) {
        final int index = (int) (count++ & KEPT - 1);
        times[index] = schedule.nowNs();
        actors[index] = actor;
        patterns[index] = pattern;
        firsts[index] = first;
        seconds[index] = second;
        hash = mix(mix(mix(mix(mix(hash, times[index]), actor.hashCode()), pattern.hashCode()), first), second);
        if (log != null) {
            log.accept(line(at(index)));
        }
    }

    /**
     * Something happened.
     *
     * @param actor   who did it, or whom it befell.
     * @param pattern what it was.
     */
    public void event(final String actor, final String pattern) {
        event(actor, pattern, 0, 0);
    }

    /**
     * Bytes that were sent or written belong to what happened, too. No event of its own.
     *
     * @param buffer that holds them.
     * @param offset of the first.
     * @param length of them.
     */
    public void bytes(final DirectBuffer buffer, final int offset, final int length) {
        long mixed = mix(hash, length);
        int at = 0;
        for (; at + Long.BYTES <= length; at += Long.BYTES) {
            mixed = mix(mixed, buffer.getLong(offset + at, ByteOrder.LITTLE_ENDIAN));
        }
        for (; at < length; at++) {
            mixed = mix(mixed, buffer.getByte(offset + at));
        }
        hash = mixed;
    }

    /**
     * @param limit greatest number of lines.
     * @return the last events, oldest first.
     */
    public List<String> last(final int limit) {
        final List<Event> kept = kept();
        return kept.subList(Math.max(0, kept.size() - limit), kept.size()).stream().map(Trace::line).toList();
    }

    /** @return the last events, as many as are kept, oldest first. */
    public List<Event> kept() {
        final List<Event> events = new ArrayList<>();
        for (long i = Math.max(0, count - KEPT); i < count; i++) {
            events.add(at((int) (i & KEPT - 1)));
        }
        return events;
    }

    /**
     * @param transactionId of a transaction.
     * @return it as text: session and counter.
     */
    public static String transaction(final long transactionId) {
        return (transactionId >>> 32) + ":" + (transactionId & 0xFFFF_FFFFL);
    }

    private Event at(final int index) {
        return new Event(times[index], actors[index], patterns[index], firsts[index], seconds[index]);
    }

    private static String line(final Event event) {
        return String.format("%12.6f  %-12s %s", event.timeNs() / 1e9, event.actor(), event.text());
    }

    private static long mix(final long hash, final long value) {
        final long mixed = (hash ^ value) * FNV_PRIME;
        return mixed ^ mixed >>> 29;
    }
}
