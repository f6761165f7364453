package io.dtm.bench;

import io.dtm.server.Dtm;

/** The rig's coordinator process: the program itself, which ends with the rig. */
final class RigCoordinator {
    private RigCoordinator() {
    }

    /** @param arguments of the {@code dtm} program. */
    public static void main(final String[] arguments) {
        RigStop.watch(() -> System.exit(0));
        Dtm.main(arguments);
    }
}
