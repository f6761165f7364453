package io.dtm.simulation.network;

/**
 * How a network behaves. Times are virtual nanoseconds.
 *
 * @param minDelayNs              of a frame, greater than 0.
 * @param maxDelayNs              of a frame.
 * @param minNoticeNs             before an end of a dead link notices.
 * @param maxNoticeNs             before an end of a dead link notices.
 * @param windowBytes             on their way in one direction of a link; beyond it the sender is pushed back.
 * @param pushBackPerMillion      how often a sender is pushed back for no reason.
 */
public record NetworkSettings(
    long minDelayNs,
    long maxDelayNs,
    long minNoticeNs,
    long maxNoticeNs,
    int windowBytes,
    int pushBackPerMillion) {
    /** A network without delay that notices everything at once: for transcripts. */
    public static final NetworkSettings IMMEDIATE = new NetworkSettings(1, 1, 1, 1, 1 << 24, 0);
}
