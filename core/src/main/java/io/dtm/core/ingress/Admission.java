package io.dtm.core.ingress;

/**
 * Who may come in: the port behind which a transport's authenticator stands. Ingress agent only. Answers at once with
 * a verdict; a verdict of {@link Verdict#PENDING} is asked for again.
 */
public interface Admission {
    /** What is to be done with a link that asks for a session. */
    enum Verdict {
        /** Not known yet: ask again by {@link #poll}. */
        PENDING,
        /** It is {@link #principal}. */
        ADMITTED,
        /** It must answer {@link #challenge} first. */
        CHALLENGED,
        /** Not let in. */
        REFUSED
    }

    /**
     * A link presents credentials.
     *
     * @param linkId      of the link.
     * @param credentials as sent, maybe empty.
     * @param nowMs       of the wall clock, for authenticators that want it.
     * @return the verdict.
     */
    Verdict connect(int linkId, byte[] credentials, long nowMs);

    /**
     * A challenged link answers.
     *
     * @param linkId      of the link.
     * @param credentials its response.
     * @param nowMs       of the wall clock.
     * @return the verdict.
     */
    Verdict respond(int linkId, byte[] credentials, long nowMs);

    /**
     * Asks again about a link whose verdict is pending.
     *
     * @param linkId of the link.
     * @param nowMs  of the wall clock.
     * @return the verdict now.
     */
    Verdict poll(int linkId, long nowMs);

    /**
     * @param linkId that was CHALLENGED.
     * @return the challenge to send.
     */
    byte[] challenge(int linkId);

    /**
     * @param linkId that was ADMITTED.
     * @return its principal: at most 255 bytes of UTF-8.
     */
    byte[] principal(int linkId);

    /**
     * Whether a principal may send messages of this template.
     *
     * @param linkId     that was ADMITTED.
     * @param templateId of the message.
     * @return whether it may.
     */
    boolean mayAct(int linkId, int templateId);

    /**
     * A link is gone.
     *
     * @param linkId of the link.
     */
    void forget(int linkId);
}
