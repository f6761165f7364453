package io.dtm.core.ingress;

/**
 * What the coordinator wants of ingress, as it stood after the last frame that it has done with: levels, not queues.
 * Read after {@link EventPublisher#consumed()}, they are at least as new as that.
 */
public interface CoordinatorLevels {
    /** @return logical time at which a tick is due; Long.MAX_VALUE: none. */
    long nextWakeUpNs();

    /** @return whether a continue event has something to do. */
    boolean hasContinuation();

    /**
     * @return number of acknowledgements of this epoch that named another decision than the coordinator's. Ingress
     *     makes an event of it, so that a replay can tell a participant's fault from its own.
     */
    int contradictions();
}
