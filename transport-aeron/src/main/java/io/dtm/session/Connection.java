package io.dtm.session;

import io.dtm.client.Refusal;
import io.dtm.codec.Templates;
import io.dtm.codec.message.CloseReason;
import io.dtm.codec.message.DurabilityLevel;
import io.dtm.codec.message.SessionOpenedDecoder;
import io.dtm.codec.message.SessionResumedDecoder;
import io.dtm.session.CoordinatorLink.Status;
import io.dtm.session.EpochGuard.Verdict;
import java.util.List;
import java.util.function.Supplier;

/**
 * Keeps a link to the coordinator, and the sessions attached to it: connects, opens, resumes, answers challenges, sends
 * keep-alives, and does it all again with growing pauses when the link is lost. Handshakes go one at a time: first
 * every old session is resumed, then a new one is opened if one is needed (rule 2). Duty cycle's thread.
 */
final class Connection {
    /** Hears of what concerns transactions and branches. */
    interface Owner {
        /**
         * The coordinator was restored from a backup: resource ids that were found before mean nothing any more, and
         * what it presumed may have been decided.
         */
        void onRestored();

        /** Every session that could be is attached to the new link, and the epoch is obeyed. */
        void onOpen();

        /** A session was resumed over a link that was open already. */
        void onAttached(OwnedSession session);

        /** Nothing comes or goes until the next {@link #onOpen}. */
        void onClosed();

        /** The coordinator takes nothing from this process: it is no use to wait for a session. */
        void onRefused(Refusal refusal, String text);

        /** The coordinator has ended a session: it begins and commits nothing more, and can only be asked. */
        void onSessionEnded(OwnedSession session);

        /** The coordinator knows nothing of a session; it was removed. */
        void onSessionGone(OwnedSession session);
    }

    private enum State {
        IDLE, CONNECTING, SHAKING_HANDS, OPEN, REFUSING
    }

    private enum Step {
        NONE, RESUMING, OPENING
    }

    private static final int KEEP_ALIVES_IN_TIMEOUT = 4;
    private static final int NO_GENERATION = -1;

    private final SessionContext context;
    private final CoordinatorLink link;
    private final SessionListener listener;
    private final EpochGuard guard;
    private final OwnedSessions sessions;
    private final Outbox outbox;
    private final HandshakePublisher publisher;
    private final Owner owner;
    private final byte[] clientName;

    private State state = State.IDLE;
    private boolean started;
    private long nowNs;
    private long retryAtNs;
    private long stateDeadlineNs;
    private long backoffNs;
    private Step step = Step.NONE;
    private OwnedSession resuming;
    private long requestIds;
    private long requestId;
    private int namedEpoch;
    private long openNotBeforeNs;
    private boolean epochConfirmed;
    private int generation = NO_GENERATION;
    private volatile int restores;
    private CoordinatorLimits limits = CoordinatorLimits.GREATEST;
    private long keepAliveIntervalNs = Long.MAX_VALUE;
    private long framesSent;
    private long lastSentNs;

