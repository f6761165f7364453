package io.dtm.simulation.transcript;

import io.dtm.participant.BranchId;
import io.dtm.participant.DecisionReply;
import io.dtm.participant.OnePhaseReply;
import io.dtm.participant.ScanReply;
import io.dtm.participant.VoteReply;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.resource.OnePhase;
import io.dtm.simulation.resource.ResourceListener;
import io.dtm.simulation.resource.ResourceSettings;
import io.dtm.simulation.resource.SimulatedDatabase.Evidence;
import io.dtm.simulation.resource.SimulatedParticipant;
import io.dtm.simulation.resource.Work;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.DirectBuffer;

/** A participant that votes, and commits alone, when the transcript says so; decisions it obeys at once. */
class ScriptedParticipant extends SimulatedParticipant {
    private static final ResourceSettings PROMPT = new ResourceSettings(0, 0, RandomStream.MILLION, 0, 1, 1);

    private record Asked(BranchId branch, Work work, VoteReply vote, OnePhaseReply onePhase) {
    }

    final ScriptedDatabase hands;
    private final ResourceListener listener;
    private final Map<Long, Asked> asked = new LinkedHashMap<>();
    private final Map<Long, Work> worked = new LinkedHashMap<>();
    private boolean isDead;

    ScriptedParticipant(
        final ScriptedDatabase hands,
        final Schedule schedule,
        final RandomStream random,
        final ResourceListener listener,
        final OnePhase onePhase) {
        super(hands.database(), schedule, random, PROMPT, listener, onePhase, () -> { });
        this.hands = hands;
        this.listener = listener;
    }

    @Override
    public void die() {
        super.die();
        isDead = true;
    }

    @Override
    public void work(final long coordinatorId, final long transactionId, final Work work) {
        worked.merge(transactionId, work, Work::with);
    }

    boolean isAskedAbout(final long transactionId) {
        return asked.containsKey(transactionId);
    }

    private Work workOf(final BranchId branch, final DirectBuffer payload, final int offset, final int length) {
        if (length >= Long.BYTES) {
            return new Work(payload.getLong(offset, ByteOrder.LITTLE_ENDIAN), 1L << branch.branchId());
        }
        return worked.getOrDefault(branch.transactionId(), Work.NONE);
    }

    @Override
    public void prepare(
        final BranchId branch, final DirectBuffer payload, final int offset, final int length, final VoteReply reply) {
        asked.put(branch.transactionId(), new Asked(branch, workOf(branch, payload, offset, length), reply, null));
    }

    void vote(final long transactionId, final String vote) {
        final Asked question = asked.remove(transactionId);
        if (question == null || question.vote() == null) {
            throw new AssertionError("it wasn't asked to prepare");
        }
        switch (vote) {
            case "YES" -> execute(() -> database().prepare(question.branch(), question.work()), () -> {
                listener.onVoted(database().name(), question.branch(), 1);
                question.vote().yes();
            });
            case "NO" -> {
                listener.onVoted(database().name(), question.branch(), 2);
                question.vote().no("as the transcript says");
            }
            case "READ-ONLY" -> {
                listener.onVoted(database().name(), question.branch(), 3);
                question.vote().readOnly();
            }
            default -> throw new AssertionError("no such vote: " + vote);
        }
    }

    private void execute(final Runnable statement, final Runnable answer) {
        hands.execute(statement, () -> {
            if (!isDead) {
                answer.run();
            }
        });
    }

    @Override
    public void commit(final BranchId branch, final DecisionReply reply) {
        final boolean[] found = new boolean[1];
        execute(() -> found[0] = database().commit(branch), () -> answer(found[0], reply));
    }

    @Override
    public void rollback(final BranchId branch, final DecisionReply reply) {
        asked.remove(branch.transactionId());
        worked.remove(branch.transactionId());
        final boolean[] found = new boolean[1];
        execute(() -> found[0] = database().rollBack(branch), () -> answer(found[0], reply));
    }

    private static void answer(final boolean found, final DecisionReply reply) {
        if (found) {
            reply.done();
        } else {
            reply.absent();
        }
    }

    @Override
    public void commitOnePhase(
        final BranchId branch,
        final DirectBuffer payload,
        final int offset,
        final int length,
        final boolean namedIsOther,
        final OnePhaseReply reply) {
        if (namedIsOther) {
            hands.whenKeyIsFree(() -> byEvidence(branch, reply));
        } else {
            asked.put(branch.transactionId(), new Asked(branch, workOf(branch, payload, offset, length), null, reply));
        }
    }

    void commitAlone(final long transactionId, final boolean succeeds) {
        final Asked question = asked.remove(transactionId);
        if (question == null || question.onePhase() == null) {
            throw new AssertionError("it wasn't asked to commit alone");
        }
        execute(() -> {
            if (succeeds) {
                database().commitWithEvidence(question.branch(), question.work());
            }
        }, () -> byEvidence(question.branch(), question.onePhase()));
    }

    void byEvidence(final BranchId branch, final OnePhaseReply reply) {
        if (isDead) {
            return;
        }
        if (database().evidence(branch) == Evidence.COMMITTED) {
            reply.committed();
        } else {
            database().insertAborted(branch);
            listener.onOnePhaseAborted(database().name(), branch);
            reply.aborted("no evidence of a commit");
        }
    }

    @Override
    public void forgetEvidence(final BranchId branch) {
        execute(() -> database().forgetEvidence(branch), () -> { });
    }

    @Override
    public void scan(final long coordinatorId, final ScanReply reply) {
        database().prepared(coordinatorId).forEach(reply::prepared);
        reply.complete();
    }
}
