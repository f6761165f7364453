package io.dtm.xa;

import java.util.Objects;

/**
 * What the work for a branch came to.
 *
 * @param kind   which of the three.
 * @param reason of a refusal, for the client; empty otherwise.
 */
public record WorkResult(Kind kind, String reason) {
    private static final WorkResult DONE = new WorkResult(Kind.DONE, "");
    private static final WorkResult READ_ONLY = new WorkResult(Kind.READ_ONLY, "");

    /** The three results. */
    public enum Kind {
        /** Work that must be prepared. */
        DONE,
        /** Nothing was written. */
        READ_ONLY,
        /** The branch must not commit. */
        REFUSED
    }

    /** Checks that nothing is missing. */
    public WorkResult {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(reason, "reason");
    }

    /** @return something was written: prepare it. If not even a statement was made, the branch votes READ_ONLY. */
    public static WorkResult done() {
        return DONE;
    }

    /** @return nothing was written: the branch needs no second phase. */
    public static WorkResult readOnly() {
        return READ_ONLY;
    }

    /**
     * @param reason for the client; up to 255 bytes of UTF-8 reach it.
     * @return the branch votes NO.
     */
    public static WorkResult refuse(final String reason) {
        return new WorkResult(Kind.REFUSED, reason);
    }
}