    Connection(
        final SessionContext context,
        final EpochGuard guard,
        final OwnedSessions sessions,
        final Outbox outbox,
        final Owner owner) {
        this.context = context;
        this.link = context.link();
        this.listener = context.listener();
        this.guard = guard;
        this.sessions = sessions;
        this.outbox = outbox;
        this.publisher = new HandshakePublisher(outbox);
        this.owner = owner;
        this.clientName = Utf8.cut(context.clientName());
        this.backoffNs = context.backoffInitialNs();
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    /** Whether frames may be taken from the link. */
    boolean isListening() {
        return state == State.SHAKING_HANDS || state == State.OPEN;
    }

    /** Whether a handshake over the current link has shown an epoch that is obeyed. */
    boolean isEpochConfirmed() {
        return epochConfirmed;
    }

    /** How often the coordinator was restored from a backup, as it was seen here. Any thread. */
    int restores() {
        return restores;
    }

    CoordinatorLimits limits() {
        return limits;
    }

    long nextRequestId() {
        return ++requestIds;
    }

    int doWork(final long now) {
        nowNs = now;
        final Status status = link.status(now);
        switch (state) {
            case IDLE:
                return idle(status);
            case CONNECTING:
                return connecting(status);
            case SHAKING_HANDS:
                if (status == Status.LOST) {
                    return giveUp("the link was lost during the handshake", nextBackoffNs());
                }
                if (now - stateDeadlineNs > 0) {
                    return giveUp("the coordinator did not answer the handshake", nextBackoffNs());
                }
                return advance();
            case OPEN:
                if (status == Status.LOST) {
                    return giveUp("the link was lost", nextBackoffNs());
                }
                if (step != Step.NONE && now - stateDeadlineNs > 0) {
                    return giveUp("the coordinator did not answer", nextBackoffNs());
                }
                return advance() + keepAlive();
            case REFUSING:
            default:
                if (outbox.flush() || status == Status.LOST || now - stateDeadlineNs > 0) {
                    return giveUp("the coordinator is not obeyed", context.refusedBackoffNs());
                }
                return 0;
        }
    }

    /** Closes the sessions, as far as the link takes it now. */
    void close() {
        if (state == State.OPEN) {
            final List<OwnedSession> all = sessions.all();
            for (int i = 0; i < all.size(); i++) {
                if (all.get(i).isAttached()) {
                    publisher.sessionClose(all.get(i));
                }
            }
            outbox.flush();
        }
        state = State.IDLE;
        sessions.detachAll();
        link.close();
    }

    /** Closes old sessions that serve no purpose any more. */
    int closeIdleSessions() {
        int closed = 0;
        final List<OwnedSession> all = sessions.all();
        for (int i = all.size() - 1; i >= 0 && state == State.OPEN; i--) {
            final OwnedSession session = all.get(i);
            if (sessions.isIdle(session)) {
                publisher.sessionClose(session);
                sessions.remove(session);
                closed++;
            }
        }
        return closed;
    }

    void onChallenge(final long answeredRequestId, final byte[] challenge) {
        if (step != Step.NONE && answeredRequestId == requestId) {
            final byte[] response = credentials(() -> context.credentials().onChallenge(challenge));
            if (response != null) {
                publisher.challengeResponse(requestId, response);
                stateDeadlineNs = nowNs + context.handshakeTimeoutNs();
            }
        }
    }

    void onSessionOpened(final SessionOpenedDecoder opened) {
        if (step != Step.OPENING || opened.requestId() != requestId) {
            return;
        }
        step = Step.NONE;
        final Verdict verdict = guard.offer(
            opened.coordinatorId(), opened.epoch(), opened.nonce(), namedEpoch, opened.nonceAtKnownEpoch());
        if (refused(verdict, opened.coordinatorId())) {
            return;
        }
        final OwnedSession session = new OwnedSession(
            opened.sessionId(), opened.tokenHigh(), opened.tokenLow(), opened.epoch(), context.firstCounter());
        sessions.add(session);
        limits = new CoordinatorLimits(
            opened.maxTimeoutMs(), opened.maxBranches(),
            opened.maxBranchPayloadBytes(), opened.maxTransactionPayloadBytes());
        if (verdict == Verdict.OBEY) {
            takeOver(opened.generation(), opened.durability());
            attach(session, opened.sessionTimeoutMs());
        }
        advance();
    }

    void onSessionResumed(final SessionResumedDecoder resumed) {
        if (step != Step.RESUMING || resumed.requestId() != requestId) {
            return;
        }
        step = Step.NONE;
        final Verdict verdict = guard.offer(
            resumed.coordinatorId(), resumed.epoch(), resumed.nonce(), namedEpoch, resumed.nonceAtKnownEpoch());
        if (refused(verdict, resumed.coordinatorId())) {
            return;
        }
        if (verdict == Verdict.OBEY) {
            takeOver(resumed.generation(), resumed.durability());
            resuming.openedInEpoch(resumed.openedInEpoch());
            attach(resuming, resumed.sessionTimeoutMs());
            if (state == State.OPEN) {
                owner.onAttached(resuming);
            }
        }
        advance();
    }

    /** Another epoch than that of this link's handshake was shown over it: a new handshake has to tell why. */
    void onEpochContradicted(final int shownEpoch) {
        listener.onEpochRefused("epoch " + shownEpoch + " was shown over a link of epoch " + guard.epoch());
        giveUp("the epoch was contradicted", nextBackoffNs());
    }

    /** A handshake was refused. */
    void onRejected(final long answeredRequestId, final Refusal refusal, final String text) {
        if (step == Step.NONE || answeredRequestId != requestId) {
            return;
        }
        final Step refusedStep = step;
        step = Step.NONE;
        if (refusedStep == Step.RESUMING && refusal == Refusal.SESSION_UNKNOWN) {
            // Believed only once the handshake shows that it is the right coordinator that says so.
            resuming.unknownToPeer(true);
            if (state == State.OPEN) {
                dropUnknown();
            }
            advance();
            return;
        }
        final boolean isOpenedAnother = refusedStep == Step.OPENING && sessions.anyAttached();
        if (refusal.isFinal() && !isOpenedAnother) {
            refuse(refusal, text);
            return;
        }
        listener.onRefused(refusal, text);
        if (isOpenedAnother) {
            openNotBeforeNs = nowNs + context.refusedBackoffNs();
            advance();
        } else {
            giveUp("the handshake was refused: " + refusal, context.refusedBackoffNs());
        }
    }

    /** The coordinator can't read what this library writes. It is tried again: either may be upgraded meanwhile. */
    void onVersionRefused(final int version) {
        refuse(Refusal.SCHEMA_VERSION, "the coordinator speaks version " + version
            + " of the messages, this library speaks version " + Templates.SCHEMA_VERSION + ": upgrade the older one");
    }

    private void refuse(final Refusal refusal, final String text) {
        listener.onRefused(refusal, text);
        giveUp("the handshake was refused: " + refusal, context.refusedBackoffNs());
        owner.onRefused(refusal, text);
    }

    void onSessionClosed(final int sessionId, final CloseReason reason) {
        final OwnedSession session = sessions.byId(sessionId);
        if (session == null || !epochConfirmed) {
            return;
        }
        listener.onSessionLost(sessionId);
        session.ended();
        owner.onSessionEnded(session);
        if (session.unfinished() == 0) {
            sessions.remove(session);
        }
        if (reason != CloseReason.REQUESTED || session.unfinished() > 0) {
            // The coordinator lets the link of a lost or slow session go: both directions are made anew. Over the next
            // one it can still be asked for outcomes of that session.
            giveUp("session " + sessionId + " was closed: " + reason, context.backoffInitialNs());
        }
    }

    /**
     * Something was refused because its session isn't known, or not known over this link: that it has ended went
     * unnoticed. A new handshake tells which sessions still serve, and which can only be asked.
     */
    void onSessionRefused() {
        giveUp("a session is no longer known", context.backoffMaxNs());
    }

    private int idle(final Status status) {
        if (!started) {
            started = true;
            if (status != Status.LOST) {
                return enterConnecting();
            }
        } else if (nowNs - retryAtNs < 0) {
            return 0;
        }
        link.reconnect();
        return enterConnecting();
    }

    private int enterConnecting() {
        state = State.CONNECTING;
        stateDeadlineNs = nowNs + context.handshakeTimeoutNs();
        return 1;
    }

    private int connecting(final Status status) {
        if (status == Status.CONNECTED) {
            state = State.SHAKING_HANDS;
            stateDeadlineNs = nowNs + context.handshakeTimeoutNs();
            framesSent = outbox.framesSent();
            lastSentNs = nowNs;
            return 1 + advance();
        }
        if (status == Status.LOST || nowNs - stateDeadlineNs > 0) {
            return giveUp("no connection to the coordinator", nextBackoffNs());
        }
        return 0;
    }

    private int advance() {
        if (step != Step.NONE || !isListening()) {
            return 0;
        }
        final List<OwnedSession> all = sessions.all();
        for (int i = 0; i < all.size(); i++) {
            final OwnedSession session = all.get(i);
            if (!session.isAttached() && !session.isUnknownToPeer()) {
                resume(session);
                return 1;
            }
        }
        if (epochConfirmed) {
            sessions.choose(guard.epoch());
        }
        if (sessions.needsAnother() && (!sessions.anyAttached() || nowNs - openNotBeforeNs >= 0)) {
            open();
            return 1;
        }
        if (state == State.SHAKING_HANDS) {
            complete();
            return 1;
        }
        return 0;
    }

    private void resume(final OwnedSession session) {
        final byte[] credentials = credentials(context.credentials()::encodedCredentials);
        if (credentials != null) {
            startStep(Step.RESUMING);
            resuming = session;
            publisher.sessionResume(requestId, session, guard, credentials);
        }
    }

    private void open() {
        final byte[] credentials = credentials(context.credentials()::encodedCredentials);
        if (credentials != null) {
            startStep(Step.OPENING);
            publisher.sessionOpen(requestId, guard, clientName, credentials);
        }
    }

    /** What the user's supplier gives; null: it failed, and the link was given up. */
    private byte[] credentials(final Supplier<byte[]> supplier) {
        Throwable cause = null;
        try {
            final byte[] credentials = supplier.get();
            if (credentials != null) {
                return credentials;
            }
        } catch (final Throwable ex) {
            cause = ex;
        }
        context.userCode().threw("there are no credentials", cause);
        giveUp("there are no credentials", context.refusedBackoffNs());
        return null;
    }

    private void startStep(final Step next) {
        step = next;
        requestId = nextRequestId();
        namedEpoch = guard.epoch();
        stateDeadlineNs = nowNs + context.handshakeTimeoutNs();
    }

    private void takeOver(final int obeyedGeneration, final DurabilityLevel durability) {
        if (generation != NO_GENERATION && generation != obeyedGeneration) {
            guard.forgetWitnessed();
            restores++;
            owner.onRestored();
        }
        guard.isForced(durability == DurabilityLevel.FORCE);
        generation = obeyedGeneration;
    }

    private void attach(final OwnedSession session, final int sessionTimeoutMs) {
        epochConfirmed = true;
        session.attached(true);
        keepAliveIntervalNs = sessionTimeoutMs * 1_000_000L / KEEP_ALIVES_IN_TIMEOUT;
    }

    private void complete() {
        state = State.OPEN;
        backoffNs = context.backoffInitialNs();
        dropUnknown();
        sessions.choose(guard.epoch());
        listener.onConnected(guard.coordinatorId(), guard.epoch());
        owner.onOpen();
    }

    private void dropUnknown() {
        final List<OwnedSession> all = sessions.all();
        for (int i = all.size() - 1; i >= 0; i--) {
            final OwnedSession session = all.get(i);
            if (session.isUnknownToPeer()) {
                sessions.remove(session);
                listener.onSessionLost(session.sessionId());
                owner.onSessionGone(session);
            }
        }
    }

    private boolean refused(final Verdict verdict, final long offeredBy) {
        if (verdict == Verdict.FOREIGN) {
            listener.onEpochRefused("coordinator " + Long.toHexString(offeredBy) + " answered where "
                + Long.toHexString(guard.coordinatorId()) + " is expected; check the address");
            giveUp("another coordinator answered", context.refusedBackoffNs());
            return true;
        }
        if (verdict == Verdict.NOT_KEPT) {
            giveUp("the coordinator's epoch can't be kept", context.refusedBackoffNs());
            return true;
        }
        if (verdict == Verdict.REFUSE) {
            listener.onEpochRefused("coordinator " + Long.toHexString(offeredBy) + " shows epoch "
                + guard.offeredEpoch() + ", whose history does not contain epoch " + guard.epoch()
                + " as it is known here: its data directory was restored from a copy, or a copy of it is running");
            detach();
            publisher.epochRefused(guard);
            state = State.REFUSING;
            stateDeadlineNs = nowNs + context.handshakeTimeoutNs();
            owner.onClosed();
            return true;
        }
        return false;
    }

    private int giveUp(final String reason, final long pauseNs) {
        final boolean wasRefusing = state == State.REFUSING;
        detach();
        state = State.IDLE;
        retryAtNs = nowNs + pauseNs;
        listener.onDisconnected(reason);
        if (!wasRefusing) {
            owner.onClosed();
        }
        return 1;
    }

    private void detach() {
        outbox.reset();
        sessions.detachAll();
        step = Step.NONE;
        resuming = null;
        epochConfirmed = false;
    }

    private int keepAlive() {
        if (framesSent != outbox.framesSent()) {
            framesSent = outbox.framesSent();
            lastSentNs = nowNs;
        } else if (nowNs - lastSentNs >= keepAliveIntervalNs && !outbox.isBackedUp()) {
            publisher.keepAlive(0);
            lastSentNs = nowNs;
            return 1;
        }
        return 0;
    }

    private long nextBackoffNs() {
        final long pauseNs = backoffNs / 2 + (context.random().getAsLong() >>> 1) % (backoffNs / 2 + 1);
        backoffNs = Math.min(backoffNs * 2, context.backoffMaxNs());
        return pauseNs;
    }
}
