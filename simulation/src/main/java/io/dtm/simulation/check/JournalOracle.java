package io.dtm.simulation.check;

import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.simulation.engine.Trace;
import io.dtm.simulation.network.FrameReader;
import io.dtm.simulation.network.WireMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Holds what the coordinator decided, at each record, against what the {@link Oracle} says. A record is applied to it
 * when the coordinator has processed it and no power loss can take it back.
 */
final class JournalOracle {
    private static final int COMMIT = 1;
    private static final int ABORTED = 3;
    private static final int NEVER_BEGUN = 4;
    /** For a disk that is full for a while, and forces, and steps. */
    private static final long OVERDUE_NS = 5_000_000_000L;

    /** A record, and what the coordinator decided when it processed it. */
    private static final class Entry {
        private final long position;
        private final int linkId;
        private final long timeNs;
        private final byte[] frame;
        private final List<Decision> decisions = new ArrayList<>(0);
        private boolean isProcessed;
        /** The coordinator that processed it was only recovering: what it decided was not seen. */
        private boolean isUnseen;

        Entry(final long position, final int linkId, final long timeNs, final byte[] frame) {
            this.position = position;
            this.linkId = linkId;
            this.timeNs = timeNs;
            this.frame = frame;
        }

        private boolean decides(final long transactionId) {
            return decisions.stream().anyMatch(decision -> decision.transactionId == transactionId);
        }
    }

    private record Decision(long transactionId, int decision, int reason, int causeBranchId) {
    }

    private final Violations violations;
    private final Oracle oracle = new Oracle();
    private final FrameReader reader = new FrameReader();
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private final ArrayDeque<Entry> unprocessed = new ArrayDeque<>();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[0]);
    private boolean isOff;
    private Entry applied;

    JournalOracle(final Violations violations) {
        this.violations = violations;
    }

    /** The directory is another one from now on: there is no telling what it holds. */
    void switchOff() {
        isOff = true;
        entries.clear();
        unprocessed.clear();
    }

    void onSent(final WireMessage message) {
        switch (message.kind) {
            case PREPARE, ONE_PHASE_COMMIT -> oracle.asked(message, oracle.records() + entries.size());
            case JOINED -> oracle.joined(message, oracle.records() + entries.size());
            case SESSION_OPENED -> oracle.opened(message);
            case REJECTED -> oracle.refused(message);
            case OUTCOME -> told(message);
            default -> { }
        }
    }

    /** It may have been decided by a coordinator that was only recovering; or its begin is lost, and the rest not. */
    private void told(final WireMessage message) {
        final boolean isAborted = message.value == ABORTED || message.value == NEVER_BEGUN;
        if (isAborted && entries.stream().noneMatch(entry -> entry.decides(message.transactionId))) {
            oracle.forget(message.transactionId);
        }
    }

    void onSettings(final CoordinatorSettings settings) {
        oracle.timeout(settings.defaultTimeoutMs());
    }

    void onAppended(
        final long position,
        final int linkId,
        final long timeNs,
        final DirectBuffer source,
        final int offset,
        final int length) {
        if (!isOff) {
            final byte[] frame = new byte[length];
            source.getBytes(offset, frame);
            final Entry entry = new Entry(position, linkId, timeNs, frame);
            entries.add(entry);
            unprocessed.add(entry);
        }
    }

    void onDecided(final long transactionId, final int decision, final int reason, final int causeBranchId) {
        if (!unprocessed.isEmpty()) {
            unprocessed.peek().decisions.add(new Decision(transactionId, decision, reason, causeBranchId));
        }
    }

    /** The coordinator is done with its next record. */
    void onProcessed(final long forced) {
        final Entry entry = unprocessed.poll();
        if (entry != null) {
            entry.isProcessed = true;
            apply(forced);
        }
    }

    /** What was not recovered never happened; the rest was processed, unseen. */
    void onRecovered(final long end) {
        final boolean losesTail = !entries.isEmpty() && entries.peekLast().position > end;
        while (!entries.isEmpty() && entries.peekLast().position > end) {
            entries.pollLast();
        }
        if (losesTail) {
            oracle.loseTail();
        }
        for (final Entry entry : unprocessed) {
            entry.isProcessed = true;
            entry.isUnseen = true;
        }
        unprocessed.clear();
    }

    /** Nothing undecided is older than its deadline and a bit more. */
    void look(final long timeNs, final long steadyNs) {
        if (!isOff && steadyNs > OVERDUE_NS) {
            final long overdue = oracle.takeOverdue(timeNs, OVERDUE_NS);
            if (overdue != 0 && entries.stream().noneMatch(entry -> entry.decides(overdue))) {
                violations.add("I11", "transaction " + Trace.transaction(overdue) + " is undecided long after its"
                    + " deadline: " + oracle.describe(overdue));
            }
        }
    }

    void apply(final long forced) {
        while (!entries.isEmpty() && entries.peek().isProcessed && entries.peek().position <= forced) {
            applied = entries.poll();
            buffer.wrap(applied.frame);
            oracle.record(applied.timeNs);
            reader.read(buffer, 0, this::applyMessage);
            if (applied.isUnseen) {
                oracle.expectNothing();
            } else {
                applied.decisions.forEach(this::compare);
            }
        }
    }

    private void applyMessage(final WireMessage message) {
        oracle.apply(applied.linkId, message);
        final long voted = oracle.takeVoted();
        if (voted == 0 || !oracle.commits(voted)) {
            return;
        }
        if (applied.isUnseen) {
            oracle.forget(voted);
        } else if (oracle.mustCommit(voted) && !applied.decides(voted)) {
            violations.add("oracle", "every consent of transaction " + Trace.transaction(voted)
                + " is in the journal, and it is not decided: " + oracle.describe(voted));
        }
    }

    private void compare(final Decision decision) {
        if (decision.decision == COMMIT && !oracle.commits(decision.transactionId)) {
            violations.add("oracle", "transaction " + Trace.transaction(decision.transactionId)
                + " was decided to commit: " + oracle.describe(decision.transactionId));
        }
        if (decision.decision != COMMIT) {
            final String objection =
                oracle.objection(decision.transactionId, decision.reason, decision.causeBranchId);
            if (objection != null) {
                violations.add("oracle", "transaction " + Trace.transaction(decision.transactionId)
                    + " was decided to roll back for reason " + decision.reason + " because of branch "
                    + decision.causeBranchId + ": " + objection + ": " + oracle.describe(decision.transactionId));
            }
        }
        oracle.forget(decision.transactionId);
    }
}
