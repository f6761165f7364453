package io.dtm.core.fake;

import io.dtm.core.coordinator.CoordinatorClock;
import io.dtm.core.coordinator.CoordinatorInput;
import io.dtm.core.coordinator.CoordinatorOutput;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.coordinator.PayloadReader;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * As much of a coordinator as the pipeline needs: session n is attached to link n; a submit causes a PREPARE, a vote a
 * decision and an outcome, all to the session of the link. Counts, and allocates nothing. Throws when it is told to.
 */
public class FakeCoordinator implements CoordinatorInput, CoordinatorClock {
    private static final UnsafeBuffer NO_TEXT = new UnsafeBuffer(new byte[0]);
    private static final int COMMIT = 1;
    private static final int DECIDED = 2;
    private static final int COMMITTED = 2;
    private static final int NONE = 0xFFFF;

    private final CoordinatorOutput output;
    private final Payload payload = new Payload();
    private int linkId;
    private long nowNs;
    private volatile long events;
    private volatile int epoch;
    private long nextWakeUpNs = NO_WAKE_UP;
    private int steps;
    private Error failure;
    private long failureTransactionId = -1;
    private String haltReason;

    public FakeCoordinator(final CoordinatorOutput output) {
        this.output = output;
    }

    /** The event of this transaction throws. */
    public void failAt(final long transactionId, final Error toThrow) {
        failureTransactionId = transactionId;
        failure = toThrow;
    }

    /** The next event halts. */
    public void haltBecause(final String reason) {
        haltReason = reason;
    }

    /** Wants so many continue events, one after the other. */
    public void wantSteps(final int count) {
        steps = count;
    }

    /** Number of events so far. Any thread. */
    public long events() {
        return events;
    }

    /** The epoch. Any thread. */
    public int epoch() {
        return epoch;
    }

    public long nowNs() {
        return nowNs;
    }

    public void nextWakeUpNs(final long value) {
        nextWakeUpNs = value;
    }

    @Override
    public long nextWakeUpNs() {
        return nextWakeUpNs;
    }

    @Override
    public boolean hasContinuation() {
        return steps > 0;
    }

    @Override
    public void startFrame(final int ofLinkId, final long timeNs) {
        linkId = ofLinkId;
        nowNs = timeNs;
    }

    @Override
    public void settings(final CoordinatorSettings settings) {
        count();
    }

    @Override
    public void epochStarted(
        final long coordinatorId,
        final int startedEpoch,
        final int generation,
        final long nonce,
        final long recoveredEnd,
        final long downtimeNs) {
        epoch = startedEpoch;
        count();
    }

    @Override
    public void decisionDoubted(final long transactionId) {
        count();
    }

    @Override
    public void tick() {
        nextWakeUpNs = NO_WAKE_UP;
        count();
    }

    @Override
    public void continueSteps() {
        steps = Math.max(0, steps - 1);
        count();
    }

    @Override
    public void graceEnded() {
        count();
    }

    @Override
    public void storageRefused() {
        count();
    }

    @Override
    public void storageAvailable() {
        count();
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
        output.sessionAttached(linkId, linkId);
        output.sessionOpened(linkId, requestId, tokenHigh, tokenLow, 0);
        count();
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
        output.sessionAttached(sessionId, linkId);
        output.sessionResumed(sessionId, requestId, 1, 0);
        count();
    }

    @Override
    public void sessionClose(final int sessionId) {
        output.sessionClosed(sessionId, 1);
        output.sessionAttached(sessionId, 0);
        count();
    }

    @Override
    public void linkLost(final int reason) {
        output.sessionClosed(linkId, reason);
        output.sessionAttached(linkId, 0);
        count();
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
        output.registered(sessionId, requestId, 4, 0);
        count();
    }

    @Override
    public void unregister(final int resourceId, final long incarnation) {
        count();
    }

