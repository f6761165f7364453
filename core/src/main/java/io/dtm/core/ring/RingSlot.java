package io.dtm.core.ring;

/** A frame on its way through the stages: where it lies in the arena, and what is known of it. */
final class RingSlot {
    /** Over which it came; 0: the host's own. Set by ingress. */
    int linkId;
    /** Logical time. Set by ingress. */
    long timeNs;
    /** At which the frame starts in the arena. Set by ingress. */
    int offset;
    /** In bytes. Set by ingress. */
    int length;
    /** End position of its record in the journal. Set by the journal stage. */
    long endPosition;
}
