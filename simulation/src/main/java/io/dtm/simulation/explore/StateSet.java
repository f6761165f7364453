package io.dtm.simulation.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * States of the whole, each once, in the order in which they were met: arrays of numbers, packed, with the one from
 * which each was first reached.
 */
final class StateSet {
    private static final int STATES_PER_CHUNK = 1 << 16;

    private final int slots;
    private final List<int[]> chunks = new ArrayList<>();
    private int[] table = new int[1 << 16];
    private int size;

    /** @param slots of a state. */
    StateSet(final int slots) {
        this.slots = slots + 1;
    }

    int size() {
        return size;
    }

    /** @return whether it was not there before. */
    boolean add(final int[] state, final int parent) {
        if (size * 2 >= table.length) {
            grow();
        }
        final int mask = table.length - 1;
        int at = hash(state, 0) & mask;
        while (table[at] != 0) {
            if (isEqual(state, table[at] - 1)) {
                return false;
            }
            at = at + 1 & mask;
        }
        if (size % STATES_PER_CHUNK == 0) {
            chunks.add(new int[STATES_PER_CHUNK * slots]);
        }
        final int[] chunk = chunks.get(size / STATES_PER_CHUNK);
        final int offset = size % STATES_PER_CHUNK * slots;
        System.arraycopy(state, 0, chunk, offset, slots - 1);
        chunk[offset + slots - 1] = parent;
        table[at] = ++size;
        return true;
    }

    int[] get(final int index) {
        final int offset = index % STATES_PER_CHUNK * slots;
        return Arrays.copyOfRange(chunks.get(index / STATES_PER_CHUNK), offset, offset + slots - 1);
    }

    int parent(final int index) {
        return chunks.get(index / STATES_PER_CHUNK)[index % STATES_PER_CHUNK * slots + slots - 1];
    }

    private boolean isEqual(final int[] state, final int index) {
        final int[] chunk = chunks.get(index / STATES_PER_CHUNK);
        final int offset = index % STATES_PER_CHUNK * slots;
        return Arrays.equals(state, 0, slots - 1, chunk, offset, offset + slots - 1);
    }

    private int hash(final int[] values, final int offset) {
        long hash = 0x9E3779B97F4A7C15L;
        for (int i = 0; i < slots - 1; i++) {
            hash = (hash ^ values[offset + i]) * 0xBF58476D1CE4E5B9L;
            hash ^= hash >>> 29;
        }
        return (int) (hash ^ hash >>> 32);
    }

    private void grow() {
        table = new int[table.length * 2];
        final int mask = table.length - 1;
        for (int i = 0; i < size; i++) {
            int at = hash(chunks.get(i / STATES_PER_CHUNK), i % STATES_PER_CHUNK * slots) & mask;
            while (table[at] != 0) {
                at = at + 1 & mask;
            }
            table[at] = i + 1;
        }
    }
}
