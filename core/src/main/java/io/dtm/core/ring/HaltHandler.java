package io.dtm.core.ring;

/** Hears once that the pipeline stopped for good: the host says why and ends the process. */
@FunctionalInterface
public interface HaltHandler {
    /**
     * Called on the thread of the stage that failed. No stage runs again.
     *
     * @param stage name of the stage.
     * @param cause what it threw.
     */
    void onHalt(String stage, Throwable cause);
}