    @Override
    public void lookup(final long requestId, final DirectBuffer name, final int offset, final int length) {
        output.found(linkId, requestId, 4);
        count();
    }

    @Override
    public void epochRefused(
        final int knownEpoch, final long knownNonce, final int offeredEpoch, final long offeredNonce) {
        output.halt("another history");
        count();
    }

    @Override
    public void submitStart(
        final long transactionId, final int timeoutMs, final int acknowledge, final int branchCount) {
        output.prepare(linkId, true, 4, 77, transactionId, 0, epoch, payload);
        if (transactionId == failureTransactionId) {
            throw failure;
        }
    }

    @Override
    public void submitBranch(
        final int branchId, final int resourceId, final DirectBuffer bytes, final int offset, final int length) {
        // One branch is as good as any number here.
    }

    @Override
    public void submitEnd() {
        count();
    }

    @Override
    public void begin(final long transactionId, final int timeoutMs, final long joinToken) {
        count();
    }

    @Override
    public void enlist(
        final long transactionId,
        final int branchId,
        final int resourceId,
        final long incarnation,
        final long joinToken,
        final int ofEpoch,
        final DirectBuffer bytes,
        final int offset,
        final int length) {
        output.joined(linkId, transactionId, branchId);
        count();
    }

    @Override
    public void commitStart(final long transactionId, final int acknowledge, final int expectedCount) {
        count();
    }

    @Override
    public void commitExpects(final int branchId) {
        // Nothing to do.
    }

    @Override
    public void commitEnd() {
        // Nothing to do.
    }

    @Override
    public void rollback(final long transactionId, final int acknowledge) {
        count();
    }

    @Override
    public void inquire(final long transactionId, final int acknowledge) {
        count();
    }

    @Override
    public void vote(
        final int resourceId,
        final int ofEpoch,
        final int enlistEpoch,
        final long transactionId,
        final int branchId,
        final int vote,
        final DirectBuffer text,
        final int textOffset,
        final int textLength) {
        output.decision(linkId, resourceId, transactionId, branchId, enlistEpoch, COMMIT, 1);
        output.outcome(linkId, false, transactionId, DECIDED, COMMITTED, 0, 0, NONE, NO_TEXT, 0, 0);
        count();
    }

    @Override
    public void acknowledge(
        final int resourceId,
        final int ofEpoch,
        final long transactionId,
        final int branchId,
        final int decision,
        final int result) {
        if (transactionId == failureTransactionId) {
            output.alarm(CoordinatorOutput.Alarm.ACKNOWLEDGEMENT_CONTRADICTS, transactionId, branchId);
        }
        count();
    }

    @Override
    public void onePhaseResult(
        final int resourceId,
        final int ofEpoch,
        final long transactionId,
        final int branchId,
        final int result,
        final DirectBuffer text,
        final int textOffset,
        final int textLength) {
        count();
    }

    @Override
    public void inDoubt(
        final long coordinatorId,
        final int resourceId,
        final long transactionId,
        final int branchId,
        final int enlistEpoch,
        final long position) {
        count();
    }

    @Override
    public void operatorRollback(final long requestId, final long transactionId) {
        output.operatorAnswered(requestId, 0, "rolled back");
        count();
    }

    @Override
    public void operatorSettle(
        final long requestId, final long transactionId, final int branchId, final int decision) {
        count();
    }

    @Override
    public void operatorPurge(final long requestId, final long transactionId, final int branchId) {
        count();
    }

    @Override
    public void operatorConfirmRecovered(final long requestId) {
        count();
    }

    private void count() {
        if (haltReason != null) {
            output.halt(haltReason);
        }
        events = events + 1;
    }

    private static final class Payload implements PayloadReader {
        @Override
        public int length() {
            return 16;
        }

        @Override
        public void copyTo(final MutableDirectBuffer target, final int offset) {
            target.setMemory(offset, 16, (byte) 'w');
        }
    }
}
