package io.dtm.core.event;

import io.dtm.core.coordinator.CoordinatorSettings;

/**
 * Hears of epochs and settings just before the coordinator does: what is sent because of that very event already
 * carries them. And of what only a replay wants to know. Called by the {@link EventAdapter}.
 */
public interface StartListener {
    /** Hears nothing. */
    StartListener NONE = new StartListener() {
        @Override
        public void onEpochStarted(
            final long coordinatorId, final int epoch, final int generation, final long nonce) {
            // Nobody is interested.
        }

        @Override
        public void onSettings(final CoordinatorSettings settings) {
            // Nobody is interested.
        }

        @Override
        public void onContradictionsSeen(final int count) {
            // Nobody is interested.
        }

        @Override
        public void onHistoryCut(final long position, final long lostBytes, final String reason) {
            // Nobody is interested.
        }
    };

    /**
     * @param coordinatorId of the coordinator.
     * @param epoch         that starts.
     * @param generation    of the epochs: raised by an operator's restore.
     * @param nonce         of the epoch.
     */
    void onEpochStarted(long coordinatorId, int epoch, int generation, long nonce);

    /** @param settings that apply from now on. */
    void onSettings(CoordinatorSettings settings);

    /** @param count of the acknowledgements of this epoch that contradicted their decision, when they came. */
    void onContradictionsSeen(int count);

    /**
     * An operator cut the journal here: the epoch that follows is a restored one.
     *
     * @param position  at which it was cut.
     * @param lostBytes from there to the end of what was there.
     * @param reason    why the start was refused.
     */
    void onHistoryCut(long position, long lostBytes, String reason);

    /** An operator restores a copy: the epoch that follows is a restored one. */
    default void onDecisionsDoubted() {
        // That is the epoch's to say, where nobody can come in between.
    }
}
