package io.dtm.session;

import io.dtm.client.Refusal;

/** Hears where the registration of a resource at one coordinator stands. Duty cycle's thread. */
public interface RegistrationListener {
    /** Hears nothing. */
    RegistrationListener NONE = new RegistrationListener() {
    };

    /**
     * The resource is registered over the current link.
     *
     * @param coordinatorId of the coordinator.
     * @param resourceId    of the resource there.
     * @param epoch         of the coordinator.
     */
    default void onRegistered(final long coordinatorId, final int resourceId, final int epoch) {
    }

    /** The link is lost: the resource is registered again over the next one. */
    default void onUnregistered() {
    }

    /**
     * The coordinator refused it, or the process as a whole; it is tried again, unless the library was closed.
     *
     * @param refusal its code.
     * @param text    its text.
     */
    default void onRefused(final Refusal refusal, final String text) {
    }
}
