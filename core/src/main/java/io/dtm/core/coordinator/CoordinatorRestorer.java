package io.dtm.core.coordinator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.collections.LongHashSet;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes a coordinator from the items of a checkpoint: it then behaves, and would be written, as the one that they came
 * from. Items that don't fit together are refused by an exception.
 */
public final class CoordinatorRestorer implements CheckpointOutput {
    private final CoordinatorState state;
    private final CommitCoordinator coordinator;
    private final List<Transaction> placed = new ArrayList<>();
    private final List<Branch> listed = new ArrayList<>();
    private final LongHashSet swept = new LongHashSet();
    private UnsafeBuffer payloadBytes = new UnsafeBuffer(new byte[1024]);
    private boolean walksPreparing;
    private long preparingWalkOrdinal;
    private long[] sweptBranchOrdinals = new long[16];
    private Transaction transaction;
    private boolean complete;

    /** @param output of the new coordinator; nothing is called while it is restored. */
    public CoordinatorRestorer(final CoordinatorOutput output) {
        state = new CoordinatorState(output);
        coordinator = new CommitCoordinator(state);
    }

    /**
     * @return the coordinator.
     * @throws IllegalStateException before {@link #end()}.
     */
    public CommitCoordinator coordinator() {
        require(complete, "the checkpoint has no end");
        return coordinator;
    }

    @Override
    public void coordinator(
        final long coordinatorId,
        final int epoch,
        final int generation,
        final int generationEpoch,
        final long recoveredEnd,
        final long nowNs,
        final long downtimeNs,
        final int lastSessionId,
        final long lastOrdinal,
        final long walkOrdinal,
        final int flags) {
        state.coordinatorId = coordinatorId;
        state.epoch = epoch;
        state.generation = generation;
        state.generationEpoch = generationEpoch;
        state.recoveredEnd = recoveredEnd;
        state.restore(nowNs, downtimeNs, lastOrdinal);
        state.lastSessionId = lastSessionId;
        preparingWalkOrdinal = walkOrdinal;
        state.recoveryConfirmed = (flags & CoordinatorFlag.RECOVERY_CONFIRMED) != 0;
        state.graceOver = (flags & CoordinatorFlag.GRACE_OVER) != 0;
        state.storageRefused = (flags & CoordinatorFlag.STORAGE_REFUSED) != 0;
        walksPreparing = (flags & CoordinatorFlag.WALKS_PREPARING) != 0;
    }

    @Override
    public void settings(final CoordinatorSettings settings) {
        state.settings = settings;
    }

    @Override
    public void nonce(final int epoch, final long nonce, final long recoveredEnd) {
        require(epoch == state.generationEpoch + state.nonces.size(), "nonces are not in order");
        state.nonces.addLong(nonce);
        state.recoveredEnds.addLong(recoveredEnd);
        state.nonce = nonce;
    }

    @Override
    public void session(
        final int sessionId,
        final long tokenHigh,
        final long tokenLow,
        final int openedInEpoch,
        final int seenInEpoch,
        final int linkId,
        final long highestCounter,
        final long sweptTransactionId,
        final long retiredOrdinal,
        final long retiredNs,
        final int flags,
        final DirectBuffer principal,
        final int offset,
        final int length) {
        require(sessionId <= state.lastSessionId, "a session that was never opened");
        final Session session = new Session(
            sessionId, tokenHigh, tokenLow, openedInEpoch, SessionEvents.copy(principal, offset, length));
        session.seenInEpoch = seenInEpoch;
        session.linkId = linkId;
        session.highestCounter = highestCounter;
        if (sweptTransactionId != 0) {
            swept.add(sweptTransactionId);
        }
        session.retiredOrdinal = retiredOrdinal;
        session.retiredNs = retiredNs;
        session.ended = (flags & SessionFlag.ENDED) != 0;
        session.sweeping = (flags & SessionFlag.SWEEPING) != 0;
        state.sweepingSessions += session.sweeping ? 1 : 0;
        state.add(session);
    }

