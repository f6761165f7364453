package io.dtm.core.ingress;

import static io.dtm.core.ingress.EventPublisher.NO_ROOM;

/**
 * Makes events of levels: ticks, continued steps, storage, contradictions, the end of the grace period, the closing
 * mark. At most one
 * tick and one frame of steps are on their way at a time, so that no level can fill the ring. Ingress agent only.
 */
final class LevelEvents {
    /** Idleness after which the closing mark is written. */
    static final long MARK_IDLE_NS = 1_000_000_000;
    /** Steps in a frame once one step was not enough. OutboundBound counts on at most so many. */
    static final int MAX_STEPS = 8;

    private static final long NONE = -1;

    private final IngressConfig config;
    private final EventSequencer sequencer;
    private final HostEvents events;
    private final WatchClock watch;
    private final CoordinatorLevels levels;
    private long tickSequence = NONE;
    private long stepSequence = NONE;
    private int steps = 1;
    private boolean isStorageRefused;
    private boolean isGraceEnded;
    private int contradictions;

    LevelEvents(
        final IngressConfig config, final EventSequencer sequencer, final HostEvents events, final WatchClock watch) {
        this.config = config;
        this.sequencer = sequencer;
        this.events = events;
        this.watch = watch;
        this.levels = config.levels();
    }

    int doWork() {
        final long consumed = sequencer.consumed();
        final long nowNs = sequencer.timeNs();
        int work = 0;
        if (tickSequence <= consumed && nowNs >= levels.nextWakeUpNs()) {
            work += tick();
        }
        if (stepSequence <= consumed) {
            work += levels.hasContinuation() ? step() : stepsDone();
        }
        if (config.hasSpaceForNew().getAsBoolean() == isStorageRefused) {
            work += storage();
        }
        work += contradictions(levels.contradictions());
        if (!isGraceEnded && watch.nowNs() >= config.sessionTimeoutNs()) {
            isGraceEnded = events.graceEnded() != NO_ROOM;
            work++;
        }
        if (sequencer.isMarkDue(nowNs, MARK_IDLE_NS) && events.closingMark() != NO_ROOM) {
            sequencer.marked();
            work++;
        }
        return work;
    }

    private int tick() {
        final long sequence = events.tick();
        if (sequence == NO_ROOM) {
            return 0;
        }
        tickSequence = sequence;
        return 1;
    }

    private int step() {
        final long sequence = events.continueSteps(steps);
        if (sequence == NO_ROOM) {
            return 0;
        }
        stepSequence = sequence;
        steps = MAX_STEPS;
        return 1;
    }

    private int stepsDone() {
        steps = 1;
        return 0;
    }

    private int contradictions(final int seen) {
        if (seen == contradictions || events.contradictionsSeen(seen) == NO_ROOM) {
            return 0;
        }
        contradictions = seen;
        return 1;
    }

    private int storage() {
        final long sequence = isStorageRefused ? events.storageAvailable() : events.storageRefused();
        if (sequence == NO_ROOM) {
            return 0;
        }
        isStorageRefused = !isStorageRefused;
        sequencer.spaceRefused(isStorageRefused);
        return 1;
    }
}
