package io.dtm.systemtest;

import java.util.Random;

/** The seeds of tests with bad networks: drawn and printed, or given by {@code -Ddtm.test.loss.seed=N}. */
final class LossSeed {
    /** The property that switches on the tests that take minutes. */
    static final String LONG_TESTS = "dtm.test.loss";

    private LossSeed() {
    }

    static long next(final String what) {
        final long seed = Long.getLong("dtm.test.loss.seed", new Random().nextInt(Integer.MAX_VALUE));
        System.out.println(what + ": seed " + seed);
        return seed;
    }
}
