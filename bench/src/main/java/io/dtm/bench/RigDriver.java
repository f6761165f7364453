package io.dtm.bench;

import java.util.Locale;

/** Where client and participants have their media driver, and what they speak over it. */
enum RigDriver {
    /** Each has its own, driven by its one thread; UDP on loopback. */
    EMBEDDED,
    /** All use the coordinator's; UDP on loopback. */
    SHARED,
    /** All use the coordinator's; shared memory. */
    IPC;

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
