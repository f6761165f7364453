package io.dtm.bench;

import io.dtm.client.Dtm;
import io.dtm.client.Outcome;
import io.dtm.client.Refusal;
import io.dtm.session.CoordinatorSession;
import io.dtm.session.LookupListener;
import io.dtm.session.OutcomeListener;
import io.dtm.session.SubmitRequest;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The client process of the rig: a closed loop on one thread, which also runs the driver, the Aeron client and the
 * session. A fixed number of one-shot transactions is in flight; each outcome is followed by the next submit at once.
 * Latency goes from the call of submit to the call of the listener.
 */
final class RigClient {
    static final String READY = "client ready";
    /** Followed by what {@link RigLevel} parses. */
    static final String LEVEL = "level ";
    /** Followed by the number of commits, ever. */
    static final String TOTAL = "total ";
    /** Says that the measured time of a level begins. */
    static final String MEASURING = "measuring ";

    private static final long SECOND_NS = 1_000_000_000L;
    private static final long START_LIMIT_NS = 60 * SECOND_NS;
    private static final long MAX_LATENCY_NS = 120 * SECOND_NS;

    private final Dtm dtm;
    private final CoordinatorSession session;
    private final IdleStrategy idle;
    private final RigStop stop;
    private final Histogram latencies = new Histogram(MAX_LATENCY_NS, 3);
    private final ArrayDeque<Slot> refusedSlots = new ArrayDeque<>();
    private int[] resources;
    private boolean isSubmitting;
    private boolean isMeasuring;
    private int inFlight;
    private long committed;
    private long measured;
    private long aborted;
    private long refused;

    private RigClient(final String[] arguments, final RigStop stop) {
        this.stop = stop;
        dtm = RigPeer.connect(arguments);
        session = dtm.session(0);
        idle = RigPeer.idle(arguments);
    }

    /**
     * @param arguments see {@link RigPeer}; then seconds of warm-up and of measuring, payload bytes of a branch, the
     *                  numbers in flight joined by commas, and the names of the resources.
     */
    public static void main(final String[] arguments) {
        final RigClient client = new RigClient(arguments, RigStop.watch(() -> {
        }));
        int at = RigPeer.ARGUMENTS;
        final long warmUpNs = Integer.parseInt(arguments[at++]) * SECOND_NS;
        final long measureNs = Integer.parseInt(arguments[at++]) * SECOND_NS;
        final int payloadLength = Integer.parseInt(arguments[at++]);
        final String[] levels = arguments[at++].split(",");
        final String[] names = new String[arguments.length - at];
        System.arraycopy(arguments, at, names, 0, names.length);
        try {
            client.lookUp(names);
            System.out.println(READY);
            for (final String level : levels) {
                client.run(Integer.parseInt(level), payloadLength, warmUpNs, measureNs);
            }
            System.out.println(TOTAL + client.committed);
        } finally {
            client.dtm.close();
        }
    }

    private void lookUp(final String[] names) {
        resources = new int[names.length];
        final int[] missing = {names.length};
        for (int i = 0; i < names.length; i++) {
            lookUp(names[i], i, missing);
        }
        if (!workUntil(() -> missing[0] == 0, System.nanoTime() + START_LIMIT_NS)) {
            throw new IllegalStateException("no answer from the coordinator");
        }
    }

    private void lookUp(final String name, final int index, final int[] missing) {
        session.lookup(name, new LookupListener() {
            @Override
            public void onFound(final int resourceId) {
                resources[index] = resourceId;
                missing[0]--;
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                if (refusal != Refusal.NOT_CONNECTED) {
                    throw new IllegalStateException(name + ": " + refusal + ", " + text);
                }
                lookUp(name, index, missing); // a busy machine takes its time to connect
            }
        });
    }

    private void run(final int level, final int payloadLength, final long warmUpNs, final long measureNs) {
        isSubmitting = true;
        for (int i = 0; i < level; i++) {
            new Slot(payloadLength).submit();
        }
        workUntil(() -> false, System.nanoTime() + warmUpNs);
        System.out.println(MEASURING + level);
        latencies.reset();
        measured = 0;
        isMeasuring = true;
        final long startNs = System.nanoTime();
        workUntil(() -> false, startNs + measureNs);
        final long tookNs = System.nanoTime() - startNs;
        isMeasuring = false;
        System.out.println(LEVEL + String.format(Locale.ROOT, "%d %d %d %d %d %d %d %d %d %d",
            level, measured, tookNs, aborted, refused,
            latencies.getValueAtPercentile(50), latencies.getValueAtPercentile(99),
            latencies.getValueAtPercentile(99.9), latencies.getMaxValue(), Math.round(latencies.getMean())));
        isSubmitting = false;
        refusedSlots.clear();
        if (!workUntil(() -> inFlight == 0, System.nanoTime() + MAX_LATENCY_NS)) {
            throw new IllegalStateException(inFlight + " transactions have no outcome");
        }
    }

    private boolean workUntil(final BooleanSupplier isDone, final long deadlineNs) {
        while (!isDone.getAsBoolean()) {
            if (System.nanoTime() - deadlineNs >= 0) {
                return false;
            }
            if (stop.isOrdered()) {
                throw new IllegalStateException("stopped");
            }
            int work = dtm.doWork();
            for (int i = refusedSlots.size(); i > 0 && isSubmitting; i--) {
                refusedSlots.poll().submit();
                work++;
            }
            idle.idle(work);
        }
        return true;
    }

    /** One transaction in flight, again and again. */
    private final class Slot implements OutcomeListener {
        private final SubmitRequest request = new SubmitRequest();
        private long startNs;

        Slot(final int payloadLength) {
            final UnsafeBuffer payload = new UnsafeBuffer(new byte[payloadLength]);
            for (final int resource : resources) {
                request.branch(resource, payload, 0, payloadLength);
            }
        }

        void submit() {
            inFlight++;
            startNs = System.nanoTime();
            session.submit(request, this);
        }

        @Override
        public void onOutcome(final long transactionId, final Outcome outcome) {
            inFlight--;
            if (outcome.status() == Outcome.Status.COMMITTED) {
                committed++;
                if (isMeasuring) {
                    measured++;
                    latencies.recordValue(Math.min(System.nanoTime() - startNs, MAX_LATENCY_NS));
                }
            } else {
                aborted++;
                if (aborted == 1) {
                    System.out.println("not committed: " + outcome);
                }
            }
            if (isSubmitting) {
                submit();
            }
        }

        @Override
        public void onRefused(final long transactionId, final Refusal refusal, final String text) {
            inFlight--;
            refused++;
            if (refused == 1) {
                System.out.println("refused: " + refusal + ", " + text);
            }
            refusedSlots.add(this);
        }
    }
}
