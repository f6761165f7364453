package io.dtm.systemtest;

import io.dtm.participant.BranchId;
import io.dtm.participant.DecisionReply;
import io.dtm.participant.Participant;
import io.dtm.participant.ScanReply;
import io.dtm.participant.VoteReply;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.agrona.DirectBuffer;

/**
 * A participant in the test's hands: what it is asked stays unanswered until the test answers, unless it was told to
 * answer at once. Its answers may be given by any thread.
 */
final class HeldParticipant implements Participant {
    private final List<Prepare> prepares = new CopyOnWriteArrayList<>();
    private final List<Decision> decisions = new CopyOnWriteArrayList<>();
    private final Set<BranchId> prepared = ConcurrentHashMap.newKeySet();
    private volatile boolean votes = true;
    private volatile boolean obeys = true;

    /** PREPARE stays unanswered from now on. */
    HeldParticipant withholdsVotes() {
        return votes(false);
    }

    /** @param atOnce whether it votes YES by itself from now on. */
    HeldParticipant votes(final boolean atOnce) {
        votes = atOnce;
        return this;
    }

    /** COMMIT and ROLLBACK stay unanswered from now on. */
    HeldParticipant withholdsAcknowledgements() {
        obeys = false;
        return this;
    }

    @Override
    public void prepare(
        final BranchId branch,
        final DirectBuffer payload,
        final int offset,
        final int length,
        final VoteReply reply) {
        final Prepare asked = new Prepare(branch, payload.getStringWithoutLengthUtf8(offset, length), reply);
        prepares.add(asked);
        if (votes) {
            asked.yes();
        }
    }

    @Override
    public void commit(final BranchId branch, final DecisionReply reply) {
        decide(new Decision(branch, true, reply));
    }

    @Override
    public void rollback(final BranchId branch, final DecisionReply reply) {
        decide(new Decision(branch, false, reply));
    }

    private void decide(final Decision decision) {
        decisions.add(decision);
        if (obeys) {
            decision.done();
        }
    }

    @Override
    public void scan(final long coordinatorId, final ScanReply reply) {
        prepared.stream().filter(branch -> branch.coordinatorId() == coordinatorId).forEach(reply::prepared);
        reply.complete();
    }

    List<Prepare> prepares() {
        return prepares;
    }

    List<Decision> decisions() {
        return decisions;
    }

    Prepare awaitPrepare() {
        Conditions.await("PREPARE", () -> !prepares.isEmpty());
        return prepares.get(0);
    }

    Decision awaitDecision() {
        Conditions.await("a decision", () -> !decisions.isEmpty());
        return decisions.get(0);
    }

    /** A PREPARE that arrived. */
    final class Prepare {
        final BranchId branch;
        final String payload;
        private final VoteReply reply;
        private volatile boolean isOpen = true;

        Prepare(final BranchId branch, final String payload, final VoteReply reply) {
            this.branch = branch;
            this.payload = payload;
            this.reply = reply;
        }

        /** @return whether it waits for an answer. */
        boolean isOpen() {
            return isOpen;
        }

        void yes() {
            isOpen = false;
            prepared.add(branch);
            reply.yes();
        }

        void no(final String reason) {
            isOpen = false;
            reply.no(reason);
        }
    }

    /** A COMMIT or ROLLBACK that arrived. */
    final class Decision {
        final BranchId branch;
        final boolean isCommit;
        private final DecisionReply reply;

        Decision(final BranchId branch, final boolean isCommit, final DecisionReply reply) {
            this.branch = branch;
            this.isCommit = isCommit;
            this.reply = reply;
        }

        void done() {
            prepared.remove(branch);
            reply.done();
        }

        void retry() {
            reply.retry(new IllegalStateException("not now"));
        }
    }
}
