package io.dtm.core.coordinator;

/**
 * What the coordinator wants of time: read after each frame, by the thread that called it. The host turns it into
 * ticks and steps, which are events.
 */
public interface CoordinatorClock {
    /** {@link #nextWakeUpNs()}: none. */
    long NO_WAKE_UP = Long.MAX_VALUE;

    /** @return logical time at which a tick is due; {@link #NO_WAKE_UP}: none. */
    long nextWakeUpNs();

    /** @return whether steps of a mass effect are left: each is a continue event. */
    boolean hasContinuation();
}
