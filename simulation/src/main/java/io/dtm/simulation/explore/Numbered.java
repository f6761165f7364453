package io.dtm.simulation.explore;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives equal things the same number, from 0 in the order in which they are met: states of the whole are then small
 * arrays of numbers.
 *
 * @param <T> has equals and hashCode by value.
 */
final class Numbered<T> {
    private final Map<T, Integer> numbers = new HashMap<>();
    private final List<T> things = new ArrayList<>();

    int of(final T thing) {
        final Integer known = numbers.get(thing);
        if (known != null) {
            return known;
        }
        numbers.put(thing, things.size());
        things.add(thing);
        return things.size() - 1;
    }

    T get(final int number) {
        return things.get(number);
    }

    int size() {
        return things.size();
    }
}
