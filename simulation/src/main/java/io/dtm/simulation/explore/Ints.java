package io.dtm.simulation.explore;

import java.util.Arrays;

/** Numbers in a row that are equal when each is. Not changed after they are made. */
record Ints(int[] values) {
    static final Ints NONE = new Ints(new int[0]);

    int size() {
        return values.length;
    }

    int get(final int index) {
        return values[index];
    }

    Ints with(final int value) {
        final int[] longer = Arrays.copyOf(values, values.length + 1);
        longer[values.length] = value;
        return new Ints(longer);
    }

    Ints with(final int[] more) {
        final int[] longer = Arrays.copyOf(values, values.length + more.length);
        System.arraycopy(more, 0, longer, values.length, more.length);
        return new Ints(longer);
    }

    Ints without(final int index) {
        final int[] shorter = new int[values.length - 1];
        System.arraycopy(values, 0, shorter, 0, index);
        System.arraycopy(values, index + 1, shorter, index, shorter.length - index);
        return new Ints(shorter);
    }

    boolean contains(final int value) {
        for (final int one : values) {
            if (one == value) {
                return true;
            }
        }
        return false;
    }

    Ints sorted() {
        final int[] copy = values.clone();
        Arrays.sort(copy);
        return new Ints(copy);
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof Ints && Arrays.equals(values, ((Ints) other).values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return Arrays.toString(values);
    }
}
