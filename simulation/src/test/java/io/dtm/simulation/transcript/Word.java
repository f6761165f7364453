package io.dtm.simulation.transcript;

import io.dtm.simulation.network.WireMessage;
import io.dtm.simulation.network.WireMessage.Kind;

/** What transcripts call a message. */
enum Word {
    PREPARE(Kind.PREPARE, 0, true),
    COMMIT(Kind.DECISION, 1, true),
    ROLLBACK(Kind.DECISION, 2, true),
    ONE_PHASE_COMMIT(Kind.ONE_PHASE_COMMIT, 0, true),
    FORGET(Kind.FORGET_EVIDENCE, 0, true),
    JOINED(Kind.JOINED, 0, true),
    OUTCOME(Kind.OUTCOME, 0, true),
    REJECTED(Kind.REJECTED, 0, true),
    SUBMIT(Kind.SUBMIT, 0, false),
    BEGIN(Kind.BEGIN, 0, false),
    JOIN(Kind.ENLIST, 0, false),
    COMMIT_REQUEST(Kind.COMMIT_REQUEST, 0, false),
    ROLLBACK_REQUEST(Kind.ROLLBACK_REQUEST, 0, false),
    INQUIRY(Kind.INQUIRE, 0, false),
    VOTE(Kind.VOTE, 0, false),
    ACKNOWLEDGEMENT(Kind.ACKNOWLEDGEMENT, 0, false),
    RESULT(Kind.ONE_PHASE_RESULT, 0, false),
    IN_DOUBT(Kind.IN_DOUBT, 0, false),
    REGISTER(Kind.REGISTER, 0, false);

    private final Kind kind;
    private final int value;
    private final boolean toPeer;

    Word(final Kind kind, final int value, final boolean toPeer) {
        this.kind = kind;
        this.value = value;
        this.toPeer = toPeer;
    }

    boolean isToPeer() {
        return toPeer;
    }

    /** Whether a party that gets it must have been expected to. */
    boolean isDecision() {
        return this == COMMIT || this == ROLLBACK || this == ONE_PHASE_COMMIT;
    }

    boolean is(final WireMessage message) {
        return message.kind == kind && (value == 0 || message.value == value);
    }

    static Word of(final WireMessage message) {
        for (final Word word : values()) {
            if (word.is(message)) {
                return word;
            }
        }
        return null;
    }

    /** As it stands in a transcript: with hyphens or spaces. */
    static Word named(final String text) {
        return valueOf(text.trim().toUpperCase().replace('-', '_').replace(' ', '_'));
    }
}