    @Override
    public void resource(
        final int resourceId,
        final int connectedEpoch,
        final int pass,
        final long sweptBranchOrdinal,
        final DirectBuffer name,
        final int nameOffset,
        final int nameLength,
        final DirectBuffer principal,
        final int principalOffset,
        final int principalLength) {
        require(resourceId == state.resources.size() + 1, "resources are not in order");
        final Resource resource = new Resource(
            resourceId,
            SessionEvents.copy(name, nameOffset, nameLength),
            SessionEvents.copy(principal, principalOffset, principalLength));
        resource.connectedEpoch = connectedEpoch;
        resource.pass = Resource.Pass.values()[pass];
        state.resources.add(resource);
        if (sweptBranchOrdinals.length <= resourceId) {
            sweptBranchOrdinals = Arrays.copyOf(sweptBranchOrdinals, resourceId * 2);
        }
        sweptBranchOrdinals[resourceId] = sweptBranchOrdinal;
        state.sweepingResources += resource.pass == Resource.Pass.NONE ? 0 : 1;
    }

    @Override
    public void instance(
        final int resourceId,
        final int index,
        final long incarnation,
        final int capabilities,
        final int sessionId,
        final int readyLink,
        final DirectBuffer name,
        final int offset,
        final int length) {
        final Resource resource = resourceOf(resourceId);
        require(index == resource.instances.size(), "instances are not in order");
        final Instance instance = new Instance(resource, SessionEvents.copy(name, offset, length));
        instance.incarnation = incarnation;
        if (sessionId != 0) {
            instance.arrive(sessionOf(sessionId), capabilities);
        }
        instance.capabilities = capabilities;
        instance.readyLink = readyLink;
        resource.instances.add(instance);
    }

    @Override
    public void formerIncarnation(final int resourceId, final int index, final long incarnation) {
        final Instance instance = resourceOf(resourceId).instances.get(index);
        instance.former = Arrays.copyOf(instance.former, instance.former.length + 1);
        instance.former[instance.former.length - 1] = incarnation;
    }

    @Override
    public void transaction(
        final long transactionId,
        final int stateCode,
        final int beginEpoch,
        final long deadlineNs,
        final long joinToken,
        final int wantedStage,
        final int reason,
        final int causeBranchId,
        final int resends,
        final long giveUpNs,
        final long timerNs,
        final long ordinal,
        final int flags,
        final DirectBuffer text,
        final int offset,
        final int length) {
        final Session session = sessionOf(CoordinatorState.sessionIdOf(transactionId));
        final long highestCounter = session.highestCounter;
        require(CoordinatorState.counterOf(transactionId) <= highestCounter, "a transaction that was never begun");
        transaction = state.newTransaction(transactionId, session, (flags & TransactionFlag.INTERACTIVE) != 0);
        state.admit(transaction);
        session.highestCounter = highestCounter;
        transaction.state = Transaction.State.of(stateCode);
        transaction.beginEpoch = beginEpoch;
        transaction.deadlineNs = deadlineNs;
        transaction.joinToken = joinToken;
        transaction.wantedStage = wantedStage;
        transaction.reason = reason;
        transaction.causeBranchId = causeBranchId;
        transaction.resends = resends;
        transaction.giveUpNs = giveUpNs;
        transaction.told = (flags & TransactionFlag.TOLD) != 0;
        transaction.commitRequested = (flags & TransactionFlag.COMMIT_REQUESTED) != 0;
        transaction.mixed = (flags & TransactionFlag.MIXED) != 0;
        transaction.keepText(text, offset, length);
        if (timerNs != NO_TIMER) {
            state.timers.schedule(transaction, timerNs);
        }
        if (swept.contains(transactionId)) {
            session.cursor = transaction;
        }
        if (ordinal != 0) {
            transaction.ordinal = ordinal;
            placed.add(transaction);
        }
    }

    @Override
    public void expectedBranch(final long transactionId, final int branchId) {
        of(transactionId).addMissing(branchId);
    }

