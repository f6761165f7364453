package io.dtm.core.ring;

import io.dtm.core.coordinator.CoordinatorClock;
import io.dtm.core.ingress.CoordinatorLevels;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The coordinator's levels: written by its stage after each frame, read by ingress. */
final class PublishedLevels implements CoordinatorLevels {
    private final AtomicLong nextWakeUpNs = new AtomicLong(CoordinatorClock.NO_WAKE_UP);
    private final AtomicBoolean hasContinuation = new AtomicBoolean();
    private final AtomicInteger contradictions = new AtomicInteger();

    void publish(final CoordinatorClock clock, final int contradictionsSeen) {
        final long wakeUpNs = clock.nextWakeUpNs();
        if (wakeUpNs != nextWakeUpNs.getPlain()) {
            nextWakeUpNs.setRelease(wakeUpNs);
        }
        final boolean continues = clock.hasContinuation();
        if (continues != hasContinuation.getPlain()) {
            hasContinuation.setRelease(continues);
        }
        if (contradictionsSeen != contradictions.getPlain()) {
            contradictions.setRelease(contradictionsSeen);
        }
    }

    @Override
    public long nextWakeUpNs() {
        return nextWakeUpNs.getAcquire();
    }

    @Override
    public boolean hasContinuation() {
        return hasContinuation.getAcquire();
    }

    @Override
    public int contradictions() {
        return contradictions.getAcquire();
    }
}
