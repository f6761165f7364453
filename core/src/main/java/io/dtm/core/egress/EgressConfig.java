package io.dtm.core.egress;

import io.dtm.core.LinkReplies;
import io.dtm.core.SlowLinks;
import org.agrona.concurrent.NanoClock;

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
 * @param nanoClock            monotonic; read only while a backlog is longer than it may be.
 * @param backlogs             how much may wait.
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
    NanoClock nanoClock,
    BacklogBounds backlogs,
    int frameSoftLimitBytes) {
}
