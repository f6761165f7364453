package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Close;
import io.dtm.core.coordinator.ProtocolCodes.Reject;
import io.dtm.core.coordinator.ProtocolCodes.Template;
import org.agrona.DirectBuffer;

/** Sessions come, move to other links, and end. */
final class SessionEvents {
    private final CoordinatorState state;
    private final CoordinatorOutput output;
    private final Sweeps sweeps;
    private final HistoryCheck history;

    SessionEvents(final CoordinatorState state, final Sweeps sweeps, final HistoryCheck history) {
        this.state = state;
        this.output = state.output;
        this.sweeps = sweeps;
        this.history = history;
    }

    void opening(
        final long requestId,
        final long tokenHigh,
        final long tokenLow,
        final int knownEpoch,
        final long knownNonce,
        final long witnessedOf,
        final int witnessedEpoch,
        final long witnessedPosition,
        final DirectBuffer principal,
        final int offset,
        final int length) {
        if (isHistoryLost(witnessedOf, witnessedEpoch, witnessedPosition)) {
            return;
        }
        if (state.lastSessionId == Integer.MAX_VALUE) {
            output.linkRejected(
                state.linkId, requestId, Template.SESSION_OPEN, Reject.TOO_MANY_SESSIONS,
                "this coordinator has given out all of its session ids: start one with a new directory");
            return;
        }
        if (state.openSessions >= state.settings.maxSessions()) {
            output.linkRejected(
                state.linkId, requestId, Template.SESSION_OPEN, Reject.TOO_MANY_SESSIONS,
                "all " + state.settings.maxSessions() + " sessions are in use: close some, or raise maxSessions");
            return;
        }
        if (isLinkFull(requestId, Template.SESSION_OPEN)) {
            return;
        }
        final Session session = new Session(
            ++state.lastSessionId, tokenHigh, tokenLow, state.epoch, copy(principal, offset, length));
        state.add(session);
        attach(session);
        output.sessionOpened(session.id, requestId, tokenHigh, tokenLow, state.nonceAt(knownEpoch, knownNonce));
    }

    void resuming(
        final long requestId,
        final int sessionId,
        final long tokenHigh,
        final long tokenLow,
        final int knownEpoch,
        final long knownNonce,
        final long witnessedOf,
        final int witnessedEpoch,
        final long witnessedPosition,
        final DirectBuffer principal,
        final int offset,
        final int length) {
        if (isHistoryLost(witnessedOf, witnessedEpoch, witnessedPosition)) {
            return;
        }
        final Session session = state.session(sessionId);
        if (session == null || (session.ended && session.highestCounter == 0)
            || !session.owns(tokenHigh, tokenLow)
            || !isSame(session.principal, principal, offset, length)) {
            output.linkRejected(
                state.linkId, requestId, Template.SESSION_RESUME, Reject.SESSION_UNKNOWN,
                "no such session, or not yours: open a new one");
            return;
        }
        if (isOlder(state.linkId, session.linkId) && state.sessionsOfLink() == 0) {
            return; // of a link that was left before its handshake was over: its peer would wait in vain over its next
        }
        if (session.linkId != state.linkId && isLinkFull(requestId, Template.SESSION_RESUME)) {
            return;
        }
        attach(session);
        // One that has ended begins nothing in any epoch: it is resumed to ask.
        output.sessionResumed(
            session.id, requestId, session.ended ? 0 : session.openedInEpoch, state.nonceAt(knownEpoch, knownNonce));
    }

    /** Before it is answered: a peer that is answered takes this for the coordinator's next epoch. */
    private boolean isHistoryLost(
        final long witnessedOf, final int witnessedEpoch, final long witnessedPosition) {
        if (history.isLost(witnessedOf, witnessedEpoch, witnessedPosition)) {
            output.halt(history.lost(witnessedEpoch, witnessedPosition));
            return true;
        }
        return false;
    }

    /** Ids of links rise in the order in which the links were made. */
    private static boolean isOlder(final int linkId, final int current) {
        return linkId < current;
    }

    private boolean isLinkFull(final long requestId, final int template) {
        if (state.hasLinkRoom()) {
            return false;
        }
        output.linkRejected(
            state.linkId, requestId, template, Reject.TOO_MANY_SESSIONS,
            "this link carries " + CoordinatorState.MAX_SESSIONS_OF_LINK + " sessions: use another one");
        return true;
    }

    private void attach(final Session session) {
        session.linkId = state.linkId;
        session.seenInEpoch = state.epoch;
        output.sessionAttached(session.id, session.linkId);
    }

    void close(final int sessionId) {
        final Session session = state.session(sessionId);
        if (session == null || session.linkId != state.linkId || state.linkId == 0) {
            return;
        }
        if (session.ended) {
            detach(session);
        } else {
            end(session, Close.REQUESTED);
        }
    }

    void linkLost(final int reason) {
        if (state.linkId == 0) {
            return; // the host's own: sessions without a link are not on it
        }
        for (int i = state.sessions.size() - 1; i >= 0; i--) {
            final Session session = state.sessions.get(i);
            if (session.linkId != state.linkId) {
                continue;
            }
            if (session.ended) {
                detach(session);
            } else {
                end(session, reason);
            }
        }
    }

    private void detach(final Session session) {
        session.linkId = 0;
        output.sessionAttached(session.id, 0);
    }

    /** Recovered sessions that nobody resumed are lost; branches for which nobody came abort. */
    void graceEnded() {
        if (state.graceOver) {
            return;
        }
        state.graceOver = true;
        for (int i = state.sessions.size() - 1; i >= 0; i--) {
            final Session session = state.sessions.get(i);
            if (session.seenInEpoch < state.epoch && !session.ended) {
                end(session, Close.LOST);
            }
        }
        state.preparing.startWalk();
    }

    private void end(final Session session, final int reason) {
        if (session.linkId != 0) {
            output.sessionClosed(session.id, reason);
            detach(session);
        }
        session.ended = true;
        state.openSessions--;
        sweeps.start(session);
        for (int i = 0; session.servedInstances > 0 && i < state.resources.size(); i++) {
            final Resource resource = state.resources.get(i);
            if (resource.leave(session)) {
                sweeps.start(resource);
            }
        }
    }

    static boolean isSame(final byte[] known, final DirectBuffer buffer, final int offset, final int length) {
        if (known.length != length) {
            return false;
        }
        int difference = 0;
        for (int i = 0; i < length; i++) {
            difference |= known[i] ^ buffer.getByte(offset + i);
        }
        return difference == 0;
    }

    /** Links don't outlive the coordinator's process. */
    void epochStarted() {
        for (int i = 0; i < state.sessions.size(); i++) {
            state.sessions.get(i).linkId = 0;
        }
        for (int i = 0; i < state.resources.size(); i++) {
            state.resources.get(i).instances.forEach(instance -> instance.readyLink = 0);
        }
    }

    static byte[] copy(final DirectBuffer buffer, final int offset, final int length) {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return bytes;
    }
}
