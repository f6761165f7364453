package io.dtm.session;

import java.util.ArrayList;
import java.util.List;

/**
 * The sessions that this process holds at one coordinator, oldest first. Usually one; after a restart of the
 * coordinator an old one stays until its transactions are finished (rule 2), and the one under which the process's
 * resources are registered stays for good. Duty cycle's thread.
 */
final class OwnedSessions {
    private final List<OwnedSession> sessions = new ArrayList<>();
    private final long renewAhead;
    private OwnedSession beginner;
    private OwnedSession registrar;
    private boolean mustBegin;
    private boolean mustRegister;

    OwnedSessions(final long renewAhead) {
        this.renewAhead = renewAhead;
    }

    List<OwnedSession> all() {
        return sessions;
    }

    OwnedSession byId(final int sessionId) {
        for (int i = 0; i < sessions.size(); i++) {
            if (sessions.get(i).sessionId() == sessionId) {
                return sessions.get(i);
            }
        }
        return null;
    }

    void add(final OwnedSession session) {
        sessions.add(session);
    }

    void remove(final OwnedSession session) {
        sessions.remove(session);
        if (beginner == session) {
            beginner = null;
        }
        if (registrar == session) {
            registrar = null;
        }
    }

    void detachAll() {
        for (int i = 0; i < sessions.size(); i++) {
            sessions.get(i).attached(false);
            sessions.get(i).unknownToPeer(false);
        }
        beginner = null;
    }

    /** Whether there is one that is of more use than to ask. */
    boolean anyAttached() {
        for (int i = 0; i < sessions.size(); i++) {
            if (sessions.get(i).isAttached() && sessions.get(i).isOfUse()) {
                return true;
            }
        }
        return false;
    }

    /** The session whose id new transactions get, or null if none may begin any. */
    OwnedSession beginner() {
        return beginner;
    }

    /** The session under which resources are registered: it stays the same as long as it can. Or null. */
    OwnedSession registrar() {
        if (registrar == null || !registrar.isAttached() || !registrar.isOfUse()) {
            registrar = null;
            for (int i = 0; i < sessions.size() && registrar == null; i++) {
                if (sessions.get(i).isAttached() && sessions.get(i).isOfUse()) {
                    registrar = sessions.get(i);
                }
            }
        }
        return registrar;
    }

    /** This process begins transactions: it needs a session of the current epoch. */
    void mustBegin() {
        mustBegin = true;
    }

    /** This process serves resources: the session under which they are registered must be kept. */
    void mustRegister() {
        mustRegister = true;
    }

    /** Chooses again who begins, after sessions came or went. */
    void choose(final int epoch) {
        beginner = null;
        for (int i = sessions.size() - 1; i >= 0 && beginner == null; i--) {
            final OwnedSession session = sessions.get(i);
            if (session.isAttached() && session.isOfUse() && session.openedInEpoch() == epoch
                && session.countersLeft() > 0) {
                beginner = session;
            }
        }
    }

    /** Whether another session should be opened: none is left, or none that can begin transactions for long. */
    boolean needsAnother() {
        if (!anyAttached()) {
            return true;
        }
        return mustBegin && (beginner == null || beginner.countersLeft() < renewAhead);
    }

    /** Whether a session serves no purpose any more. */
    boolean isIdle(final OwnedSession session) {
        return session.isAttached() && session.unfinished() == 0
            && session != beginner && !(mustRegister && session == registrar());
    }
}
