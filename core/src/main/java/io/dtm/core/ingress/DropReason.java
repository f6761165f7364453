package io.dtm.core.ingress;

/** Why ingress dropped what arrived. Counted by reason; logged once. */
public enum DropReason {
    /** Shorter than a header, or longer than a frame may be. */
    BAD_LENGTH,
    /** Bytes that aren't ours. */
    WRONG_SCHEMA,
    /** Our schema in another version. */
    WRONG_VERSION,
    /** No such message, or peers may not send it. */
    WRONG_TEMPLATE,
    /** Lengths, counts or values are wrong. */
    MALFORMED,
    /** More events than a frame may hold. */
    TOO_MANY_EVENTS,
    /** A handshake message that isn't alone in its frame. */
    NOT_ALONE,
    /** From a link that was refused, closed, or never came up. */
    UNKNOWN_LINK,
    /** From a link that hasn't authenticated itself. */
    NOT_AUTHENTICATED,
    /** The link's principal may not send this. */
    NOT_AUTHORISED,
    /** Credentials were refused. */
    REFUSED,
    /** The authenticator or the authorisation service threw. */
    ADMISSION_FAILED,
    /** A handshake message that nothing asked for. */
    UNEXPECTED_HANDSHAKE,
    /** More links than may be unauthenticated, or up, at a time. */
    TOO_MANY_LINKS,
    /** A link that didn't authenticate itself in time. */
    AUTHENTICATION_TIMEOUT,
    /** A reply to a link without a session found no room. */
    REPLY_LOST
}
