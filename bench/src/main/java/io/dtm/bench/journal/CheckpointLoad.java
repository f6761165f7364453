package io.dtm.bench.journal;

import io.dtm.bench.journal.LoopbackPeers.PeerListener;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * A steady load: transactions are due at a fixed rate, and their latency counts from when they were due. Belongs to the
 * ingress agent; the rate and the histogram are read and set by the thread that measures.
 */
final class CheckpointLoad implements PeerListener {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int WAITING = 1 << 21;

    private final SingleWriterRecorder latencies = new SingleWriterRecorder(3);
    private final long[] dueNs = new long[WAITING];
    private volatile long intervalNs;
    private long nextDueNs;

    /** @param ratePerSecond 0: as fast as the window allows, unmeasured. */
    void rate(final int ratePerSecond) {
        intervalNs = ratePerSecond == 0 ? 0 : SECOND_NS / ratePerSecond;
    }

    /** @return what was recorded since the last call. */
    Histogram taken() {
        return latencies.getIntervalHistogram();
    }

    @Override
    public boolean mayBegin() {
        if (intervalNs == 0) {
            return true;
        }
        final long nowNs = System.nanoTime();
        if (nextDueNs == 0) {
            nextDueNs = nowNs;
        }
        return nowNs - nextDueNs >= 0;
    }

    @Override
    public void onSubmit(final long counter) {
        final int index = (int) counter & (WAITING - 1);
        if (intervalNs == 0) {
            dueNs[index] = 0;
        } else {
            dueNs[index] = nextDueNs;
            nextDueNs += intervalNs;
        }
    }

    @Override
    public void onOutcome(final long counter) {
        final long due = dueNs[(int) counter & (WAITING - 1)];
        if (due != 0) {
            latencies.recordValue(Math.max(1, System.nanoTime() - due));
        }
    }
}
