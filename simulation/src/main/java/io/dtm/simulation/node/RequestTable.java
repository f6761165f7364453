package io.dtm.simulation.node;

import io.dtm.client.RequestStore;
import io.dtm.session.Reservation;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What applications keep in a database of their own: each request that must be done exactly once, under which id it is
 * run, and who is at work on it. Survives every process; each call is one durable step.
 */
public final class RequestTable implements RequestStore {
    private final Map<String, Row> rows = new HashMap<>();
    private final Map<String, Row> open = new LinkedHashMap<>();

    /** A business request. */
    static final class Row {
        final long requestId;
        /** Indexes of the resources that it concerns: the same at each repeat. */
        final int[] resources;
        final int timeoutMs;
        private String owner;
        private Reservation reserved;

        private Row(final long requestId, final int[] resources, final int timeoutMs, final String owner) {
            this.requestId = requestId;
            this.resources = resources;
            this.timeoutMs = timeoutMs;
            this.owner = owner;
        }

        String key() {
            return Long.toString(requestId);
        }
    }

    /** Takes a new request in. */
    Row add(final long requestId, final int[] resources, final int timeoutMs, final String owner) {
        final Row row = new Row(requestId, resources, timeoutMs, owner);
        rows.put(row.key(), row);
        open.put(row.key(), row);
        return row;
    }

    /** @return open requests on which a process is at work, or was when it died. */
    List<Row> of(final String owner) {
        return open.values().stream().filter(row -> row.owner.equals(owner)).toList();
    }

    /** @return open requests of all others. */
    List<Row> ofOthers(final String owner) {
        return open.values().stream().filter(row -> !row.owner.equals(owner)).toList();
    }

    /** Another process is at work on it from now on, whether or not the former one still is. */
    void takeOver(final Row row, final String owner) {
        row.owner = owner;
    }

    /**
     * Ends a request.
     *
     * @param transactionId of its last run, as far as the caller knows.
     * @return false if somebody else has ended it, or run it under another id since.
     */
    boolean close(final Row row, final long transactionId) {
        return row.reserved != null && row.reserved.transactionId() == transactionId
            && open.remove(row.key(), row);
    }

    boolean isOpen(final Row row) {
        return open.containsKey(row.key());
    }

    @Override
    public Reservation load(final String requestKey) {
        final Row row = rows.get(requestKey);
        return row == null ? null : row.reserved;
    }

    @Override
    public boolean replace(final String requestKey, final Reservation expected, final Reservation next) {
        final Row row = open.get(requestKey);
        if (row == null || !Objects.equals(row.reserved, expected)) {
            return false;
        }
        row.reserved = next;
        return true;
    }
}