    @Override
    public void branch(
        final long transactionId,
        final int branchId,
        final int stateCode,
        final int resourceId,
        final int instanceIndex,
        final long incarnation,
        final int enlistEpoch,
        final int voteEpoch,
        final int vote,
        final int settledBy,
        final long ordinal,
        final long sentOver,
        final int flags) {
        final Branch branch = of(transactionId).addBranch();
        branch.branchId = branchId;
        branch.state = Branch.State.of(stateCode);
        branch.resource = resourceOf(resourceId);
        branch.instance = instanceOf(branch.resource, instanceIndex);
        branch.incarnation = incarnation;
        branch.enlistEpoch = enlistEpoch;
        branch.voteEpoch = voteEpoch;
        branch.vote = vote;
        branch.settledBy = settledBy;
        branch.sentOver = sentOver;
        branch.boundLate = (flags & BranchFlag.BOUND_LATE) != 0;
        if (transaction.state == Transaction.State.PREPARING && branch.state == Branch.State.ASKED) {
            transaction.votesOutstanding++;
        } else if (transaction.isDecided() && branch.state != Branch.State.DONE) {
            transaction.acksOutstanding++;
        }
        require((ordinal != 0) == (branch.state != Branch.State.DONE), "an unfinished branch without a place");
        if (ordinal != 0) {
            branch.ordinal = ordinal;
            listed.add(branch);
        }
    }

    @Override
    public void payload(final long transactionId, final int branchId, final PayloadReader payload) {
        final Branch branch = of(transactionId).branch(branchId);
        if (payloadBytes.capacity() < payload.length()) {
            payloadBytes = new UnsafeBuffer(new byte[payload.length()]);
        }
        payload.copyTo(payloadBytes, 0);
        branch.payloadBlock = state.payloads.put(payloadBytes, 0, payload.length());
        branch.payloadLength = payload.length();
        transaction.payloadBytes += payload.length();
    }

    @Override
    public void retainedOutcome(
        final long transactionId,
        final int outcome,
        final int reason,
        final int flags,
        final int branchId,
        final long timeNs) {
        state.retained.add(
            transactionId, RetainedOutcomes.pack(outcome, reason, flags, branchId), timeNs,
            Integer.MAX_VALUE, Long.MAX_VALUE);
    }

    @Override
    public void end() {
        placed.sort(Comparator.comparingLong(one -> one.ordinal));
        Transaction walked = null;
        for (final Transaction one : placed) {
            (one.state == Transaction.State.ACTIVE ? state.active : state.preparing).append(one, one.ordinal);
            if (one.ordinal == preparingWalkOrdinal) {
                walked = one;
            }
        }
        if (walksPreparing) {
            state.preparing.resumeWalk(walked);
        }
        listed.sort(Comparator.comparingLong(one -> one.ordinal));
        for (final Branch one : listed) {
            one.resource.append(one, one.ordinal);
        }
        placeCursors();
        state.restoreRetired();
        complete = true;
    }

    /** Appending moves a cursor that stands at the end, so they are set last. */
    private void placeCursors() {
        for (final Resource resource : state.resources) {
            resource.cursor = null;
        }
        for (final Branch one : listed) {
            if (one.ordinal == sweptBranchOrdinals[one.resource.id]) {
                one.resource.cursor = one;
            }
        }
    }

    private Transaction of(final long transactionId) {
        require(transaction != null && transaction.id == transactionId, "an item of no transaction");
        return transaction;
    }

    private Session sessionOf(final int sessionId) {
        final Session session = state.session(sessionId);
        require(session != null, "no session " + sessionId);
        return session;
    }

    private Resource resourceOf(final int resourceId) {
        final Resource resource = state.resource(resourceId);
        require(resource != null, "no resource " + resourceId);
        return resource;
    }

    private static Instance instanceOf(final Resource resource, final int index) {
        return switch (index) {
            case NO_INSTANCE -> null;
            case FORMER_INSTANCE -> new Instance(resource, new byte[0]);
            default -> resource.instances.get(index);
        };
    }

    private static void require(final boolean holds, final String otherwise) {
        if (!holds) {
            throw new IllegalStateException("the checkpoint doesn't fit together: " + otherwise);
        }
    }
}
