package io.dtm.simulation.fault;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Faults of an episode, one by one: taken down while they are drawn, or given, and then they occur instead of drawn
 * ones. One may be left out without a change in what is drawn for the others.
 */
final class FaultScript {
    private final List<FaultOccurrence> occurrences = new ArrayList<>();
    private final Map<String, List<FaultOccurrence>> atCrashPoints = new HashMap<>();
    private final Map<String, Place> places = new HashMap<>();

    /** Where a node is: the number of its crash points in this nanosecond. */
    private static final class Place {
        private long timeNs;
        private int point;
    }

    FaultScript() {
    }

    /** @param given what is to occur. */
    FaultScript(final List<FaultOccurrence> given) {
        occurrences.addAll(given);
        for (final FaultOccurrence occurrence : given) {
            if (occurrence.isAtCrashPoint()) {
                atCrashPoints.computeIfAbsent(occurrence.node(), node -> new ArrayList<>()).add(occurrence);
            }
        }
    }

    List<FaultOccurrence> occurrences() {
        return List.copyOf(occurrences);
    }

    /** A node comes to a crash point. */
    void passes(final String node, final long nowNs) {
        final Place place = places.computeIfAbsent(node, name -> new Place());
        place.point = place.timeNs == nowNs ? place.point + 1 : 1;
        place.timeNs = nowNs;
    }

    /** Takes down what occurs now. */
    void occurs(final Fault fault, final long nowNs, final String node, final long draws) {
        final int point = node.isEmpty() ? 0 : places.get(node).point;
        occurrences.add(new FaultOccurrence(fault, nowNs, point, node, draws));
    }

    /** @return what is to occur at the crash point that the node has come to; null: nothing. */
    FaultOccurrence takeDue(final String node) {
        final List<FaultOccurrence> waiting = atCrashPoints.getOrDefault(node, List.of());
        if (waiting.isEmpty()) {
            return null;
        }
        final Place place = places.get(node);
        final FaultOccurrence first = waiting.get(0);
        final boolean isDue = place.timeNs > first.timeNs()
            || place.timeNs == first.timeNs() && place.point >= first.point();
        return isDue ? waiting.remove(0) : null;
    }
}
