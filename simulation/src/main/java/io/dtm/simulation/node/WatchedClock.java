package io.dtm.simulation.node;

import io.dtm.core.coordinator.CoordinatorClock;
import io.dtm.simulation.check.Checker;

/** The coordinator's wishes, which its stage reads when it is done with a record: the checker is told of that. */
final class WatchedClock implements CoordinatorClock {
    private final CoordinatorClock clock;
    private final Checker checker;

    WatchedClock(final CoordinatorClock clock, final Checker checker) {
        this.clock = clock;
        this.checker = checker;
    }

    @Override
    public long nextWakeUpNs() {
        checker.onProcessed();
        return clock.nextWakeUpNs();
    }

    @Override
    public boolean hasContinuation() {
        return clock.hasContinuation();
    }
}
