package io.dtm.core.coordinator;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Atomicity under random faults; the seed of a failure is in its name. */
class RandomEventsTest {
    private static final int WORLDS = 150;
    private static final int EVENTS = 1500;

    @ParameterizedTest(name = "seeds from {0}")
    @ValueSource(longs = {1, 100_000, 200_000, 300_000})
    void shouldStayAtomicAndComeToRestWhateverHappens(final long firstSeed) {
        int committed = 0;
        int asked = 0;
        for (long seed = firstSeed; seed < firstSeed + WORLDS; seed++) {
            try {
                final RandomWorld[] world = new RandomWorld[1];
                world[0] = new RandomWorld(seed, event -> {
                    if (world[0] != null) {
                        StateCheck.check(world[0].coordinator());
                    }
                });
                for (int i = 0; i < EVENTS; i++) {
                    world[0].next();
                }
                world[0].settle();
                committed += world[0].oracle.committed();
                asked += world[0].oracle.asked();
            } catch (final AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        if (committed < asked / 3) {
            throw new AssertionError("only " + committed + " of " + asked + " committed: a poor test");
        }
    }
}
