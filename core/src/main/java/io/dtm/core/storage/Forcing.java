package io.dtm.core.storage;

import io.dtm.core.storage.JournalException.Category;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/** Forces whole files and names, off the hot path. A failure is final, but for an agent that is being stopped. */
public final class Forcing {
    private Forcing() {
    }

    /**
     * Puts content and length of a file onto the device.
     *
     * @param storage that holds it.
     * @param file    written.
     * @param name    of the file, for people.
     * @throws JournalException           FORCE_FAILED.
     * @throws ClosedByInterruptException if this thread's agent is being stopped.
     */
    public static void file(final JournalStorage storage, final JournalFile file, final String name)
        throws ClosedByInterruptException {
        try {
            file.force();
        } catch (final ClosedByInterruptException ex) {
            throw ex;
        } catch (final IOException ex) {
            throw failed("file " + storage.describe(name), ex);
        }
    }

    /**
     * Puts all names of a storage onto the device.
     *
     * @param storage that holds them.
     * @throws JournalException           FORCE_FAILED.
     * @throws ClosedByInterruptException if this thread's agent is being stopped.
     */
    public static void directory(final JournalStorage storage) throws ClosedByInterruptException {
        try {
            storage.forceDirectory();
        } catch (final ClosedByInterruptException ex) {
            throw ex;
        } catch (final IOException ex) {
            throw failed("the directory of " + storage.describe(FileNames.COORDINATOR_ID), ex);
        }
    }

    /**
     * @param what  wasn't forced, as the begin of a sentence.
     * @param cause of it.
     * @return a FORCE_FAILED that says what to do.
     */
    public static JournalException failed(final String what, final Throwable cause) {
        return new JournalException(Category.FORCE_FAILED, what + " could not be forced onto its device: " + cause
            + ". Nothing was answered that depends on it. It isn't tried again: a second force could succeed without"
            + " having written anything. Check the device, then start again: the start writes and forces again what"
            + " may be missing", cause);
    }
}
