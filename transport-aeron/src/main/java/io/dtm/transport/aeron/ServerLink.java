package io.dtm.transport.aeron;

/**
 * What the ingress and the egress side of a link share: its identity, and one level each, set once by one side and
 * read by the other. Everything else of a link has one owner: {@link AeronLinkPoller} the image,
 * {@link AeronLinkPublisher} the publication.
 */
final class ServerLink {
    private final int linkId;
    private final long imageCorrelationId;
    private final boolean isIpc;
    private volatile boolean isDownAtIngress;
    private volatile boolean isClosedAtEgress;

    ServerLink(final int linkId, final long imageCorrelationId, final boolean isIpc) {
        this.linkId = linkId;
        this.imageCorrelationId = imageCorrelationId;
        this.isIpc = isIpc;
    }

    int linkId() {
        return linkId;
    }

    /** By which the driver finds the peer's response subscription. */
    long imageCorrelationId() {
        return imageCorrelationId;
    }

    boolean isIpc() {
        return isIpc;
    }

    /** Ingress: the peer's stream is gone. */
    void downAtIngress() {
        isDownAtIngress = true;
    }

    boolean isDownAtIngress() {
        return isDownAtIngress;
    }

    /** Egress: nothing will be sent to the peer any more. */
    void closedAtEgress() {
        isClosedAtEgress = true;
    }

    boolean isClosedAtEgress() {
        return isClosedAtEgress;
    }
}
