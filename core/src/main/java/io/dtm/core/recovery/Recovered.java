package io.dtm.core.recovery;

/**
 * What is known once the coordinator's state is recovered.
 *
 * @param lastTimeNs    logical time of the last record: time goes on from here.
 * @param endPosition   end of the last record.
 * @param coordinatorId of the last epoch.
 * @param epoch         the last one; 0: there was none, the directory is new.
 * @param generation    of the last epoch.
 * @param haltReason    why the coordinator halted in its last epoch, or null.
 */
public record Recovered(
    long lastTimeNs, long endPosition, long coordinatorId, int epoch, int generation, String haltReason) {
    /** Nothing: an empty journal and no checkpoint. */
    public static final Recovered NOTHING = new Recovered(0, 0, 0, 0, 0, null);
}
