package io.dtm.core.ingress;

/** One connection, from when it comes up until nothing depends on it any more. Ingress agent only. */
final class Link {
    /** How far a link has come. */
    enum State {
        /** Nothing was asked yet. */
        NEW,
        /** The authenticator hasn't made up its mind. */
        AUTHENTICATING,
        /** It must answer a challenge. */
        CHALLENGED,
        /** It has a principal. */
        ADMITTED,
        /** It was refused: another attempt needs another link. */
        REFUSED
    }

    final int linkId;
    State state = State.NEW;
    Handshake handshake;
    byte[] principal;
    boolean isUp = true;
    /** It may have sessions: its silence counts, also after it went down, until the loss is an event. */
    boolean isWatched;
    boolean isCloseAsked;
    boolean isVersionAnswered;
    /** By the watch clock: when it last gave a sign of life; without sessions, since when it has none. */
    long aliveNs;
    private long askedTemplates;
    private long allowedTemplates;

    Link(final int linkId, final long nowNs) {
        this.linkId = linkId;
        this.aliveNs = nowNs;
    }

    boolean isAdmitted() {
        return state == State.ADMITTED;
    }

    /** @return whether the link's principal may send it; asked once of each template, templates are below 64. */
    boolean mayAct(final Admission admission, final int templateId) {
        final long bit = 1L << templateId;
        if ((askedTemplates & bit) == 0) {
            askedTemplates |= bit;
            if (admission.mayAct(linkId, templateId)) {
                allowedTemplates |= bit;
            }
        }
        return (allowedTemplates & bit) != 0;
    }
}
