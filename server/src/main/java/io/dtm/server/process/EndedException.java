package io.dtm.server.process;

import java.io.IOException;

/** A process has ended that should run. */
public final class EndedException extends IOException {
    private static final long serialVersionUID = 1;

    /** @param message that names it. */
    public EndedException(final String message) {
        super(message);
    }
}
