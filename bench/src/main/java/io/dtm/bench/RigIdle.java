package io.dtm.bench;

import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.YieldingIdleStrategy;

/** How the loops of client, participants and floor idle. The coordinator has its own ways. */
enum RigIdle {
    /** As the library does by itself. */
    BACKOFF,
    /** Takes a core, but gives it to whoever wants it. */
    YIELD,
    /** Takes a core. */
    SPIN;

    IdleStrategy strategy() {
        return switch (this) {
            case BACKOFF -> new BackoffIdleStrategy(100, 20, 1_000, 200_000);
            case YIELD -> YieldingIdleStrategy.INSTANCE;
            case SPIN -> BusySpinIdleStrategy.INSTANCE;
        };
    }
}
