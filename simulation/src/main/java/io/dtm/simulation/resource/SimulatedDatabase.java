package io.dtm.simulation.resource;

import io.dtm.participant.BranchId;
import io.dtm.simulation.engine.Trace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The durable state of one resource: prepared branches and evidence. Survives every process that uses it. Committed
 * effects are told to a listener and not kept. All iteration is in the order of insertion.
 */
public final class SimulatedDatabase {
    /** What a row of evidence says. */
    public enum Evidence { NONE, COMMITTED, ABORTED }

    private static final int REMEMBERED = 64;

    private record Key(long coordinatorId, long transactionId, int branchId) {
        static Key of(final BranchId branch) {
            return new Key(branch.coordinatorId(), branch.transactionId(), branch.branchId());
        }
    }

    private final String name;
    private final Trace trace;
    private final ResourceListener listener;
    private final ArrayDeque<Long> lastCommitted = new ArrayDeque<>();
    private final Map<BranchId, Work> prepared = new LinkedHashMap<>();
    private final Map<Key, Evidence> evidence = new LinkedHashMap<>();
    /** Of rows that were there when a process died: the word that they may go may have been lost with it. */
    private final Set<Key> mayStay = new HashSet<>();
    private int sessions;
    private final Map<Key, Integer> onePhaseInFlight = new LinkedHashMap<>();

    /**
     * @param name     of the resource.
     * @param trace    is told of everything.
     * @param listener sees what becomes durable.
     */
    public SimulatedDatabase(final String name, final Trace trace, final ResourceListener listener) {
        this.name = name;
        this.trace = trace;
        this.listener = listener;
    }

    /** @return name of the resource. */
    public String name() {
        return name;
    }

    /** @return number of prepared branches. */
    public int preparedCount() {
        return prepared.size();
    }

    /**
     * @param coordinatorId whose branches are meant.
     * @return number of rows that say that a branch was committed, but for those that outlived a process: each must go
     *         as soon as its coordinator has the result.
     */
    public int unreleasedCount(final long coordinatorId) {
        int count = 0;
        for (final Map.Entry<Key, Evidence> row : evidence.entrySet()) {
            final boolean isMeant = row.getKey().coordinatorId == coordinatorId && !mayStay.contains(row.getKey());
            if (isMeant && row.getValue() == Evidence.COMMITTED) {
                count++;
            }
        }
        return count;
    }

    /**
     * @param coordinatorId whose branches are meant.
     * @return its prepared branches, oldest first.
     */
    public List<BranchId> prepared(final long coordinatorId) {
        final List<BranchId> found = new ArrayList<>();
        for (final BranchId branch : prepared.keySet()) {
            if (branch.coordinatorId() == coordinatorId) {
                found.add(branch);
            }
        }
        return found;
    }

    /**
     * @param coordinatorId whose branches are meant.
     * @param transactionId of the transaction.
     * @param branchId      of the branch.
     * @return what is prepared under this name, for each epoch of enlistment.
     */
    public List<BranchId> prepared(final long coordinatorId, final long transactionId, final int branchId) {
        return prepared(coordinatorId).stream()
            .filter(branch -> branch.transactionId() == transactionId && branch.branchId() == branchId).toList();
    }

    /** @return all prepared branches, oldest first. */
    public List<BranchId> prepared() {
        return new ArrayList<>(prepared.keySet());
    }

    /**
     * @param transactionId of a transaction.
     * @return whether a branch of it was committed here; known for the latest transactions.
     */
    public boolean hasCommitted(final long transactionId) {
        return lastCommitted.contains(transactionId);
    }

    private void remember(final long transactionId) {
        lastCommitted.addLast(transactionId);
        if (lastCommitted.size() > REMEMBERED) {
            lastCommitted.removeFirst();
        }
    }

    /**
     * A branch is prepared from now on.
     *
     * @param branch of which transaction.
     * @param work   that it did.
     */
    public void prepare(final BranchId branch, final Work work) {
        trace.event(name, "prepared %T branch %2", branch.transactionId(), branch.branchId());
        prepared.put(branch, work);
        listener.onPrepared(name, branch, work);
    }

    /**
     * Commits exactly this branch, and rolls back what else is prepared under its name.
     *
     * @param branch that voted YES.
     * @return whether it was there.
     */
    public boolean commit(final BranchId branch) {
        final Work work = prepared.remove(branch);
        if (work != null) {
            trace.event(name, "committed %T branch %2", branch.transactionId(), branch.branchId());
            remember(branch.transactionId());
            listener.onCommitted(name, branch, work, false);
        }
        rollBack(branch);
        return work != null;
    }

    /**
     * Rolls back what is prepared under this name, whatever its epoch.
     *
     * @param branch of which transaction.
     * @return whether there was something.
     */
    public boolean rollBack(final BranchId branch) {
        boolean found = false;
        for (final Iterator<BranchId> others = prepared.keySet().iterator(); others.hasNext();) {
            final BranchId other = others.next();
            if (isSameBranch(other, branch)) {
                others.remove();
                trace.event(name, "rolled back %T branch %2", branch.transactionId(), branch.branchId());
                listener.onRolledBack(name, other);
                found = true;
            }
        }
        return found;
    }

    /** Whether they differ at most in the epoch of enlistment. */
    private static boolean isSameBranch(final BranchId one, final BranchId other) {
        return one.transactionId() == other.transactionId()
            && one.branchId() == other.branchId()
            && one.coordinatorId() == other.coordinatorId();
    }

    /**
     * Commits the work and its evidence in one local transaction.
     *
     * @param branch of which transaction.
     * @param work   that it did.
     * @return false if the row is there already: then nothing is done.
     */
    public boolean commitWithEvidence(final BranchId branch, final Work work) {
        if (evidence.putIfAbsent(Key.of(branch), Evidence.COMMITTED) != null) {
            return false;
        }
        trace.event(name, "committed in one phase %T branch %2", branch.transactionId(), branch.branchId());
        remember(branch.transactionId());
        listener.onCommitted(name, branch, work, true);
        return true;
    }

    /** @param branch that will never be committed: evidence of it. */
    public void insertAborted(final BranchId branch) {
        trace.event(name, "evidence of abort %T branch %2", branch.transactionId(), branch.branchId());
        evidence.put(Key.of(branch), Evidence.ABORTED);
    }

    /**
     * @param branch of which transaction.
     * @return what its row of evidence says.
     */
    public Evidence evidence(final BranchId branch) {
        return evidence.getOrDefault(Key.of(branch), Evidence.NONE);
    }

    /** @param branch whose evidence goes. */
    public void forgetEvidence(final BranchId branch) {
        final Key key = Key.of(branch);
        evidence.remove(key);
        mayStay.remove(key);
    }

    void sessionStarts() {
        sessions++;
    }

    void sessionEnds() {
        sessions--;
        mayStay.addAll(evidence.keySet());
    }

    /** Whether some other process may still send statements. */
    boolean hasOtherSessions() {
        return sessions > 1;
    }

    void onePhaseStarts(final BranchId branch) {
        onePhaseInFlight.merge(Key.of(branch), 1, Integer::sum);
    }

    void onePhaseEnds(final BranchId branch) {
        onePhaseInFlight.computeIfPresent(Key.of(branch), (key, count) -> count == 1 ? null : count - 1);
    }

    /** Whether an insert under this key would wait for a transaction that holds it. */
    boolean isOnePhaseInFlight(final BranchId branch) {
        return onePhaseInFlight.containsKey(Key.of(branch));
    }
}
