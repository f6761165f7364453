package io.dtm.session;

import io.dtm.participant.BranchId;
import io.dtm.participant.DecisionReply;
import io.dtm.participant.OnePhaseReply;
import io.dtm.participant.Participant;
import io.dtm.participant.ScanReply;
import io.dtm.participant.VoteReply;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/** Writes down what it is asked, and leaves the answers to the test. */
public final class RecordingParticipant implements Participant {
    final List<String> calls = new ArrayList<>();
    final List<BranchId> prepared = new ArrayList<>();
    VoteReply vote;
    DecisionReply decision;
    OnePhaseReply onePhase;
    ScanReply scan;
    boolean answersAtOnce = true;
    boolean scansAtOnce = true;
    Throwable failure;
    int scans;
    boolean onePhaseIsSupported = true;
    boolean votesReadOnly = true;
    boolean canPrepare = true;

    /** What it was asked since the last time, one line a call. */
    public String takeCalls() {
        final String taken = String.join("\n", calls);
        calls.clear();
        return taken;
    }

    @Override
    public void prepare(
        final BranchId branch, final DirectBuffer payload, final int offset, final int length, final VoteReply reply) {
        calls.add("prepare " + text(branch) + " '" + payload.getStringWithoutLengthUtf8(offset, length) + "'");
        failIfToldTo();
        vote = reply;
        if (answersAtOnce) {
            prepared.add(branch);
            reply.yes();
        }
    }

    @Override
    public void abandonPrepare(final BranchId branch) {
        calls.add("abandon " + text(branch));
        failIfToldTo();
    }

    @Override
    public void commit(final BranchId branch, final DecisionReply reply) {
        calls.add("commit " + text(branch));
        decide(branch, reply);
    }

    @Override
    public void rollback(final BranchId branch, final DecisionReply reply) {
        calls.add("rollback " + text(branch));
        decide(branch, reply);
    }

    @Override
    public void commitOnePhase(
        final BranchId branch,
        final DirectBuffer payload,
        final int offset,
        final int length,
        final boolean namedIsOther,
        final OnePhaseReply reply) {
        calls.add((namedIsOther ? "find out " : "commit in one phase ") + text(branch));
        failIfToldTo();
        onePhase = reply;
        if (answersAtOnce) {
            reply.committed();
        }
    }

    @Override
    public void forgetEvidence(final BranchId branch) {
        calls.add("forget evidence " + Transcript.id(branch.transactionId()) + " branch " + branch.branchId());
        failIfToldTo();
    }

    @Override
    public boolean supportsOnePhase() {
        failIfToldTo();
        return onePhaseIsSupported;
    }

    @Override
    public boolean mayVoteReadOnly() {
        return votesReadOnly;
    }

    @Override
    public boolean isLastAgent() {
        return !canPrepare;
    }

    @Override
    public void scan(final long coordinatorId, final ScanReply reply) {
        scans++;
        failIfToldTo();
        scan = reply;
        if (scansAtOnce) {
            finishScan();
        }
    }

    void finishScan() {
        prepared.forEach(scan::prepared);
        scan.complete();
    }

    private void decide(final BranchId branch, final DecisionReply reply) {
        failIfToldTo();
        decision = reply;
        if (answersAtOnce) {
            if (prepared.removeIf(found -> found.transactionId() == branch.transactionId())) {
                reply.done();
            } else {
                reply.absent();
            }
        }
    }

    private void failIfToldTo() {
        if (failure instanceof Error) {
            throw (Error) failure;
        }
        if (failure != null) {
            throw (RuntimeException) failure;
        }
    }

    private static String text(final BranchId branch) {
        return Transcript.id(branch.transactionId()) + " branch " + branch.branchId()
            + " enlisted " + branch.enlistEpoch();
    }
}
