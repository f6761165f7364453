package io.dtm.core.coordinator;

import org.agrona.DirectBuffer;

/**
 * The coordinator: a state machine that knows no I/O, no clock and no thread. Events come in by
 * {@link CoordinatorInput} and everything that follows from them goes out by {@link CoordinatorOutput}, at most a
 * constant number of messages for each event. The same events give the same state and the same outputs.
 * <p>
 * Single-threaded: the coordinator stage, or recovery before that stage starts.
 */
public final class CommitCoordinator implements CoordinatorInput, CoordinatorClock {
    final CoordinatorState state;
    private final TwoPhaseCommit protocol;
    private final Sweeps sweeps;
    private final SessionEvents sessions;
    private final ParticipantEvents participants;
    private final SubmitEvents submits;
    private final InteractiveEvents interactive;
    private final JoinEvents joins;
    private final BranchEvents branches;
    private final OperatorEvents operators;

    /** @param output takes what follows from the events. */
    public CommitCoordinator(final CoordinatorOutput output) {
        this(new CoordinatorState(output));
    }

    CommitCoordinator(final CoordinatorState state) {
        this.state = state;
        final BranchMessages messages = new BranchMessages(state);
        final OutcomeMessages outcomes = new OutcomeMessages(state.output);
        final ResendTimers timers = new ResendTimers(state, messages);
        protocol = new TwoPhaseCommit(state, messages, outcomes, timers);
        sweeps = new Sweeps(state, protocol, messages, timers);
        final HistoryCheck history = new HistoryCheck(state);
        sessions = new SessionEvents(state, sweeps, history);
        participants = new ParticipantEvents(state, sweeps, history);
        final TransactionIds ids = new TransactionIds(state, protocol, outcomes);
        final BranchRoom room = new BranchRoom(state);
        submits = new SubmitEvents(state, protocol, outcomes, ids, room);
        interactive = new InteractiveEvents(state, protocol, outcomes, ids);
        joins = new JoinEvents(state, protocol, ids, room, interactive);
        branches = new BranchEvents(state, protocol, ids, messages);
        operators = new OperatorEvents(state, protocol);
    }

    /** Tells the whole state, between two frames. */
    public void writeTo(final CheckpointOutput checkpoint) {
        new CheckpointWriter(state, checkpoint).write();
    }

    /** @return a digest of the whole state, between two frames: equal for equal states. */
    public long digest() {
        final StateDigest digest = new StateDigest();
        writeTo(digest);
        return digest.value();
    }

    @Override
    public long nextWakeUpNs() {
        final Transaction first = state.timers.first();
        return first == null ? NO_WAKE_UP : state.toLogicalTime(first.timerNs);
    }

    @Override
    public boolean hasContinuation() {
        return sweeps.arePending();
    }

    /** @return number of transactions in flight. */
    public int transactionsInFlight() {
        return state.transactionById.size();
    }

    /** @return how many of them are in which state. Walks them all. */
    public TransactionCounts countTransactions() {
        final int[] counts = new int[Transaction.State.values().length];
        state.transactionById.forEachLong((id, transaction) -> counts[transaction.state.ordinal()]++);
        return new TransactionCounts(
            counts[Transaction.State.ACTIVE.ordinal()],
            counts[Transaction.State.PREPARING.ordinal()],
            counts[Transaction.State.DELEGATED.ordinal()],
            counts[Transaction.State.COMMITTING.ordinal()],
            counts[Transaction.State.ABORTING.ordinal()]);
    }

    @Override
    public void startFrame(final int linkId, final long timeNs) {
        state.startFrame(linkId, timeNs);
    }

    @Override
    public void settings(final CoordinatorSettings settings) {
        state.settings = settings;
    }

    @Override
    public void epochStarted(
        final long coordinatorId,
        final int epoch,
        final int generation,
        final long nonce,
        final long recoveredEnd,
        final long downtimeNs) {
        final boolean isRestored = generation > state.generation && state.epoch > 0;
        if ((isRestored ? epoch <= state.epoch : epoch != state.epoch + 1)
            || nonce == 0 || downtimeNs < 0 || generation < state.generation
            || (state.epoch > 0 && coordinatorId != state.coordinatorId)) {
            throw new IllegalArgumentException("epoch " + epoch + " of coordinator " + coordinatorId
                + " doesn't follow epoch " + state.epoch + " of coordinator " + state.coordinatorId);
        }
        state.coordinatorId = coordinatorId;
        if (isRestored) {
            state.restored(epoch, nonce);
            protocol.forgetUndecided();
        }
        state.epoch = epoch;
        if (generation > state.generation || state.generationEpoch == 0) {
            state.generationEpoch = epoch;
        }
        state.generation = generation;
        state.nonce = nonce;
        state.nonces.addLong(nonce);
        state.recoveredEnds.addLong(recoveredEnd);
        state.recoveredEnd = recoveredEnd;
        state.recoveryConfirmed = false;
        state.graceOver = false;
        state.storageRefused = false;
        state.addDowntime(downtimeNs);
        state.preparing.endWalk();
        sessions.epochStarted();
    }

    @Override
    public void decisionDoubted(final long transactionId) {
        protocol.forgetDoubted(transactionId);
    }

    @Override
    public void tick() {
        int messages = 0;
        for (Transaction first = state.timers.first();
            first != null && first.timerNs <= state.nowNs && messages < Sweeps.STEP_MESSAGES;
            first = state.timers.first()) {
            messages += 1 + first.branchCount;
            protocol.due(first);
        }
    }

    @Override
    public void continueSteps() {
        sweeps.step();
    }

    @Override
    public void graceEnded() {
        sessions.graceEnded();
    }

