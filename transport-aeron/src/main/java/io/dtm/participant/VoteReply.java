package io.dtm.participant;

/** Takes the vote of one PREPARE, once; a second call is ignored. Any thread. */
public interface VoteReply {
    /** The branch is prepared: it can be committed and rolled back, also after a crash of this process. */
    void yes();

    /**
     * The branch can't commit; it has been rolled back.
     *
     * @param reason for the client, up to 255 bytes of UTF-8 (a longer one is cut).
     */
    void no(String reason);

    /** The branch wrote nothing and holds nothing: it gets no second phase. */
    void readOnly();
}
