package io.dtm.session;

import io.dtm.client.Refusal;
import io.dtm.codec.message.RegisteredDecoder;
import io.dtm.participant.BranchId;
import io.dtm.participant.Participant;

/**
 * One resource of this process at one coordinator: registers it over each new link, and holds together its repeat
 * table, its joins and its scan for branches in doubt. Duty cycle's thread.
 */
final class ResourceSession {
    private static final int UNKNOWN = -1;
    private static final int FENCE_ROUNDS = 2;

    private final ResourceRegistration registration;
    private final RegistrationListener listener;
    private final SessionContext context;
    private final Connection connection;
    private final EpochGuard guard;
    private final OwnedSessions sessions;
    private final ParticipantPublisher publisher;
    private final TransactionPublisher transactionPublisher;
    private final BranchTable table;
    private final Branches branches;
    private final Joins joins;
    private final InDoubtScan scan;
    private int resourceId = UNKNOWN;
    private boolean isRegistered;
    private long requestId;
    private long registerAtNs;
    private long nowNs;
    private long fenceRequestId;
    private long fencedUpTo;
    private int fenceRounds;
    private long fenceNotBeforeNs;

    ResourceSession(
        final ResourceRegistration registration,
        final RegistrationListener listener,
        final SessionContext context,
        final Connection connection,
        final EpochGuard guard,
        final OwnedSessions sessions,
        final Outbox outbox,
        final CompletionQueue completions) {
        this.registration = registration;
        this.listener = listener;
        this.context = context;
        this.connection = connection;
        this.guard = guard;
        this.sessions = sessions;
        this.publisher = new ParticipantPublisher(outbox);
        this.transactionPublisher = new TransactionPublisher(outbox);
        this.table = new BranchTable(context.maxBranches(), context.rememberedBranches());
        this.branches = new Branches(
            this, registration.participant(), table, completions, publisher, context.userCode());
        this.joins = new Joins(this, branches, table, guard, transactionPublisher);
        this.scan = new InDoubtScan(this, table, completions, guard, publisher, context);
    }

    ResourceRegistration registration() {
        return registration;
    }

    Participant participant() {
        return registration.participant();
    }

    long incarnation() {
        return registration.incarnation();
    }

    /** At this coordinator; -1 as long as it isn't known. */
    int resourceId() {
        return resourceId;
    }

    boolean isRegistered() {
        return isRegistered;
    }

    /** Whether what was asked in an epoch may be answered now. */
    boolean mayAnswer(final int epoch) {
        return isRegistered && epoch == guard.epoch();
    }

    long scansStarted() {
        return scan.started();
    }

    Branches branches() {
        return branches;
    }

    Joins joins() {
        return joins;
    }

    BranchTable table() {
        return table;
    }

    void wantScan() {
        scan.want();
    }

    BranchId branchId(final long transactionId, final int branchId, final int enlistEpoch) {
        return new BranchId(guard.coordinatorId(), transactionId, branchId, enlistEpoch);
    }

    /** The coordinator's directory was restored: the id may be another resource's, until it is registered again. */
    void onRestored() {
        resourceId = UNKNOWN;
        table.onRestored();
    }

    void onOpen() {
        register();
    }

    void onClosed() {
        if (isRegistered) {
            isRegistered = false;
            listener.onUnregistered();
        }
        requestId = 0;
        fenceRequestId = 0;
        table.linkLost();
    }

    /** @return whether the answer was for this resource. */
    boolean onRegistered(final RegisteredDecoder registered) {
        if (requestId == 0 || registered.requestId() != requestId) {
            return false;
        }
        requestId = 0;
        if (!guard.isObeyed(registered.coordinatorId(), registered.epoch(), registered.nonce())) {
            connection.onEpochContradicted(registered.epoch());
            return true;
        }
        resourceId = registered.resourceId();
        isRegistered = true;
        listener.onRegistered(guard.coordinatorId(), resourceId, guard.epoch());
        branches.resendAnswers(guard.epoch());
        joins.onRegistered();
        scan.want();
        return true;
    }

    /**
     * @param refusedResourceId whose registration is over, if none was asked for.
     * @return whether the refusal was for this resource.
     */
    boolean onRegisterRejected(
        final long refusedRequestId, final int refusedResourceId, final Refusal refusal, final String text) {
        if (refusedRequestId == 0 && isRegistered && refusedResourceId == resourceId) {
            // Another process has taken this one's place: nothing more comes.
            isRegistered = false;
            listener.onUnregistered();
        } else if (requestId == 0 || refusedRequestId != requestId) {
            return false;
        }
        requestId = 0;
        registerAtNs = nowNs + context.refusedBackoffNs();
        context.listener().onRefused(refusal, text);
        listener.onRefused(refusal, text);
        return true;
    }

    /** Not even a session is to be had. */
    void onRefused(final Refusal refusal, final String text) {
        listener.onRefused(refusal, text);
    }

    /** @return whether the answer was for this resource. */
    boolean onFound(final long answeredRequestId) {
        if (fenceRequestId == 0 || answeredRequestId != fenceRequestId) {
            return false;
        }
        // A second round: the answer may have gone out with a session of this link that overtakes ours once.
        fenceRounds++;
        if (fenceRounds < FENCE_ROUNDS) {
            askForFence();
        } else {
            fenceRequestId = 0;
            if (!table.fence(fencedUpTo)) {
                fenceNotBeforeNs = nowNs + context.scanIntervalNs();
            }
        }
        return true;
    }

    int doWork(final long now) {
        nowNs = now;
        int work = joins.doWork(now);
        if (isRegistered) {
            work += scan.doWork(now);
            if (table.needsFence() && fenceRequestId == 0 && now - fenceNotBeforeNs >= 0) {
                fencedUpTo = table.sentSequence();
                fenceRounds = 0;
                askForFence();
                work++;
            }
        } else if (connection.isOpen() && sessions.registrar() != null && now - registerAtNs >= 0) {
            register();
            work++;
        }
        return work;
    }

    void unregister() {
        if (isRegistered) {
            publisher.unregister(resourceId, registration.incarnation());
        }
        joins.close();
    }

    private void register() {
        registerAtNs = nowNs + context.handshakeTimeoutNs();
        requestId = connection.nextRequestId();
        try {
            publisher.register(requestId, sessions.registrar().sessionId(), registration, guard);
        } catch (final Throwable ex) {
            // The participant was asked what it is capable of; the others go on.
            requestId = 0;
            context.userCode().threw(registration.resourceName() + " could not be registered; it is tried again", ex);
        }
    }

    private void askForFence() {
        fenceRequestId = connection.nextRequestId();
        transactionPublisher.lookup(fenceRequestId, registration.encodedResourceName());
    }
}
