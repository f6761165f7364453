package io.dtm.simulation.check;

import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.engine.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Broken promises. The first one ends a simulation: what comes after it may only be its consequence. */
public final class Violations {
    /** In place of an invariant: the coordinator stops without a reason to. */
    public static final String HALT = "halt";
    /** In place of an invariant, with the place behind it: something threw. */
    public static final String EXCEPTION = "exception in ";
    private static final int KEPT = 20;
    private static final int FRAMES = 8;

    private final Schedule schedule;
    private final Trace trace;
    private final List<String> texts = new ArrayList<>();
    private String invariant;
    private int count;
    private boolean haltsOnly;

    /**
     * @param schedule tells when.
     * @param trace    is told.
     */
    public Violations(final Schedule schedule, final Trace trace) {
        this.schedule = schedule;
        this.trace = trace;
    }

    /** @return how many there were. */
    public int count() {
        return count;
    }

    /** @return the invariant that was broken first; null: none was. */
    public String invariant() {
        return invariant;
    }

    /** @return the first ones, as text. */
    public List<String> texts() {
        return texts;
    }

    /** From now on nothing is promised but that the coordinator goes on. */
    public void expectHaltsOnly() {
        haltsOnly = true;
    }

    /** @param thrown by what was run: nothing goes on after it. */
    public void addThrown(final Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        final StackTraceElement[] frames = cause.getStackTrace();
        final String at = Stream.of(frames).limit(FRAMES).map(Object::toString).collect(Collectors.joining(" < "));
        final String place = frames.length == 0 ? "" : frames[0].getClassName() + "." + frames[0].getMethodName();
        add(EXCEPTION + place, thrown + (cause == thrown ? "" : ": " + cause) + " at " + at);
    }

    /**
     * A promise was broken.
     *
     * @param broken the invariant, of FAULTS.md, section 2.
     * @param text   what happened.
     */
    public void add(final String broken, final String text) {
        if (haltsOnly && !broken.equals(HALT) && !broken.startsWith(EXCEPTION)) {
            return;
        }
        count++;
        invariant = invariant == null ? broken : invariant;
        trace.event("checker", "VIOLATION of " + broken);
        if (texts.size() < KEPT) {
            texts.add(broken + ": " + text + " (step " + schedule.steps() + ", virtual time "
                + schedule.nowNs() / 1_000 + " us)");
        }
    }
}
