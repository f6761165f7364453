package io.dtm.session;

import io.dtm.client.Refusal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Resource names and their handles at one coordinator. An id stays the same until the coordinator's directory is
 * restored from a backup, so what was found is kept across links and epochs until then. Duty cycle's thread.
 */
final class Lookups {
    private static final int MAX_KNOWN = 1 << 16;
    private static final long MS = 1_000_000L;
    private static final long SWEEP_NS = 250 * MS;

    private static final class Question {
        final byte[] encodedName;
        final long deadlineNs;
        long requestId;
        final List<LookupListener> listeners = new ArrayList<>(1);

        Question(final byte[] encodedName, final long deadlineNs) {
            this.encodedName = encodedName;
            this.deadlineNs = deadlineNs;
        }
    }

    private final SessionContext context;
    private final Connection connection;
    private final TransactionPublisher publisher;
    private final Map<String, Integer> known = new HashMap<>();
    private final Map<String, Question> open = new LinkedHashMap<>();
    private long nowNs;
    private long sweepAtNs;

    Lookups(final SessionContext context, final Connection connection, final Outbox outbox) {
        this.context = context;
        this.connection = connection;
        this.publisher = new TransactionPublisher(outbox);
    }

    void lookup(final String name, final LookupListener listener) {
        final Integer resource = known.get(name);
        if (resource != null) {
            listener.onFound(resource);
            return;
        }
        Question question = open.get(name);
        if (question == null) {
            if (open.size() == context.maxWaiting()) {
                listener.onRefused(Refusal.LIBRARY_OVERLOADED, "more than " + open.size() + " names are looked up");
                return;
            }
            // Before it is kept: what can't be sent must not be there when all questions are sent again.
            final byte[] encodedName;
            try {
                encodedName = Utf8.name(name);
            } catch (final IllegalArgumentException ex) {
                listener.onRefused(Refusal.UNKNOWN_PARTICIPANT, ex.getMessage());
                return;
            }
            question = new Question(encodedName, nowNs + connection.limits().maxTimeoutMs() * MS);
            open.put(name, question);
            if (connection.isOpen()) {
                ask(question);
            }
        }
        question.listeners.add(listener);
    }

    void onOpen() {
        open.values().forEach(this::ask);
    }

    void onClosed() {
        open.values().forEach(question -> question.requestId = 0);
    }

    /** Ids may belong to other names now. */
    void onRestored() {
        known.clear();
    }

    void onFound(final long requestId, final int resourceId) {
        final String name = nameOf(requestId);
        if (name != null) {
            final int resource = ResourceHandle.of(resourceId, connection.restores());
            if (known.size() < MAX_KNOWN) {
                known.put(name, resource);
            }
            for (final LookupListener listener : open.remove(name).listeners) {
                listener.onFound(resource);
            }
        }
    }

    void onRejected(final long requestId, final Refusal refusal, final String text) {
        final String name = nameOf(requestId);
        if (name != null) {
            for (final LookupListener listener : open.remove(name).listeners) {
                listener.onRefused(refusal, text);
            }
        }
    }

    /** Refuses what found no coordinator to ask for too long. */
    int doWork(final long now) {
        nowNs = now;
        if (now - sweepAtNs < 0) {
            return 0;
        }
        sweepAtNs = now + SWEEP_NS;
        final List<Question> late = new ArrayList<>(0);
        open.values().removeIf(question -> now - question.deadlineNs >= 0 && late.add(question));
        for (final Question question : late) {
            for (final LookupListener listener : question.listeners) {
                listener.onRefused(Refusal.NOT_CONNECTED, "the coordinator could not be asked in time");
            }
        }
        return late.size();
    }

    void refuseAll(final Refusal refusal, final String text) {
        final List<Question> all = new ArrayList<>(open.values());
        open.clear();
        for (final Question question : all) {
            for (final LookupListener listener : question.listeners) {
                listener.onRefused(refusal, text);
            }
        }
    }

    private void ask(final Question question) {
        question.requestId = connection.nextRequestId();
        publisher.lookup(question.requestId, question.encodedName);
    }

    private String nameOf(final long requestId) {
        for (final Map.Entry<String, Question> entry : open.entrySet()) {
            if (entry.getValue().requestId == requestId) {
                return entry.getKey();
            }
        }
        return null;
    }
}
