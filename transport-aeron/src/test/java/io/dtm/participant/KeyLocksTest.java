package io.dtm.participant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyLocksTest {
    private final KeyLocks<String> locks = new KeyLocks<>();
    private final List<Integer> granted = new ArrayList<>();

    private static BranchId branch(final int number) {
        return new BranchId(1, number, 0, 1);
    }

    private boolean acquire(final int number, final String... keys) {
        return locks.acquire(branch(number), List.of(keys), () -> granted.add(number));
    }

    @Test
    void shouldGrantAtOnceWhatNobodyHolds() {
        assertTrue(acquire(1, "a", "b"));
        assertTrue(acquire(2, "c"));
        assertEquals(List.of(1, 2), granted);
    }

    @Test
    void shouldGrantInOrderOfArrivalWhenReleased() {
        acquire(1, "a");
        assertFalse(acquire(2, "a"));
        assertFalse(acquire(3, "a"));
        locks.release(branch(1));
        assertEquals(List.of(1, 2), granted);
        locks.release(branch(2));
        assertEquals(List.of(1, 2, 3), granted);
    }

    @Test
    void shouldNotLetALaterRequestPassOneThatWaitsForAnotherKey() {
        acquire(1, "a");
        acquire(2, "a", "b");
        assertFalse(acquire(3, "b"));
        locks.release(branch(1));

        assertEquals(List.of(1, 2), granted);
    }

    @Test
    void shouldGrantOnlyWhenAllKeysAreHeld() {
        acquire(1, "a");
        acquire(2, "b");
        assertFalse(acquire(3, "a", "b"));
        locks.release(branch(1));
        assertFalse(locks.holds(branch(3)));
        locks.release(branch(2));
        assertTrue(locks.holds(branch(3)));
    }

    @Test
    void shouldLetARequestGoThatStillWaits() {
        acquire(1, "a");
        acquire(2, "a");
        acquire(3, "a");
        locks.release(branch(2));
        locks.release(branch(1));

        assertEquals(List.of(1, 3), granted);
    }

    @Test
    void shouldCountARepeatedKeyOnce() {
        assertTrue(acquire(1, "a", "a"));
        locks.release(branch(1));
        assertEquals(0, locks.size());
    }

    @Test
    void shouldRefuseASecondRequestOfOneBranchAndOneForNothing() {
        acquire(1, "a");
        assertThrows(IllegalStateException.class, () -> acquire(1, "b"));
        assertThrows(IllegalArgumentException.class, () -> acquire(2));
    }

    @Test
    void shouldDoNothingWhenWhatHasNoLocksIsReleased() {
        locks.release(branch(1));
        assertEquals(0, locks.size());
    }

    @Test
    void shouldNotGrantWhatAGrantBeforeItHasReleased() {
        acquire(1, "a", "b");
        locks.acquire(branch(2), List.of("a"), () -> locks.release(branch(3)));
        acquire(3, "b");
        locks.release(branch(1));

        assertEquals(List.of(1), granted);
        assertFalse(locks.holds(branch(3)));
    }

    @Test
    void shouldNeverLockAKeyTwiceAndAlwaysGrantEveryRequestInTheEnd() {
        for (int seed = 0; seed < 200; seed++) {
            runRandomly(new Random(seed));
        }
    }

    private static void runRandomly(final Random random) {
        final KeyLocks<Integer> locks = new KeyLocks<>();
        final Map<Integer, BranchId> holders = new HashMap<>();
        final Map<BranchId, Collection<Integer>> held = new HashMap<>();
        int grants = 0;
        for (int i = 0; i < 60; i++) {
            final BranchId owner = branch(i);
            final Set<Integer> keys = new HashSet<>();
            for (int k = random.nextInt(4); k >= 0; k--) {
                keys.add(random.nextInt(6));
            }
            locks.acquire(owner, keys, () -> {
                held.put(owner, keys);
                keys.forEach(key -> assertEquals(null, holders.put(key, owner)));
            });
            if (random.nextBoolean() && !held.isEmpty()) {
                grants += releaseOne(locks, holders, held);
            }
        }
        while (!held.isEmpty()) {
            grants += releaseOne(locks, holders, held);
        }
        assertEquals(60, grants);
        assertEquals(0, locks.size());
    }

    private static int releaseOne(
        final KeyLocks<Integer> locks,
        final Map<Integer, BranchId> holders,
        final Map<BranchId, Collection<Integer>> held) {
        final BranchId owner = held.keySet().iterator().next();
        held.remove(owner).forEach(holders::remove);
        locks.release(owner);
        return 1;
    }
}
