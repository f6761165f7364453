package io.dtm.client;

import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

/**
 * What goes wrong in the media driver and the Aeron client, on its way to the user's error handler, within a {@link
 * RepeatLimit}: while a network is unreachable the driver reports each datagram that it can't send, hundreds a second.
 * The first of its kind goes on as it is; one that stands for others too is the cause of a {@link DtmWarning}. Any
 * thread.
 */
final class TransportErrors implements ErrorHandler {
    private final ErrorHandler errorHandler;
    private final RepeatLimit limit;

    /**
     * @param errorHandler takes what is let through.
     * @param clock        monotonic.
     */
    TransportErrors(final ErrorHandler errorHandler, final NanoClock clock) {
        this.errorHandler = errorHandler;
        limit = new RepeatLimit(clock);
    }

    @Override
    public void onError(final Throwable error) {
        final String text = error.toString();
        final String said = limit.admit(text);
        if (said != null) {
            errorHandler.onError(said.equals(text) ? error : new DtmWarning(said, error));
        }
    }
}
