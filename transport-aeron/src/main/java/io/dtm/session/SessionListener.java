package io.dtm.session;

import io.dtm.client.Refusal;

/**
 * Hears what happens between this process and one coordinator, for logs and health checks. Duty cycle's thread; must
 * not block. What it throws goes to the error handler, and changes nothing.
 */
public interface SessionListener {
    /** Hears nothing. */
    SessionListener NONE = new SessionListener() {
    };

    /**
     * The handshake is complete.
     *
     * @param coordinatorId of the coordinator.
     * @param epoch         that is obeyed from now on.
     */
    default void onConnected(final long coordinatorId, final int epoch) {
    }

    /**
     * The link is lost or was given up; another is built.
     *
     * @param reason for the log.
     */
    default void onDisconnected(final String reason) {
    }

    /**
     * The coordinator refused a handshake or a registration; it is tried again.
     *
     * @param refusal its code.
     * @param text    its text.
     */
    default void onRefused(final Refusal refusal, final String text) {
    }

    /**
     * The coordinator shows another history than the one that this process knows, or is another one (rule 12). It is
     * not obeyed; an operator has to look at it.
     *
     * @param text what is wrong.
     */
    default void onEpochRefused(final String text) {
    }

    /**
     * A session is lost at the coordinator: outcomes that it still owed are unknown.
     *
     * @param sessionId of the session.
     */
    default void onSessionLost(final int sessionId) {
    }

    /**
     * Something was dropped that a correct peer doesn't send, or a participant failed.
     *
     * @param text  what happened.
     * @param cause or null.
     */
    default void onAnomaly(final String text, final Throwable cause) {
    }
}
