package io.dtm.server.demo;

import io.dtm.client.AbortReason;
import io.dtm.client.Outcome;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** What the clients asked for and what they were told: one side of the final check. Thread-safe. */
final class TransferLog {
    private static final long MAX_LATENCY_US = 120_000_000L;

    /** How a transfer ended for its client. */
    enum Ending {
        COMMITTED("committed"),
        READ_ONLY("committed, read-only"),
        INSUFFICIENT_FUNDS("rolled back: insufficient funds"),
        TIMED_OUT("rolled back: timeout"),
        CHANGED_MIND("rolled back: by the client"),
        FAULT("rolled back: a process was down or restarted"),
        REFUSED("refused, nothing begun"),
        UNKNOWN("unknown to the client");

        final String text;

        Ending(final String text) {
            this.text = text;
        }

        boolean isRolledBack() {
            return this == INSUFFICIENT_FUNDS || this == TIMED_OUT || this == CHANGED_MIND || this == FAULT;
        }

        boolean isCommitted() {
            return this == COMMITTED || this == READ_ONLY;
        }
    }

    /** One transfer and its end. */
    record Told(Transfer transfer, Ending ending) {
    }

    private final Map<Long, Transfer> running = new ConcurrentHashMap<>();
    private final Map<Long, Told> told = new ConcurrentHashMap<>();
    private final Map<String, Integer> refusals = new ConcurrentHashMap<>();
    private final Recorder latencyUs = new Recorder(MAX_LATENCY_US, 3);

    void started(final Transfer transfer) {
        running.put(transfer.number(), transfer);
    }

    void ended(final Transfer transfer, final Outcome outcome, final long latencyNs) {
        latencyUs.recordValue(Math.min(latencyNs / 1000, MAX_LATENCY_US));
        ended(transfer, endingOf(transfer, outcome));
    }

    void refused(final Transfer transfer, final Throwable why) {
        refusals.merge(String.valueOf(why.getMessage()), 1, Integer::sum);
        ended(transfer, Ending.REFUSED);
    }

    /** @return how often which refusal was heard. */
    Map<String, Integer> refusals() {
        return refusals;
    }

    private void ended(final Transfer transfer, final Ending ending) {
        told.put(transfer.number(), new Told(transfer, ending));
        running.remove(transfer.number());
    }

    private static Ending endingOf(final Transfer transfer, final Outcome outcome) {
        return switch (outcome.status()) {
            case COMMITTED -> transfer.isReadOnly() ? Ending.READ_ONLY : Ending.COMMITTED;
            case ABORTED -> endingOf(outcome.reason(), outcome.text());
            case UNKNOWN, ACCEPTED -> Ending.UNKNOWN;
        };
    }

    private static Ending endingOf(final AbortReason reason, final String text) {
        return switch (reason) {
            case DEADLINE -> Ending.TIMED_OUT;
            case CLIENT_REQUEST -> Ending.CHANGED_MIND;
            case VOTE_NO -> text.contains(BankService.INSUFFICIENT_FUNDS) ? Ending.INSUFFICIENT_FUNDS : Ending.FAULT;
            default -> Ending.FAULT;
        };
    }

    /** Transfers that never got an answer are unknown to their clients. */
    void closeBooks() {
        for (final Transfer transfer : new ArrayList<>(running.values())) {
            ended(transfer, Ending.UNKNOWN);
        }
    }

    int inFlight() {
        return running.size();
    }

    List<Told> all() {
        return new ArrayList<>(told.values());
    }

    Map<Ending, Integer> endings() {
        final Map<Ending, Integer> counts = new EnumMap<>(Ending.class);
        for (final Ending ending : Ending.values()) {
            counts.put(ending, 0);
        }
        told.values().forEach(one -> counts.merge(one.ending(), 1, Integer::sum));
        return counts;
    }

    /** @return latencies in µs since the last call. */
    Histogram latencies() {
        return latencyUs.getIntervalHistogram();
    }
}
