package io.dtm.simulation.node;

/**
 * How fast the coordinator's stages and its disk are. Times are virtual nanoseconds, rates per million.
 *
 * @param minStepNs          between two rounds of the stages.
 * @param maxStepNs          between two rounds of the stages.
 * @param minForceNs         from the request of a force to its end.
 * @param maxForceNs         from the request of a force to its end.
 * @param skippedPerMillion  how often a stage doesn't get its turn in a round.
 * @param minRestartNs       from the death of the process to its successor.
 * @param maxRestartNs       from the death of the process to its successor.
 */
public record CoordinatorTimes(
    long minStepNs,
    long maxStepNs,
    long minForceNs,
    long maxForceNs,
    int skippedPerMillion,
    long minRestartNs,
    long maxRestartNs) {
    /** Everything at once: for transcripts. */
    public static final CoordinatorTimes IMMEDIATE = new CoordinatorTimes(1, 1, 1, 1, 0, 1, 1);
}
