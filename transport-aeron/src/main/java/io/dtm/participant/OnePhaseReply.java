package io.dtm.participant;

/** Takes the result of a one-phase commit, once; a second call is ignored. Any thread. */
public interface OnePhaseReply {
    /** Committed, with evidence. */
    void committed();

    /**
     * Not committed, and never will be.
     *
     * @param reason for the client, up to 255 bytes of UTF-8 (a longer one is cut).
     */
    void aborted(String reason);

    /**
     * It can't be told now; the coordinator asks again.
     *
     * @param cause for the log.
     */
    void retry(Throwable cause);
}
