package io.dtm.simulation.check;

import java.util.ArrayDeque;

/**
 * Votes and results in the journal, and whether they are on the device. A power loss takes back those that were not,
 * from the recovered end on.
 */
final class JournalFacts {
    private record Fact(BranchRecord branch, int kind, long position) {
    }

    private static final int YES = 1;
    private static final int READ_ONLY = 2;
    private static final int RESULT = 3;

    private final ArrayDeque<Fact> unforced = new ArrayDeque<>();
    private long appended;
    private long forced;
    private boolean appends;

    /** From now on what is appended is as good as forced: there are no power losses. */
    void appends(final boolean isDurableWhenAppended) {
        appends = isDurableWhenAppended;
    }

    /** @return up to where the journal survives what may happen. */
    long forced() {
        return appends ? appended : forced;
    }

    /** @return end of the last record of which the journal has said that it is on the device. */
    long onDevice() {
        return forced;
    }

    long appended() {
        return appended;
    }

    void onAppended(final long position) {
        appended = position;
    }

    void onForced(final long position) {
        forced = Math.max(forced, position);
        while (!unforced.isEmpty() && unforced.peek().position() <= forced) {
            unforced.poll();
        }
    }

    /** A new process of the coordinator has recovered up to here. Nothing of its life is forced yet. */
    void onRecovered(final long end) {
        while (!unforced.isEmpty() && unforced.peekLast().position() > end) {
            revoke(unforced.pollLast());
        }
        appended = end;
    }

    /** The directory is an older one, or another: nothing beyond its end was ever written there. */
    void onRestored(final long end, final Iterable<TransactionRecord> records) {
        unforced.clear();
        for (final TransactionRecord record : records) {
            for (final BranchRecord branch : record.branches) {
                forgetBeyond(end, branch);
            }
        }
        appended = end;
        forced = 0;
    }

    private static void forgetBeyond(final long end, final BranchRecord branch) {
        if (branch.yesPosition > end) {
            branch.yesPosition = BranchRecord.NEVER;
        }
        if (branch.readOnlyPosition > end) {
            branch.readOnlyPosition = BranchRecord.NEVER;
        }
        if (branch.resultPosition > end) {
            branch.resultPosition = BranchRecord.NEVER;
            branch.result = 0;
        }
    }

    void yes(final BranchRecord branch, final long position) {
        if (branch.yesPosition == BranchRecord.NEVER) {
            branch.yesPosition = position;
            unforced.add(new Fact(branch, YES, position));
        }
    }

    void readOnly(final BranchRecord branch, final long position) {
        if (branch.readOnlyPosition == BranchRecord.NEVER) {
            branch.readOnlyPosition = position;
            unforced.add(new Fact(branch, READ_ONLY, position));
        }
    }

    void result(final BranchRecord branch, final int result, final long position) {
        if (branch.resultPosition == BranchRecord.NEVER) {
            branch.resultPosition = position;
            branch.result = result;
            unforced.add(new Fact(branch, RESULT, position));
        }
    }

    private static void revoke(final Fact fact) {
        switch (fact.kind()) {
            case YES -> fact.branch().yesPosition = BranchRecord.NEVER;
            case READ_ONLY -> fact.branch().readOnlyPosition = BranchRecord.NEVER;
            case RESULT -> {
                fact.branch().resultPosition = BranchRecord.NEVER;
                fact.branch().result = 0;
            }
            default -> throw new IllegalStateException("no such fact: " + fact.kind());
        }
    }
}
