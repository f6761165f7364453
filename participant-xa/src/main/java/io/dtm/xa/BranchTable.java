package io.dtm.xa;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;

/** The branches that this process holds, and how many of them may promise or occupy what. Any thread. */
final class BranchTable {
    private final ConcurrentMap<BranchKey, Branch> branches = new ConcurrentHashMap<>();
    private final Semaphore promises;
    private final Semaphore seats;

    BranchTable(final int maxPrepared, final int maxInteractive) {
        this.promises = new Semaphore(maxPrepared);
        this.seats = new Semaphore(maxInteractive);
    }

    Branch get(final BranchKey key) {
        return branches.get(key);
    }

    /** @return the branch that is there already, or null. */
    Branch putIfAbsent(final Branch branch) {
        return branches.putIfAbsent(branch.key, branch);
    }

    /** The branch's monitor is held. */
    void remove(final Branch branch) {
        branch.gone = true;
        branches.remove(branch.key, branch);
        releaseSeat(branch);
        if (branch.holdsPromise) {
            branch.holdsPromise = false;
            promises.release();
        }
    }

    /** Room for one more prepared branch. */
    boolean tryPromise(final Branch branch) {
        if (!promises.tryAcquire()) {
            return false;
        }
        synchronized (branch) {
            branch.holdsPromise = true;
        }
        return true;
    }

    /** Room for one more interactive branch, which occupies a connection between calls. */
    boolean trySeat(final Branch branch) {
        if (!seats.tryAcquire()) {
            return false;
        }
        synchronized (branch) {
            branch.holdsSeat = true;
        }
        return true;
    }

    void releaseSeat(final Branch branch) {
        synchronized (branch) {
            if (branch.holdsSeat) {
                branch.holdsSeat = false;
                seats.release();
            }
        }
    }

    Collection<Branch> all() {
        return branches.values();
    }

    /** @return those that wait for their decisions now. */
    List<Branch> prepared() {
        final List<Branch> prepared = new ArrayList<>();
        for (final Branch branch : branches.values()) {
            synchronized (branch) {
                if (branch.phase == Branch.Phase.PREPARED) {
                    prepared.add(branch);
                }
            }
        }
        return prepared;
    }

    int count(final Branch.Phase phase) {
        int count = 0;
        for (final Branch branch : branches.values()) {
            synchronized (branch) {
                if (branch.phase == phase) {
                    count++;
                }
            }
        }
        return count;
    }
}
