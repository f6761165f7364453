package io.dtm.simulation.check;

import io.dtm.simulation.engine.Trace;
import java.util.ArrayList;
import java.util.List;

/** What was seen of one transaction. */
final class TransactionRecord {
    final long id;
    final boolean isInteractive;
    final long begunNs;
    final List<BranchRecord> branches = new ArrayList<>(3);
    boolean commitSeen;
    boolean rollbackSeen;
    boolean toldCommitted;
    boolean toldAborted;
    /** Its outcome was asked for when it was kept no longer. */
    boolean hasExpired;
    /** Whose it is. */
    String owner;
    /** Its client has heard the last of it. */
    boolean isOver;
    boolean rollbackRequested;
    boolean operatorAsked;
    /** A vote NO was sent, by a participant or by its library. */
    boolean refusalSeen;
    /** Something had happened to a process that said NO. */
    boolean mayRefuse;
    int timeoutMs;
    private long requestId;

    TransactionRecord(final long id, final boolean isInteractive, final long begunNs) {
        this.id = id;
        this.isInteractive = isInteractive;
        this.begunNs = begunNs;
    }

    /** The business request that it is to carry out; 0: not known. */
    long requestId() {
        return requestId;
    }

    void requestId(final long value) {
        requestId = value;
    }

    BranchRecord branch(final int branchId) {
        for (int i = 0; i < branches.size(); i++) {
            if (branches.get(i).branchId == branchId) {
                return branches.get(i);
            }
        }
        final BranchRecord added = new BranchRecord(branchId);
        branches.add(added);
        return added;
    }

    boolean hasCommitted() {
        for (int i = 0; i < branches.size(); i++) {
            if (branches.get(i).committed) {
                return true;
            }
        }
        return false;
    }

    boolean isPrepared() {
        for (int i = 0; i < branches.size(); i++) {
            if (branches.get(i).prepared > 0) {
                return true;
            }
        }
        return false;
    }

    boolean mayBeMixed() {
        return branches.stream().anyMatch(branch -> branch.mayBeMixed);
    }

    boolean anyVoted(final int vote) {
        for (int i = 0; i < branches.size(); i++) {
            if (branches.get(i).hasVoted(vote)) {
                return true;
            }
        }
        return false;
    }

    /** Whether every branch that takes part, and one at least, is read-only: then no outcome has an effect. */
    boolean isAllReadOnly() {
        boolean isAny = false;
        for (int i = 0; i < branches.size(); i++) {
            final BranchRecord branch = branches.get(i);
            if (branch.takesPart() && !branch.isReadOnly()) {
                return false;
            }
            isAny |= branch.takesPart();
        }
        return isAny;
    }

    @Override
    public String toString() {
        return "transaction " + Trace.transaction(id);
    }
}
