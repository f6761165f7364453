package io.dtm.server.journal;

import io.dtm.core.coordinator.CommitCoordinator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.collections.Long2LongHashMap;

/** The transactions that a coordinator hasn't finished, each with its branches: made of the items of its state. */
final class InFlight {
    /** Instead of a time: it began before what was replayed. */
    static final long UNKNOWN = -1;

    private static final Set<Value> UNDECIDED = Set.of(new Value.Symbol("ACTIVE"), new Value.Symbol("PREPARING"));

    private final EventDecoder decoder = EventDecoder.ofCheckpointItems();
    private final Map<Long, Value> participants = new HashMap<>();
    private final List<Event> transactions = new ArrayList<>();
    private final Long2LongHashMap begunNs;
    private List<List<Field>> branches;
    private List<List<Field>> missing;
    private long nowNs;
    private long downtimeNs;

    private InFlight(final Long2LongHashMap begunNs) {
        this.begunNs = begunNs;
    }

    /**
     * @param coordinator whose state is told.
     * @param begunNs     logical time at which a transaction's begin came, where that is known.
     * @return an event for each transaction, by id.
     */
    static List<Event> of(final CommitCoordinator coordinator, final Long2LongHashMap begunNs) {
        final InFlight all = new InFlight(begunNs);
        CoordinatorItems.tell(
            coordinator, (buffer, offset, length) -> all.take(all.decoder.decodeItem(buffer, offset)));
        return all.transactions;
    }

    private void take(final Event item) {
        switch (item.template()) {
            case "Coordinator" -> {
                nowNs = item.number("nowNs", 0);
                downtimeNs = item.number("downtimeNs", 0);
            }
            case "Resource" -> participants.put(item.number("resourceId", 0), item.value("resourceName"));
            case "Transaction" -> transactions.add(transaction(item));
            case "ExpectedBranch" -> missing.add(List.of(field(item, "branchId")));
            case "Branch" -> branches.add(List.of(
                field(item, "branchId"),
                new Field("participant", participants.get(item.number("resourceId", 0))),
                field(item, "state"),
                field(item, "vote")));
            default -> {
                // Says nothing of what is in flight.
            }
        }
    }

    private Event transaction(final Event item) {
        final long id = item.number("transactionId", 0);
        final long sinceNs = begunNs.get(id);
        branches = new ArrayList<>();
        missing = new ArrayList<>();
        return new Event(item.template(), List.of(
            field(item, "transactionId"),
            field(item, "state"),
            new Field("since", sinceNs == UNKNOWN ? new Value.Symbol("UNKNOWN") : new Value.Time(sinceNs)),
            new Field("deadline", deadline(item)),
            field(item, "reason"),
            field(item, "causeBranchId"),
            field(item, "flags"),
            new Field("branches", new Value.Group(branches)),
            new Field("missing", new Value.Group(missing))));
    }

    /** Downtimes bring it nearer. What is delegated or decided has none any more. */
    private Value deadline(final Event item) {
        if (!UNDECIDED.contains(item.value("state"))) {
            return new Value.Symbol("NONE");
        }
        final long deadlineNs = item.number("deadlineNs", 0);
        return deadlineNs <= nowNs ? new Value.Symbol("PASSED") : new Value.Time(deadlineNs - downtimeNs);
    }

    private static Field field(final Event item, final String name) {
        return new Field(name, item.value(name));
    }
}
