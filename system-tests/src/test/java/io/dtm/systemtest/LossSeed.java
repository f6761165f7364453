package io.dtm.systemtest;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Random;

/** The seeds of tests with bad networks: drawn and printed, or given by {@code -Ddtm.test.loss.seed=N}. */
final class LossSeed {
    private LossSeed() {
    }

    /** Skips a test that takes minutes, unless it is asked for: by the profile loss. */
    static void assumeLongTests() {
        assumeTrue(Boolean.getBoolean("dtm.test.loss"), "takes minutes: only with -Ploss");
    }

    static long next(final String what) {
        final long seed = Long.getLong("dtm.test.loss.seed", new Random().nextInt(Integer.MAX_VALUE));
        System.out.println(what + ": seed " + seed);
        return seed;
    }
}
