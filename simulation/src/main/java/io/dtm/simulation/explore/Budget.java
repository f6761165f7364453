package io.dtm.simulation.explore;

/** What may go wrong, each as often as a scope says. */
enum Budget {
    /** The coordinator dies, with every legal surviving prefix of its journal, and starts again. */
    COORDINATOR_CRASH("a crash of the coordinator, with every surviving prefix of its journal"),
    /** A participant's process dies and another one starts. */
    PARTICIPANT_CRASH("a crash of a participant's process"),
    /** A link dies, with what is on its way to the coordinator; or one frame of that arrives later. */
    LINK_LOSS("a lost link, all or all but one frame of it lost"),
    /** The coordinator takes a link for lost. */
    SESSION_LOSS("a session that the coordinator gives up"),
    /** A frame arrives once more, any time later, over the same link. */
    COPY("a frame that arrives twice, any time later"),
    /** The coordinator's next deadline or repetition comes. */
    DEADLINE("a deadline of the coordinator: a transaction's, or a repetition's"),
    /** All timeouts of another process pass. */
    PEER_TIMEOUT("a long pause of a participant or client"),
    /** An operator rolls a transaction back, or settles a branch. */
    OPERATOR("an operator's roll-back or settlement"),
    /** The client's process dies and another one starts, with a session of its own. */
    CLIENT_CRASH("a crash of the client's process"),
    /** The time is over in which sessions may resume after a start of the coordinator. */
    GRACE("an end of the time in which sessions may resume"),
    /** A peer gives up a new link before it is answered; what it sent to resume its session arrives later. */
    LATE_HANDSHAKE("a link that is given up during its handshake, which arrives later"),
    /** A coordinator's frame arrives once more, in a later epoch, over whichever link there is then. */
    EPOCH_COPY("a frame of the coordinator that arrives once more in a later epoch");

    private static final int BITS = 2;
    private static final int MAX = (1 << BITS) - 1;

    private final String text;

    Budget(final String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    /** @return so many of it, beside others. */
    int times(final int count) {
        if (count < 0 || count > MAX) {
            throw new IllegalArgumentException("0 to " + MAX + ": " + count);
        }
        return count << ordinal() * BITS;
    }

    /** @return how many of it are left. */
    int left(final int budgets) {
        return budgets >>> ordinal() * BITS & MAX;
    }
}
