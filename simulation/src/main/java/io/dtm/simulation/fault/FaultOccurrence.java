package io.dtm.simulation.fault;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One fault that occurs in an episode, with all that was drawn for it. As text: {@code POWER_LOSS@34512881:9e3779b9}, a
 * kind, virtual nanoseconds, draws; {@code PARTICIPANT_CRASH@34512881+2/R1a:9e3779b9} for a process that dies between
 * two of its steps: at its second such place in that nanosecond, or the first one after it.
 *
 * @param fault  what occurs.
 * @param timeNs virtual nanoseconds since the episode began.
 * @param point  0: by itself; otherwise at which crash point of that nanosecond, from 1.
 * @param node   whose crash point it is; empty: none's.
 * @param draws  state of the random stream that decides the rest: whom it befalls, for how long.
 */
public record FaultOccurrence(Fault fault, long timeNs, int point, String node, long draws) {
    private static final Pattern FORM =
        Pattern.compile("([A-Z_]+)@(\\d{1,18})(?:\\+(\\d{1,9})/(\\w+))?:(\\p{XDigit}{1,16})");

    private static final Pattern COORDINATOR = Pattern.compile("coordinator2?");
    private static final Pattern PARTICIPANT = Pattern.compile("R[1-9][abxy]");

    /**
     * @param text as {@link #toString()} writes it.
     * @return the occurrence.
     * @throws IllegalArgumentException the text is none.
     */
    public static FaultOccurrence parse(final String text) {
        final Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                "not a fault: " + text + " (it should be like POWER_LOSS@34512881:9e3779b97f4a7c15)");
        }
        final Fault fault = fault(matcher.group(1));
        final boolean isPoint = matcher.group(3) != null;
        if (isPoint) {
            checkPlace(fault, matcher.group(4), text);
        }
        return new FaultOccurrence(
            fault,
            Long.parseLong(matcher.group(2)),
            isPoint ? Integer.parseInt(matcher.group(3)) : 0,
            isPoint ? matcher.group(4) : "",
            Long.parseUnsignedLong(matcher.group(5), 16));
    }

    private static void checkPlace(final Fault fault, final String node, final String text) {
        final boolean canDie = COORDINATOR.matcher(node).matches()
            ? fault == Fault.COORDINATOR_KILL || fault == Fault.POWER_LOSS
            : fault == Fault.PARTICIPANT_CRASH && PARTICIPANT.matcher(node).matches();
        if (!canDie) {
            throw new IllegalArgumentException("no such crash point: " + text + " (a coordinator dies by "
                + Fault.COORDINATOR_KILL + " or " + Fault.POWER_LOSS + ", a participant's process, as R1a, by "
                + Fault.PARTICIPANT_CRASH + ")");
        }
    }

    private static Fault fault(final String name) {
        return Arrays.stream(Fault.values()).filter(fault -> fault.name().equals(name)).findFirst().orElseThrow(() ->
            new IllegalArgumentException("no such fault: " + name + " (they are: " + Arrays.toString(Fault.values())
                + ")"));
    }

    /** @return whether a process dies at one of its crash points. */
    public boolean isAtCrashPoint() {
        return point > 0;
    }

    @Override
    public String toString() {
        return fault + "@" + timeNs + (isAtCrashPoint() ? "+" + point + "/" + node : "")
            + ":" + Long.toHexString(draws);
    }
}
