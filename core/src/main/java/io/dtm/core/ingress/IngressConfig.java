package io.dtm.core.ingress;

import io.dtm.core.LinkReplies;
import io.dtm.core.SlowLinks;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochClock;

/**
 * What an {@link IngressAgent} needs.
 *
 * @param poller                  hands over frames.
 * @param ring                    takes events.
 * @param levels                  of the coordinator.
 * @param hasSpaceForNew          of the journal: whether new transactions may be accepted.
 * @param slowLinks               from egress.
 * @param replies                 to egress.
 * @param admission               lets links in.
 * @param tokens                  for new sessions.
 * @param dropListener            is told of what is dropped.
 * @param operators               what operators ask for.
 * @param clock                   logical time.
 * @param wallClock               for authenticators only.
 * @param startFrames             the host's first events, published before anything is taken from links.
 * @param sessionTimeoutNs        silence after which a link is lost; also the grace period.
 * @param authenticationTimeoutNs within which a link must have got as far as a session.
 * @param maxUnauthenticatedLinks links without a session at a time.
 * @param maxLinks                at a time, those included that went down and are still watched.
 * @param pollLimit               frames taken from links at a time.
 */
public record IngressConfig(
    LinkPoller poller,
    EventPublisher ring,
    CoordinatorLevels levels,
    BooleanSupplier hasSpaceForNew,
    SlowLinks slowLinks,
    LinkReplies replies,
    Admission admission,
    TokenSource tokens,
    DropListener dropListener,
    OperatorCommands operators,
    LogicalClock clock,
    EpochClock wallClock,
    List<DirectBuffer> startFrames,
    long sessionTimeoutNs,
    long authenticationTimeoutNs,
    int maxUnauthenticatedLinks,
    int maxLinks,
    int pollLimit) {
}
