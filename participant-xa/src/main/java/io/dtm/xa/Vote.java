package io.dtm.xa;

import io.dtm.participant.VoteReply;

/** What a branch votes. */
record Vote(Kind kind, String reason) {
    static final Vote YES = new Vote(Kind.YES, "");
    static final Vote READ_ONLY = new Vote(Kind.READ_ONLY, "");

    enum Kind { YES, READ_ONLY, NO }

    static Vote no(final String reason) {
        return new Vote(Kind.NO, reason);
    }

    boolean isYes() {
        return kind == Kind.YES;
    }

    void answer(final VoteReply reply) {
        switch (kind) {
            case YES -> reply.yes();
            case READ_ONLY -> reply.readOnly();
            case NO -> reply.no(reason);
            default -> throw new AssertionError(kind);
        }
    }
}
