package io.dtm.simulation.explore;

import io.dtm.participant.BranchId;
import io.dtm.participant.DecisionReply;
import io.dtm.participant.OnePhaseReply;
import io.dtm.participant.Participant;
import io.dtm.participant.ScanReply;
import io.dtm.participant.VoteReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.agrona.DirectBuffer;

/**
 * A resource and the participant that serves it. What it has done survives its process; work that isn't prepared
 * doesn't. The explorer says how it votes.
 */
final class ExploredResource {
    /** How a branch stands here. */
    enum Standing { REFUSED, READ_ONLY, PREPARED, COMMITTED, ROLLED_BACK }

    /** In how many phases it can commit: a last agent in one only. */
    enum Phases { TWO, ONE_OR_TWO, ONE }

    /** How the next branch that is asked votes. */
    enum Choice { YES, NO, READ_ONLY }

    /** By transaction; a branch of a transaction is the only one here. */
    private final TreeMap<Long, Standing> standings = new TreeMap<>();
    private final TreeMap<Long, BranchId> prepared = new TreeMap<>();
    /** Parts of the work, as bits, of branches that are prepared or committed. */
    private final TreeMap<Long, Integer> kept = new TreeMap<>();
    private final TreeMap<Long, Integer> commits = new TreeMap<>();
    /** Rows of evidence: whether they say that the branch was committed. */
    private final TreeMap<Long, Boolean> evidence = new TreeMap<>();
    /** Sent by a process, not carried out yet; not even if that process has died. */
    private final List<Statement> statements = new ArrayList<>();
    /** Of which somebody chose not to commit. */
    private final TreeSet<Long> refusals = new TreeSet<>();
    /** In which order branches were first asked to prepare. */
    private final List<Long> asked = new ArrayList<>();
    private final boolean isSlow;
    private final Phases phases;
    private String failure;

    private record Statement(Process sender, BranchId branch, int parts, VoteReply reply) {
    }

    /**
     * @param isSlow whether a PREPARE stays in the database's hands until the explorer says so.
     * @param phases in which it can commit.
     */
    ExploredResource(final boolean isSlow, final Phases phases) {
        this.isSlow = isSlow;
        this.phases = phases;
    }

    Map<Long, Standing> standings() {
        return Map.copyOf(standings);
    }

    /** @return parts of the work, as bits, of branches that are prepared or committed. */
    Map<Long, Integer> kept() {
        return Map.copyOf(kept);
    }

    int preparedCount() {
        return prepared.size();
    }

    /** @return number of rows that say that a branch was committed. */
    int evidenceCount() {
        return (int) evidence.values().stream().filter(isCommitted -> isCommitted).count();
    }

    /** @return what must not happen and did; null: nothing. */
    String failure() {
        return failure;
    }

    /** @return transactions of which somebody chose here not to commit. */
    Set<Long> refusals() {
        return Set.copyOf(refusals);
    }

    /** @return transactions in the order in which they were first asked to prepare. */
    List<Long> asked() {
        return List.copyOf(asked);
    }

    /** @return of each that the database has in its hands: who told it. */
    List<Process> senders() {
        return statements.stream().map(Statement::sender).toList();
    }

    /**
     * The database carries out what it was told.
     *
     * @param index     of the statement.
     * @param isRunning whether the process that told it is alive: else nobody hears the answer.
     */
    void work(final int index, final boolean isRunning) {
        final Statement statement = statements.remove(index);
        prepared(statement.branch, statement.parts);
        if (isRunning) {
            statement.reply.yes();
        }
    }

    private void prepared(final BranchId branch, final int parts) {
        kept.put(branch.transactionId(), parts);
        stand(branch, Standing.PREPARED);
        if (prepared.put(branch.transactionId(), branch) != null) {
            failure = "the work of branch " + branch + " was done twice";
        }
    }

    private void committed(final BranchId branch) {
        stand(branch, Standing.COMMITTED);
        if (commits.merge(branch.transactionId(), 1, Integer::sum) > 1) {
            failure = "branch " + branch + " was committed twice";
        }
    }

