package io.dtm.simulation.transcript;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What each party got or was told, and what of it the transcript expected. */
final class Received {
    private static final class Count {
        int received;
        int expected;
        boolean mustBeExpected;
    }

    private record Key(String party, String what) {
    }

    private final Map<Key, Count> counts = new LinkedHashMap<>();
    private final List<Key> inOrder = new ArrayList<>();

    void add(final String party, final String what, final boolean mustBeExpected) {
        final Key received = new Key(party, what);
        final Count count = counts.computeIfAbsent(received, key -> new Count());
        inOrder.add(received);
        count.received++;
        count.mustBeExpected |= mustBeExpected;
    }

    void expect(final String party, final String what, final boolean isAgain) {
        final Count count = counts.get(new Key(party, what));
        if (count == null || count.received == count.expected || (count.expected > 0 && !isAgain)) {
            throw new AssertionError(party + " did not get " + what + (isAgain ? " again" : "") + "; it got "
                + all(party, false));
        }
        count.expected = count.received;
    }

    /** The last copy of one before the last of the other. */
    void expectOrder(final String party, final String first, final String second) {
        final int before = inOrder.lastIndexOf(new Key(party, first));
        final int after = inOrder.lastIndexOf(new Key(party, second));
        if (before < 0 || after < before) {
            throw new AssertionError(party + " got " + second + " before " + first);
        }
    }

    void expectNoMore(final String party, final String what) {
        final Count count = counts.get(new Key(party, what));
        if (count == null || count.received > count.expected) {
            throw new AssertionError(party + (count == null ? " never got " : " got another ") + what);
        }
    }

    void expectNone(final String party, final String what) {
        if (counts.containsKey(new Key(party, what))) {
            throw new AssertionError(party + " got " + what);
        }
    }

    void expectNothing(final String party) {
        final List<String> unexpected = all(party, true);
        if (!unexpected.isEmpty()) {
            throw new AssertionError(party + " got " + unexpected + ", which the transcript does not expect");
        }
    }

    void expectNothingForAnybody() {
        counts.keySet().stream().map(Key::party).distinct().forEach(this::expectNothing);
    }

    /** Copies of what was expected once are no surprise. */
    private List<String> all(final String party, final boolean onlyUnexpected) {
        final List<String> found = new ArrayList<>();
        counts.forEach((key, count) -> {
            final boolean isSurprise = count.expected == 0 && count.mustBeExpected;
            if (key.party().equals(party) && (isSurprise || !onlyUnexpected)) {
                found.add(key.what() + (count.expected > 0 ? " (expected before)" : ""));
            }
        });
        return found;
    }
}
