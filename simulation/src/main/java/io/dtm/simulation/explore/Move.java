package io.dtm.simulation.explore;

import io.dtm.simulation.explore.ExploredResource.Choice;

/**
 * One thing that happens.
 *
 * @param kind   what.
 * @param peer   to whom; -1: to the coordinator.
 * @param detail which of several, or how.
 * @param choice how a branch votes that is asked now.
 */
record Move(Kind kind, int peer, int detail, Choice choice) {
    static final int COORDINATOR = -1;

    /** What can happen. */
    enum Kind {
        // of itself
        /** One more record is on the device. */
        FORCE,
        /** The first frame on its way to the coordinator arrives. */
        TO_COORDINATOR,
        /** The first frame on its way to a peer arrives. */
        TO_PEER,
        /** A frame of a former link arrives. */
        STALE_ARRIVES,
        /** A copy of a frame arrives. */
        COPY_ARRIVES,
        /** A database carries out what it was told; the detail is the statement's number. */
        DATABASE,
        /** A peer gets a link. */
        CONNECT,
        /** A peer notices that its link is gone. */
        NOTICE,
        /** The client submits a transaction. */
        SUBMIT,
        /** The client begins a transaction and calls its services. */
        BEGIN,
        /** The client commits. */
        COMMIT,
        /** A call or its answer arrives. */
        CALL,
        /** The coordinator takes a link for lost that its peer has left, with a session; the detail is its id. */
        FORMER_ENDS,
        // only as often as a budget says
        /** See {@link Budget#COORDINATOR_CRASH}; the detail is the number of unforced records that survive. */
        CRASH,
        /**
         * See {@link Budget#PARTICIPANT_CRASH} and {@link Budget#CLIENT_CRASH};
         * detail 1: one frame that it sent is still on its way.
         */
        PEER_CRASH,
        /** See {@link Budget#LINK_LOSS}; detail 1: one frame to the coordinator is still on its way. */
        LOSS,
        /** See {@link Budget#LATE_HANDSHAKE}. */
        GIVE_UP,
        /** See {@link Budget#SESSION_LOSS}. */
        SESSION_LOSS,
        /**
         * See {@link Budget#COPY}; detail 0: of a frame to the coordinator, 1: to the peer; 2: see
         * {@link Budget#EPOCH_COPY}.
         */
        COPY,
        /** See {@link Budget#DEADLINE}. */
        TICK,
        /** See {@link Budget#GRACE}. */
        GRACE,
        /** See {@link Budget#PEER_TIMEOUT}. */
        PEER_TICK,
        /** See {@link Budget#OPERATOR}; the detail is the transaction. */
        ROLL_BACK,
        /** See {@link Budget#OPERATOR}; the detail is the transaction, the peer whose branch it is. */
        SETTLE;

        /** @return whether it happens only as often as a budget says. */
        boolean isBudgeted() {
            return ordinal() >= CRASH.ordinal();
        }
    }

    static Move of(final Kind kind, final int peer) {
        return new Move(kind, peer, 0, Choice.YES);
    }

    static Move of(final Kind kind, final int peer, final int detail) {
        return new Move(kind, peer, detail, Choice.YES);
    }
}
