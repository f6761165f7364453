package io.dtm.client;

/**
 * What the library has to say to whoever runs the process, given to the error handler: somebody should look at it, and
 * the library goes on. Without a stack trace, which would only show the library's duty cycle; its cause has one.
 */
public final class DtmWarning extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param message what happened, and at which coordinator.
     * @param cause   or null.
     */
    public DtmWarning(final String message, final Throwable cause) {
        super(message, cause, false, false);
    }
}
