package io.dtm.simulation.storage;

import java.util.Locale;

/** What a recovery must do, and didn't. */
final class Expectation {
    private Expectation() {
    }

    static void that(final boolean holds, final String otherwise, final Object... arguments) {
        if (!holds) {
            throw new AssertionError(String.format(Locale.ROOT, otherwise, arguments));
        }
    }
}
