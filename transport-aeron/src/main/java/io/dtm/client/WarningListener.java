package io.dtm.client;

import io.dtm.session.SessionListener;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

/**
 * The listener of those who gave none: tells an error handler whatever is worth a line in a log, within a {@link
 * RepeatLimit}. Duty cycle's thread.
 */
final class WarningListener implements SessionListener {
    private final String endpoint;
    private final ErrorHandler errorHandler;
    private final RepeatLimit limit;

    /**
     * @param endpoint     of the coordinator.
     * @param errorHandler takes each warning.
     * @param clock        monotonic.
     */
    WarningListener(final String endpoint, final ErrorHandler errorHandler, final NanoClock clock) {
        this.endpoint = endpoint;
        this.errorHandler = errorHandler;
        this.limit = new RepeatLimit(clock);
    }

    @Override
    public void onDisconnected(final String reason) {
        warn("not connected: " + reason + "; it connects again by itself", null);
    }

    @Override
    public void onRefused(final Refusal refusal, final String text) {
        warn("refused: " + refusal + " " + text, null);
    }

    @Override
    public void onEpochRefused(final String text) {
        warn("the coordinator is not obeyed: " + text, null);
    }

    @Override
    public void onSessionLost(final int sessionId) {
        warn("session " + sessionId + " is lost, and what it left undecided is rolled back", null);
    }

    @Override
    public void onAnomaly(final String text, final Throwable cause) {
        warn(cause == null ? text : text + ": " + cause, cause);
    }

    private void warn(final String text, final Throwable cause) {
        final String said = limit.admit(text);
        if (said != null) {
            errorHandler.onError(new DtmWarning(endpoint + ": " + said, cause));
        }
    }
}
