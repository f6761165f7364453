package io.dtm.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.dtm.core.coordinator.ProtocolCodes.Ack;
import io.dtm.core.coordinator.ProtocolCodes.Decision;
import io.dtm.core.coordinator.ProtocolCodes.Stage;
import io.dtm.core.coordinator.ProtocolCodes.Vote;
import java.lang.management.ManagementFactory;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** The hot path allocates nothing in steady state: submit, vote, decide, acknowledge; and join and commit. */
class AllocationTest {
    private static final int WARM_UP = 100_000;
    private static final int TRANSACTIONS = 100_000;
    private static final int IN_FLIGHT = 64;
    /** Of the measuring itself, and of a late compilation. */
    private static final long TOLERATED_BYTES = 4096;

    private static final UnsafeBuffer PAYLOAD = CoordinatorScenario.buffer("x".repeat(300));
    private static final UnsafeBuffer NONE = new UnsafeBuffer(new byte[0]);

    private final CountingOutput output = new CountingOutput();
    private final CommitCoordinator coordinator = new CommitCoordinator(output);
    private long nowNs;
    private long counter;

    AllocationTest() {
        coordinator.startFrame(0, 0);
        coordinator.settings(new SettingsBuilder().retained(1 << 12, 600_000).build());
        coordinator.epochStarted(77, 1, 0, 1, 0, 0);
        coordinator.graceEnded();
        coordinator.startFrame(1, 0);
        coordinator.sessionOpening(1, 1, 1, 0, 0, 0, 0, 0, NONE, 0, 0);
        final UnsafeBuffer names = CoordinatorScenario.buffer("AB1");
        for (int i = 0; i < 2; i++) {
            coordinator.startFrame(2 + i, 0);
            coordinator.sessionOpening(1, 1, 1, 0, 0, 0, 0, 0, NONE, 0, 0);
            coordinator.register(1, 2 + i, 100 + i, 0, 0, 0, names, i, 1, 2, 1);
            coordinator.continueSteps();
        }
    }

    @Test
    void shouldAllocateNothingForOneShotTransactions() {
        assertEquals(2, coordinator.state.resources.size());
        runOneShot(WARM_UP);
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long id = Thread.currentThread().getId();
        final long before = threads.getThreadAllocatedBytes(id);
        runOneShot(TRANSACTIONS);
        final long allocated = threads.getThreadAllocatedBytes(id) - before;
        assertEquals(WARM_UP + TRANSACTIONS, output.outcomes);
        assertTrue(allocated <= TOLERATED_BYTES, () -> allocated + " bytes for " + TRANSACTIONS + " transactions");
    }

    @Test
    void shouldAllocateNothingForInteractiveTransactions() {
        runInteractive(WARM_UP);
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long id = Thread.currentThread().getId();
        final long before = threads.getThreadAllocatedBytes(id);
        runInteractive(TRANSACTIONS);
        final long allocated = threads.getThreadAllocatedBytes(id) - before;
        assertEquals(WARM_UP + TRANSACTIONS, output.outcomes);
        assertTrue(allocated <= TOLERATED_BYTES, () -> allocated + " bytes for " + TRANSACTIONS + " transactions");
    }

    private void runOneShot(final int count) {
        for (int done = 0; done < count; done += IN_FLIGHT) {
            final int batch = Math.min(IN_FLIGHT, count - done);
            nowNs += 1_000_000;
            coordinator.startFrame(1, nowNs);
            for (int i = 0; i < batch; i++) {
                coordinator.submitStart(1L << 32 | ++counter, 0, Stage.DECIDED, 2);
                coordinator.submitBranch(0, 1, PAYLOAD, 0, PAYLOAD.capacity());
                coordinator.submitBranch(1, 2, PAYLOAD, 0, PAYLOAD.capacity());
                coordinator.submitEnd();
            }
            answer(batch, 0, 1);
        }
    }

    private void runInteractive(final int count) {
        for (int done = 0; done < count; done += IN_FLIGHT) {
            final int batch = Math.min(IN_FLIGHT, count - done);
            nowNs += 1_000_000;
            coordinator.startFrame(1, nowNs);
            for (int i = 0; i < batch; i++) {
                coordinator.begin(1L << 32 | ++counter, 0, 5);
            }
            for (int p = 1; p <= 2; p++) {
                coordinator.startFrame(1 + p, nowNs);
                for (int i = 0; i < batch; i++) {
                    coordinator.enlist(1L << 32 | (counter - i), p, p, 99 + p, 5, 1, NONE, 0, 0);
                }
            }
            coordinator.startFrame(1, nowNs);
            for (int i = 0; i < batch; i++) {
                coordinator.commitStart(1L << 32 | (counter - i), Stage.DECIDED, 2);
                coordinator.commitExpects(1);
                coordinator.commitExpects(2);
                coordinator.commitEnd();
            }
            answer(batch, 1, 2);
        }
    }

    private void answer(final int batch, final int firstBranch, final int secondBranch) {
        for (int p = 0; p < 2; p++) {
            coordinator.startFrame(2 + p, nowNs);
            for (int i = 0; i < batch; i++) {
                coordinator.vote(1 + p, 1, 1, 1L << 32 | (counter - i), p == 0 ? firstBranch : secondBranch,
                    Vote.YES, NONE, 0, 0);
            }
        }
        for (int p = 0; p < 2; p++) {
            coordinator.startFrame(2 + p, nowNs);
            for (int i = 0; i < batch; i++) {
                coordinator.acknowledge(1 + p, 1, 1L << 32 | (counter - i), p == 0 ? firstBranch : secondBranch,
                    Decision.COMMIT, Ack.DONE);
            }
        }
        coordinator.startFrame(0, nowNs);
        coordinator.tick();
    }

    /** Takes payloads as egress does, and counts. */
    private static final class CountingOutput extends RecordingOutput {
        private final UnsafeBuffer target = new UnsafeBuffer(new byte[1024]);
        private long outcomes;

        @Override
        public void outcome(
            final int sessionId,
            final boolean onAppend,
            final long transactionId,
            final int stage,
            final int outcome,
            final int reason,
            final int flags,
            final int branchId,
            final DirectBuffer text,
            final int textOffset,
            final int textLength) {
            outcomes++;
        }

        @Override
        public void prepare(
            final int sessionId,
            final boolean onAppend,
            final int resourceId,
            final long incarnation,
            final long transactionId,
            final int branchId,
            final int enlistEpoch,
            final PayloadReader payload) {
            payload.copyTo(target, 0);
        }

        @Override
        public void decision(
            final int sessionId,
            final int resourceId,
            final long transactionId,
            final int branchId,
            final int enlistEpoch,
            final int decision,
            final int cause) {
        }

        @Override
        public void joined(final int sessionId, final long transactionId, final int branchId) {
        }
    }
}
