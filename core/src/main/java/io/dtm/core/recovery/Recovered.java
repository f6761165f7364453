package io.dtm.core.recovery;

import io.dtm.core.journal.reading.CheckpointHeader;
import java.util.List;

/**
 * What is known once the coordinator's state is recovered.
 *
 * @param lastTimeNs     logical time of the last record: time goes on from here.
 * @param endPosition    end of the last record.
 * @param coordinatorId  of the last epoch.
 * @param epoch          the last one; 0: there was none, the directory is new.
 * @param generation     of the last epoch.
 * @param haltReason     why the coordinator halted in its last epoch, or null.
 * @param contradictions in the last epoch.
 * @param isCut          an operator cut the history at the end, and no epoch has started since: the next one is a
 *                       restored one.
 * @param isRestoring    a start that an operator called a restore was interrupted before its epoch began: the next one
 *                       must be a restored one, too.
 * @param forcedEnd      up to here the journal is known to have been forced.
 * @param doubted        where an operator restores a copy, the transactions whose decisions aren't; else empty.
 */
public record Recovered(
    long lastTimeNs,
    long endPosition,
    long coordinatorId,
    int epoch,
    int generation,
    String haltReason,
    Contradictions contradictions,
    boolean isCut,
    boolean isRestoring,
    long forcedEnd,
    List<Long> doubted) {
    /** Nothing: an empty journal and no checkpoint. */
    public static final Recovered NOTHING = new Recovered(0, 0, 0, 0, 0, null, Contradictions.NONE);

    /**
     * What is known where nothing was cut, and where everything was forced.
     *
     * @param lastTimeNs     logical time of the last record.
     * @param endPosition    end of the last record.
     * @param coordinatorId  of the last epoch.
     * @param epoch          the last one.
     * @param generation     of the last epoch.
     * @param haltReason     why the coordinator halted in its last epoch, or null.
     * @param contradictions in the last epoch.
     */
    public Recovered(
        final long lastTimeNs,
        final long endPosition,
        final long coordinatorId,
        final int epoch,
        final int generation,
        final String haltReason,
        final Contradictions contradictions) {
        this(lastTimeNs, endPosition, coordinatorId, epoch, generation, haltReason, contradictions, false,
            false, endPosition, List.of());
    }

    /**
     * @param ofCoordinatorId whose state it is.
     * @param replayPosition  end of a segment, up to which everything was replayed.
     * @param createdMs       wall clock.
     * @return the header of a checkpoint of this state.
     */
    CheckpointHeader checkpointHeader(final long ofCoordinatorId, final long replayPosition, final long createdMs) {
        return new CheckpointHeader(ofCoordinatorId, replayPosition, endPosition, lastTimeNs, epoch, generation,
            contradictions.count(), contradictions.unexplainedAt(), createdMs);
    }

    /**
     * Acknowledgements that named another decision than the replay made.
     *
     * @param count         in the epoch.
     * @param unexplainedAt end of the record with the first of those that nothing in the journal explains; 0: none.
     */
    public record Contradictions(int count, long unexplainedAt) {
        /** Everything agrees. */
        public static final Contradictions NONE = new Contradictions(0, 0);
    }
}