    private void stand(final BranchId branch, final Standing value) {
        final Standing before = standings.put(branch.transactionId(), value);
        if (before == Standing.COMMITTED) {
            failure = "branch " + branch + " was committed, and now is " + value;
        }
    }

    /** The code of one process. */
    final class Process implements Participant {
        /** Done, and lost with the process. */
        private final TreeMap<Long, Integer> work = new TreeMap<>();
        private Choice choice = Choice.YES;
        private boolean hasChosen;

        /** @param value of the next branch that is asked. */
        void choose(final Choice value) {
            choice = value;
            hasChosen = false;
        }

        /** Does a part of the work of an interactive transaction. */
        void work(final long transactionId, final int part) {
            work.merge(transactionId, 1 << part, (one, other) -> one | other);
        }

        private int take(final BranchId branch, final int payloadLength) {
            final Integer done = work.remove(branch.transactionId());
            return payloadLength > 0 ? 1 : done == null ? 0 : done;
        }

        /** @return whether a branch was asked since. */
        boolean hasChosen() {
            return hasChosen;
        }

        @Override
        public void prepare(
            final BranchId branch,
            final DirectBuffer payload,
            final int offset,
            final int length,
            final VoteReply reply) {
            if (isLastAgent()) {
                failure = "a last agent is asked to prepare";
            }
            if (asked.contains(branch.transactionId())) {
                failure = "branch " + branch + " is asked to do its work twice";
            } else {
                asked.add(branch.transactionId());
            }
            final int parts = take(branch, length);
            if (parts == 0) {
                stand(branch, Standing.REFUSED);
                reply.no("no work was done here");
                return;
            }
            hasChosen = true;
            switch (choice) {
                case YES -> {
                    statements.add(new Statement(this, branch, parts, reply));
                    if (!isSlow) {
                        ExploredResource.this.work(statements.size() - 1, true);
                    }
                }
                case NO -> {
                    refusals.add(branch.transactionId());
                    stand(branch, Standing.REFUSED);
                    reply.no("chosen");
                }
                default -> {
                    stand(branch, Standing.READ_ONLY);
                    reply.readOnly();
                }
            }
        }

        @Override
        public void commit(final BranchId branch, final DecisionReply reply) {
            if (prepared.remove(branch.transactionId()) == null) {
                reply.absent();
                return;
            }
            committed(branch);
            reply.done();
        }

        @Override
        public void rollback(final BranchId branch, final DecisionReply reply) {
            if (prepared.remove(branch.transactionId()) == null) {
                reply.absent();
                return;
            }
            stand(branch, Standing.ROLLED_BACK);
            reply.done();
        }

        @Override
        public void scan(final long coordinatorId, final ScanReply reply) {
            final List<BranchId> found = new ArrayList<>(prepared.values());
            found.forEach(reply::prepared);
            reply.complete();
        }

        @Override
        public void commitOnePhase(
            final BranchId branch,
            final DirectBuffer payload,
            final int offset,
            final int length,
            final boolean namedIsOther,
            final OnePhaseReply reply) {
            final int parts = take(branch, length);
            final boolean mayCommit = !namedIsOther && parts != 0;
            hasChosen |= mayCommit;
            if (mayCommit && choice != Choice.YES) {
                refusals.add(branch.transactionId());
            }
            if (mayCommit && choice == Choice.YES && !evidence.containsKey(branch.transactionId())) {
                committed(branch);
                kept.put(branch.transactionId(), parts);
                evidence.put(branch.transactionId(), true);
            }
            if (evidence.computeIfAbsent(branch.transactionId(), id -> false)) {
                reply.committed();
            } else {
                if (standings.get(branch.transactionId()) != Standing.COMMITTED) {
                    stand(branch, Standing.REFUSED);
                }
                reply.aborted("chosen");
            }
        }

        @Override
        public void forgetEvidence(final BranchId branch) {
            evidence.remove(branch.transactionId(), true);
        }

        @Override
        public boolean supportsOnePhase() {
            return phases != Phases.TWO;
        }

        @Override
        public boolean isLastAgent() {
            return phases == Phases.ONE;
        }
    }
}
