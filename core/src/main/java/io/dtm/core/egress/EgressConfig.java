package io.dtm.core.egress;

import io.dtm.core.LinkReplies;
import io.dtm.core.SlowLinks;

/**
 * What an {@link EgressAgent} needs.
 *
 * @param queue                from the coordinator stage.
 * @param replies              from ingress.
 * @param durability           of the journal.
 * @param waitsForForce        whether messages on durable wait for a force; false: durability is append.
 * @param publisher            sends.
 * @param slowLinks            to ingress.
 * @param listener             of the host.
 * @param maxBacklogBytes      of one session: its link is too slow if it takes nothing while more than that is queued,
 *                             or if eight times as much is left.
 * @param maxTotalBacklogBytes of all sessions; beyond it the blocked link with the longest is too slow.
 * @param frameSoftLimitBytes  of a frame of small messages: one datagram's payload.
 */
public record EgressConfig(
    OutboundQueue queue,
    LinkReplies replies,
    Durability durability,
    boolean waitsForForce,
    LinkPublisher publisher,
    SlowLinks slowLinks,
    EgressListener listener,
    long maxBacklogBytes,
    long maxTotalBacklogBytes,
    int frameSoftLimitBytes) {
}
