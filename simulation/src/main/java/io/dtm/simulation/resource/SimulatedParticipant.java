package io.dtm.simulation.resource;

import io.dtm.participant.BranchId;
import io.dtm.participant.DecisionReply;
import io.dtm.participant.OnePhaseReply;
import io.dtm.participant.Participant;
import io.dtm.participant.ScanReply;
import io.dtm.participant.VoteReply;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.resource.SimulatedDatabase.Evidence;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.agrona.DirectBuffer;

/**
 * A participant's code in one process, as a careful author would write it: its votes are drawn, its promises are kept.
 * Between any two durable steps its process may die.
 */
public class SimulatedParticipant implements Participant {
    private static final int YES = 1;
    private static final int NO = 2;
    private static final int READ_ONLY = 3;

    /** Coordinators may use the same ids. */
    private record Transaction(long coordinatorId, long transactionId) {
        static Transaction of(final BranchId branch) {
            return new Transaction(branch.coordinatorId(), branch.transactionId());
        }
    }

    private final DatabaseSession session;
    private final SimulatedDatabase database;
    private final RandomStream random;
    private final ResourceSettings settings;
    private final ResourceListener listener;
    private final OnePhase onePhase;
    private final Runnable crashPoint;
    /** Work of interactive branches that isn't prepared yet: lost with the process. */
    private final Map<Transaction, Work> unprepared = new LinkedHashMap<>();

    /**
     * @param database         that it serves.
     * @param schedule         of the simulation.
     * @param random           of this process alone.
     * @param settings         of its behaviour.
     * @param listener         sees its votes.
     * @param onePhase         what it declares about that.
     * @param crashPoint       runs at each place where a crash would be worst; may kill the process.
     */
    public SimulatedParticipant(
        final SimulatedDatabase database,
        final Schedule schedule,
        final RandomStream random,
        final ResourceSettings settings,
        final ResourceListener listener,
        final OnePhase onePhase,
        final Runnable crashPoint) {
        this.session = new DatabaseSession(database, schedule, random, settings);
        this.database = database;
        this.random = random;
        this.settings = settings;
        this.listener = listener;
        this.onePhase = onePhase;
        this.crashPoint = crashPoint;
    }

    /** The process dies. */
    public void die() {
        session.die();
        unprepared.clear();
    }

    /** @return the database that it serves. */
    public SimulatedDatabase database() {
        return database;
    }

    /**
     * Work for an interactive branch, before it is prepared.
     *
     * @param coordinatorId of the transaction's coordinator.
     * @param transactionId of the transaction.
     * @param work          that is done.
     */
    public void work(final long coordinatorId, final long transactionId, final Work work) {
        unprepared.merge(new Transaction(coordinatorId, transactionId), work, Work::with);
    }

    private Work workOf(final BranchId branch, final DirectBuffer payload, final int offset, final int length) {
        if (length >= Long.BYTES) {
            return new Work(payload.getLong(offset, ByteOrder.LITTLE_ENDIAN), 1L << branch.branchId());
        }
        final Work done = unprepared.remove(Transaction.of(branch));
        return done == null ? Work.NONE : done;
    }

    @Override
    public void prepare(
        final BranchId branch, final DirectBuffer payload, final int offset, final int length, final VoteReply reply) {
        crashPoint.run();
        final Work work = workOf(branch, payload, offset, length);
        if (isLastAgent() || work == Work.NONE || random.chance(settings.noPerMillion())) {
            listener.onVoted(database.name(), branch, NO);
            reply.no(isLastAgent() ? "can't prepare" : work == Work.NONE ? "no work was done here" : "drawn");
        } else if (random.chance(settings.readOnlyPerMillion())) {
            listener.onVoted(database.name(), branch, READ_ONLY);
            reply.readOnly();
        } else {
            session.execute(() -> database.prepare(branch, work), () -> {
                crashPoint.run();
                listener.onVoted(database.name(), branch, YES);
                reply.yes();
            });
        }
    }

    @Override
    public void commit(final BranchId branch, final DecisionReply reply) {
        crashPoint.run();
        if (random.chance(settings.retryPerMillion())) {
            reply.retry(null);
            return;
        }
        final boolean[] found = new boolean[1];
        session.execute(() -> found[0] = database.commit(branch), () -> {
            crashPoint.run();
            if (found[0]) {
                reply.done();
            } else {
                reply.absent();
            }
        });
    }

    @Override
    public void rollback(final BranchId branch, final DecisionReply reply) {
        crashPoint.run();
        if (random.chance(settings.retryPerMillion())) {
            reply.retry(null);
            return;
        }
        unprepared.remove(Transaction.of(branch));
        final boolean[] found = new boolean[1];
        session.execute(() -> found[0] = database.rollBack(branch), () -> {
            crashPoint.run();
            if (found[0]) {
                reply.done();
            } else {
                reply.absent();
            }
        });
    }

    @Override
    public void commitOnePhase(
        final BranchId branch,
        final DirectBuffer payload,
        final int offset,
        final int length,
        final boolean namedIsOther,
        final OnePhaseReply reply) {
        crashPoint.run();
        if (namedIsOther) {
            session.executeWhenKeyIsFree(branch, () -> answerByEvidence(branch, reply));
            return;
        }
        final Work work = workOf(branch, payload, offset, length);
        if (work == Work.NONE || random.chance(settings.noPerMillion())) {
            session.executeWhenKeyIsFree(branch, () -> answerByEvidence(branch, reply));
            return;
        }
        // what the statement itself found: by the time of the answer another process may have let the evidence go
        final Evidence[] found = new Evidence[1];
        session.executeHoldingKey(branch, () -> {
            database.commitWithEvidence(branch, work);
            found[0] = database.evidence(branch);
        }, () -> {
            crashPoint.run();
            if (found[0] == Evidence.COMMITTED) {
                reply.committed();
            } else {
                reply.aborted("its row says so");
            }
        });
    }

    private void answerByEvidence(final BranchId branch, final OnePhaseReply reply) {
        crashPoint.run();
        if (database.evidence(branch) == Evidence.COMMITTED) {
            reply.committed();
            return;
        }
        database.insertAborted(branch);
        listener.onOnePhaseAborted(database.name(), branch);
        crashPoint.run();
        reply.aborted("no evidence of a commit");
    }

    @Override
    public void forgetEvidence(final BranchId branch) {
        crashPoint.run();
        session.execute(() -> {
            // a row that says ABORTED stays as long as a former process may still commit the branch (rule 9)
            if (database.evidence(branch) != Evidence.ABORTED || !database.hasOtherSessions()) {
                database.forgetEvidence(branch);
            }
        }, () -> { });
    }

    @Override
    public void scan(final long coordinatorId, final ScanReply reply) {
        if (random.chance(settings.retryPerMillion())) {
            reply.failed(null);
            return;
        }
        session.execute(() -> { }, () -> {
            for (final BranchId branch : database.prepared(coordinatorId)) {
                reply.prepared(branch);
            }
            reply.complete();
        });
    }

    @Override
    public boolean supportsOnePhase() {
        return onePhase != OnePhase.NEVER;
    }

    @Override
    public boolean isLastAgent() {
        return onePhase == OnePhase.LAST_AGENT;
    }
}
