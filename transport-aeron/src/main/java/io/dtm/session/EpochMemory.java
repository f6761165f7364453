package io.dtm.session;

import org.agrona.collections.Long2ObjectHashMap;

/**
 * Keeps the highest epoch of each coordinator that this process has obeyed (rule 12): durably, where there is a place.
 * Called on the duty cycle's thread, once for each start of a coordinator.
 */
public interface EpochMemory {
    /**
     * An epoch and the nonce that was drawn for it.
     *
     * @param epoch from 1.
     * @param nonce not 0.
     */
    record Known(int epoch, long nonce) {
        /** No epoch was ever obeyed. */
        public static final Known NONE = new Known(0, 0);
    }

    /**
     * @param coordinatorId whose epoch is asked for.
     * @return the highest that was stored, {@link Known#NONE} if none was.
     */
    Known load(long coordinatorId);

    /**
     * Keeps an epoch before it is obeyed: returns when it is durable.
     *
     * @param coordinatorId whose epoch it is.
     * @param known         the epoch; higher than any stored before.
     */
    void store(long coordinatorId, Known known);

    /** @return a memory that lasts as long as this process. */
    static EpochMemory inMemory() {
        return new EpochMemory() {
            private final Long2ObjectHashMap<Known> byCoordinator = new Long2ObjectHashMap<>();

            @Override
            public Known load(final long coordinatorId) {
                final Known known = byCoordinator.get(coordinatorId);
                return known == null ? Known.NONE : known;
            }

            @Override
            public void store(final long coordinatorId, final Known known) {
                byCoordinator.put(coordinatorId, known);
            }
        };
    }
}
