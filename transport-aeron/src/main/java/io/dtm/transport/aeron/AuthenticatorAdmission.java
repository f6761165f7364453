package io.dtm.transport.aeron;

import io.aeron.security.Authenticator;
import io.aeron.security.AuthorisationService;
import io.aeron.security.SessionProxy;
import io.dtm.codec.Templates;
import io.dtm.core.ingress.Admission;
import org.agrona.ErrorHandler;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.concurrent.NanoClock;

/**
 * Aeron's {@link Authenticator} and {@link AuthorisationService} behind the coordinator's port. Ingress agent only.
 * <p>
 * A link that is being authenticated has a time limit for each step, and there is a limit to how many there are at a
 * time, apart from those that are in. What an authenticator throws counts as a refusal. A link has one principal: a
 * second session on it is refused unless it is the same one's.
 */
public final class AuthenticatorAdmission implements Admission {
    /** Greatest length of a principal in bytes. */
    public static final int MAX_PRINCIPAL_LENGTH = 255;
    private static final byte[] NOTHING = new byte[0];

    private enum State {
        CONNECTING,
        CHALLENGED,
        RESPONDED,
        ADMITTED,
        REFUSED
    }

    private final Authenticator authenticator;
    private final AuthorisationService authorisationService;
    private final long timeoutNs;
    private final int maxUnauthenticated;
    private final NanoClock nanoClock;
    private final ErrorHandler errorHandler;
    private final Int2ObjectHashMap<Candidate> candidates = new Int2ObjectHashMap<>();
    private int unauthenticatedCount;

    /**
     * @param authenticator        says who a peer is.
     * @param authorisationService says what it may do.
     * @param timeoutNs            for each step of a peer's authentication.
     * @param maxUnauthenticated   greatest number of peers being authenticated at a time.
     * @param nanoClock            for the time limits.
     * @param errorHandler         takes what the two throw.
     */
    public AuthenticatorAdmission(
        final Authenticator authenticator,
        final AuthorisationService authorisationService,
        final long timeoutNs,
        final int maxUnauthenticated,
        final NanoClock nanoClock,
        final ErrorHandler errorHandler) {
        this.authenticator = authenticator;
        this.authorisationService = authorisationService;
        this.timeoutNs = timeoutNs;
        this.maxUnauthenticated = maxUnauthenticated;
        this.nanoClock = nanoClock;
        this.errorHandler = errorHandler;
    }

    @Override
    public Verdict connect(final int linkId, final byte[] credentials, final long nowMs) {
        Candidate candidate = candidates.get(linkId);
        if (null != candidate && candidate.isUnderWay()) {
            // a peer that asks again instead of answering gets no second time limit
            return refuse(candidate);
        }
        if (unauthenticatedCount >= maxUnauthenticated) {
            return Verdict.REFUSED;
        }
        if (null == candidate) {
            candidate = new Candidate(linkId);
            candidates.put(linkId, candidate);
        }
        ++unauthenticatedCount;
        candidate.enter(State.CONNECTING, nanoClock.nanoTime() + timeoutNs);
        try {
            authenticator.onConnectRequest(linkId, credentials, nowMs);
        } catch (final Exception ex) {
            return failed(candidate, ex);
        }
        return poll(candidate, nowMs);
    }

    @Override
    public Verdict respond(final int linkId, final byte[] credentials, final long nowMs) {
        final Candidate candidate = candidates.get(linkId);
        if (null == candidate || State.CHALLENGED != candidate.state) {
            return null == candidate ? Verdict.REFUSED : refuse(candidate);
        }
        if (candidate.isOverdue(nanoClock.nanoTime())) {
            return refuse(candidate);
        }
        candidate.enter(State.RESPONDED, nanoClock.nanoTime() + timeoutNs);
        try {
            authenticator.onChallengeResponse(linkId, credentials, nowMs);
        } catch (final Exception ex) {
            return failed(candidate, ex);
        }
        return poll(candidate, nowMs);
    }

    @Override
    public Verdict poll(final int linkId, final long nowMs) {
        final Candidate candidate = candidates.get(linkId);
        return null == candidate ? Verdict.REFUSED : poll(candidate, nowMs);
    }