    @Override
    public void storageRefused() {
        state.storageRefused = true;
    }

    @Override
    public void storageAvailable() {
        state.storageRefused = false;
    }

    @Override
    public void sessionOpening(
        final long requestId,
        final long tokenHigh,
        final long tokenLow,
        final int knownEpoch,
        final long knownNonce,
        final long witnessedOf,
        final int witnessedEpoch,
        final long witnessedPosition,
        final DirectBuffer principal,
        final int principalOffset,
        final int principalLength) {
        sessions.opening(
            requestId, tokenHigh, tokenLow, knownEpoch, knownNonce, witnessedOf, witnessedEpoch, witnessedPosition,
            principal, principalOffset, principalLength);
    }

    @Override
    public void sessionResuming(
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
        final int principalOffset,
        final int principalLength) {
        sessions.resuming(
            requestId, sessionId, tokenHigh, tokenLow, knownEpoch, knownNonce,
            witnessedOf, witnessedEpoch, witnessedPosition,
            principal, principalOffset, principalLength);
    }

    @Override
    public void sessionClose(final int sessionId) {
        sessions.close(sessionId);
    }

    @Override
    public void linkLost(final int reason) {
        sessions.linkLost(reason);
    }

    @Override
    public void register(
        final long requestId,
        final int sessionId,
        final long incarnation,
        final int capabilities,
        final int knownEpoch,
        final long knownNonce,
        final DirectBuffer names,
        final int resourceNameOffset,
        final int resourceNameLength,
        final int instanceNameOffset,
        final int instanceNameLength) {
        participants.register(
            requestId, sessionId, incarnation, capabilities, knownEpoch, knownNonce,
            SessionEvents.copy(names, resourceNameOffset, resourceNameLength),
            SessionEvents.copy(names, instanceNameOffset, instanceNameLength));
    }

    @Override
    public void unregister(final int resourceId, final long incarnation) {
        participants.unregister(resourceId, incarnation);
    }

    @Override
    public void lookup(final long requestId, final DirectBuffer name, final int offset, final int length) {
        participants.lookup(requestId, name, offset, length);
    }

    @Override
    public void epochRefused(
        final int knownEpoch, final long knownNonce, final int offeredEpoch, final long offeredNonce) {
        participants.epochRefused(knownEpoch, knownNonce, offeredEpoch, offeredNonce);
    }

    @Override
    public void submitStart(
        final long transactionId, final int timeoutMs, final int acknowledge, final int branchCount) {
        submits.start(transactionId, timeoutMs, acknowledge, branchCount);
    }

    @Override
    public void submitBranch(
        final int branchId, final int resourceId, final DirectBuffer payload, final int offset, final int length) {
        submits.branch(branchId, resourceId, payload, offset, length);
    }

    @Override
    public void submitEnd() {
        submits.end();
    }

    @Override
    public void begin(final long transactionId, final int timeoutMs, final long joinToken) {
        interactive.begin(transactionId, timeoutMs, joinToken);
    }

    @Override
    public void enlist(
        final long transactionId,
        final int branchId,
        final int resourceId,
        final long incarnation,
        final long joinToken,
        final int epoch,
        final DirectBuffer payload,
        final int offset,
        final int length) {
        joins.enlist(
            transactionId, branchId, resourceId, incarnation, joinToken, epoch, payload, offset, length);
    }

    @Override
    public void commitStart(final long transactionId, final int acknowledge, final int expectedCount) {
        interactive.commitStart(transactionId, acknowledge);
    }

    @Override
    public void commitExpects(final int branchId) {
        interactive.commitExpects(branchId);
    }

    @Override
    public void commitEnd() {
        interactive.commitEnd();
    }

    @Override
    public void rollback(final long transactionId, final int acknowledge) {
        interactive.rollback(transactionId, acknowledge);
    }

    @Override
    public void inquire(final long transactionId, final int acknowledge) {
        interactive.inquire(transactionId, acknowledge);
    }

    @Override
    public void vote(
        final int resourceId,
        final int epoch,
        final int enlistEpoch,
        final long transactionId,
        final int branchId,
        final int vote,
        final DirectBuffer text,
        final int textOffset,
        final int textLength) {
        branches.vote(resourceId, epoch, enlistEpoch, transactionId, branchId, vote, text, textOffset, textLength);
    }

    @Override
    public void acknowledge(
        final int resourceId,
        final int epoch,
        final long transactionId,
        final int branchId,
        final int decision,
        final int result) {
        branches.acknowledge(resourceId, transactionId, branchId, decision, result);
    }

    @Override
    public void onePhaseResult(
        final int resourceId,
        final int epoch,
        final long transactionId,
        final int branchId,
        final int result,
        final DirectBuffer text,
        final int textOffset,
        final int textLength) {
        branches.onePhaseResult(resourceId, transactionId, branchId, result, text, textOffset, textLength);
    }

    @Override
    public void inDoubt(
        final long coordinatorId,
        final int resourceId,
        final long transactionId,
        final int branchId,
        final int enlistEpoch,
        final long position) {
        branches.inDoubt(coordinatorId, resourceId, transactionId, branchId, enlistEpoch, position);
    }

    @Override
    public void operatorRollback(final long requestId, final long transactionId) {
        operators.rollback(requestId, transactionId);
    }

    @Override
    public void operatorSettle(
        final long requestId, final long transactionId, final int branchId, final int decision) {
        operators.settle(requestId, transactionId, branchId, decision);
    }

    @Override
    public void operatorPurge(final long requestId, final long transactionId, final int branchId) {
        operators.purge(requestId, transactionId, branchId);
    }

    @Override
    public void operatorConfirmRecovered(final long requestId) {
        operators.confirmRecovered(requestId);
    }
}
