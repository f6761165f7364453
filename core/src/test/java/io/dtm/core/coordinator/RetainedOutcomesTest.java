package io.dtm.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetainedOutcomesTest {
    private static final long NEVER_TOO_OLD = Long.MAX_VALUE;

    private final RetainedOutcomes outcomes = new RetainedOutcomes();
    /** What it must hold, oldest first. */
    private final Map<Long, Long> expected = new LinkedHashMap<>();

    @Test
    void shouldFindWhatWasAddedLastAndNothingElse() {
        final Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            // Ids of few sessions, in any order, near to each other and far apart: many share a bucket.
            add((long) random.nextInt(5) << 32 | (long) random.nextInt(4_000) * (random.nextBoolean() ? 1 : 4_096),
                3_000);
            if (i % 1_000 == 0) {
                shouldHoldExactlyTheExpected();
            }
        }
        shouldHoldExactlyTheExpected();
    }

    @Test
    void shouldKeepAllThatIsAllowedWhileItGrows() {
        for (int counter = 1; counter <= 10_000; counter++) {
            add(1L << 32 | counter, 100_000);
        }
        shouldHoldExactlyTheExpected();
    }

    @Test
    void shouldLetTheOldestOfABucketGoFirst() {
        // A step of the whole table leads to the same bucket sooner or later; so does the same counter of others.
        for (int session = 1; session <= 5_000; session++) {
            add((long) session << 32 | 1, 10);
        }
        shouldHoldExactlyTheExpected();
        assertEquals(10, outcomes.size());
    }

    @Test
    void shouldLetGoWhatIsTooOld() {
        outcomes.add(1, 11, 100, 10, 50);
        outcomes.add(2, 22, 120, 10, 50);
        outcomes.add(3, 33, 151, 10, 50);

        assertEquals(RetainedOutcomes.MISSING, outcomes.find(1));
        assertEquals(22, outcomes.find(2));
        assertEquals(33, outcomes.find(3));
    }

    private void add(final long id, final int maxCount) {
        if (expected.containsKey(id)) {
            return; // A transaction ends once.
        }
        final long packed = id * 31 & 0xFF_FFFF;
        outcomes.add(id, packed, 1, maxCount, NEVER_TOO_OLD);
        expected.put(id, packed);
        if (expected.size() > maxCount) {
            final long oldest = expected.keySet().iterator().next();
            expected.remove(oldest);
            assertEquals(RetainedOutcomes.MISSING, outcomes.find(oldest));
        }
    }

    private void shouldHoldExactlyTheExpected() {
        final List<Long> ids = new ArrayList<>();
        outcomes.forEach((id, packed, timeNs) -> {
            ids.add(id);
            assertEquals(expected.get(id), packed);
            assertEquals(packed, outcomes.find(id));
        });
        assertEquals(List.copyOf(expected.keySet()), ids);
        assertEquals(RetainedOutcomes.MISSING, outcomes.find(99L << 32 | 5));
    }
}