    private Verdict poll(final Candidate candidate, final long nowMs) {
        if (candidate.isUnderWay()) {
            if (candidate.isOverdue(nanoClock.nanoTime())) {
                return refuse(candidate);
            }
            try {
                if (State.CONNECTING == candidate.state) {
                    authenticator.onConnectedSession(candidate, nowMs);
                } else {
                    authenticator.onChallengedSession(candidate, nowMs);
                }
            } catch (final Exception ex) {
                return failed(candidate, ex);
            }
        }
        return candidate.verdict();
    }

    @Override
    public byte[] challenge(final int linkId) {
        final Candidate candidate = candidates.get(linkId);
        return null == candidate ? NOTHING : candidate.challenge;
    }

    @Override
    public byte[] principal(final int linkId) {
        final Candidate candidate = candidates.get(linkId);
        return null == candidate || null == candidate.principal ? NOTHING : candidate.principal;
    }

    @Override
    public boolean mayAct(final int linkId, final int templateId) {
        final Candidate candidate = candidates.get(linkId);
        if (null == candidate || null == candidate.principal) {
            return false;
        }
        try {
            return authorisationService.isAuthorised(Templates.SCHEMA_ID, templateId, null, candidate.principal);
        } catch (final Exception ex) {
            errorHandler.onError(ex);
            return false;
        }
    }

    @Override
    public void forget(final int linkId) {
        final Candidate candidate = candidates.remove(linkId);
        if (null != candidate && candidate.isUnderWay()) {
            --unauthenticatedCount;
        }
    }

    /** @return links being authenticated now. */
    public int unauthenticatedCount() {
        return unauthenticatedCount;
    }

    private Verdict failed(final Candidate candidate, final Exception ex) {
        errorHandler.onError(ex);
        return refuse(candidate);
    }

    private Verdict refuse(final Candidate candidate) {
        candidate.reject();
        return Verdict.REFUSED;
    }

    /** One link, and what an authenticator is given of it. */
    private final class Candidate implements SessionProxy {
        private final int linkId;
        private State state = State.REFUSED;
        private long deadlineNs;
        private byte[] challenge = NOTHING;
        /** Of the last admission over this link; null: none yet. */
        private byte[] principal;

        Candidate(final int linkId) {
            this.linkId = linkId;
        }

        void enter(final State newState, final long newDeadlineNs) {
            state = newState;
            deadlineNs = newDeadlineNs;
        }

        boolean isUnderWay() {
            return State.ADMITTED != state && State.REFUSED != state;
        }

        boolean isOverdue(final long nowNs) {
            return nowNs - deadlineNs > 0;
        }

        Verdict verdict() {
            switch (state) {
                case ADMITTED:
                    return Verdict.ADMITTED;
                case CHALLENGED:
                    return Verdict.CHALLENGED;
                case REFUSED:
                    return Verdict.REFUSED;
                default:
                    return Verdict.PENDING;
            }
        }

        private void finish(final State end) {
            if (isUnderWay()) {
                --unauthenticatedCount;
                state = end;
                challenge = NOTHING;
            }
        }

        @Override
        public long sessionId() {
            return linkId;
        }

        @Override
        public boolean challenge(final byte[] encodedChallenge) {
            if (!isUnderWay()) {
                return false;
            }
            if (State.CHALLENGED != state) {
                enter(State.CHALLENGED, nanoClock.nanoTime() + timeoutNs);
            }
            challenge = encodedChallenge;
            return true;
        }

        @Override
        public boolean authenticate(final byte[] encodedPrincipal) {
            final byte[] admitted = null == encodedPrincipal ? NOTHING : encodedPrincipal;
            final boolean isOther = null != principal && !java.util.Arrays.equals(principal, admitted);
            if (!isUnderWay() || isOther || admitted.length > MAX_PRINCIPAL_LENGTH) {
                finish(State.REFUSED);
                return false;
            }
            principal = admitted;
            finish(State.ADMITTED);
            return true;
        }

        @Override
        public void reject() {
            finish(State.REFUSED);
        }
    }
}
