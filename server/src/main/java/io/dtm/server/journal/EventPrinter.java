package io.dtm.server.journal;

import io.dtm.codec.message.AbortReason;
import io.dtm.codec.message.DecisionType;
import io.dtm.core.coordinator.ProtocolCodes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/**
 * Prints the events of an inspection record by record, those that pass a filter; and what the coordinator decided by
 * each, if there is a replay that knows it.
 */
final class EventPrinter extends ReplayingVisitor {
    /** A template that isn't in the journal: what follows from an event. */
    static final String DECISION = "Decision";

    private final EventDecoder decoder;
    private final EventFilter filter;
    private final LineOutput lines;
    private final boolean isJson;
    private final long from;
    private final long to;
    private final List<Event> decisions = new ArrayList<>();
    private final StringBuilder line = new StringBuilder();
    private long printed;

    /**
     * @param from   position: records that end before aren't printed, but replayed.
     * @param to     position: records from there on aren't.
     * @param replay or null: no decisions are printed.
     * @param notes  takes what is damaged.
     */
    EventPrinter(
        final EventDecoder decoder,
        final EventFilter filter,
        final LineOutput lines,
        final boolean isJson,
        final long from,
        final long to,
        final Replay replay,
        final Consumer<String> notes) {
        super(replay, notes);
        this.decoder = decoder;
        this.filter = filter;
        this.lines = lines;
        this.isJson = isJson;
        this.from = from;
        this.to = to;
        if (replay != null) {
            replay.tellDecisions((transactionId, decision, reason, causeBranchId) ->
                decisions.add(decision(transactionId, decision, reason, causeBranchId)));
        }
    }

    /** @return number of lines. */
    long printed() {
        return printed;
    }

    @Override
    public boolean onRecord(
        final long position,
        final long end,
        final int linkId,
        final long timeNs,
        final DirectBuffer frame,
        final int offset,
        final int length) {
        if (position >= to) {
            return false;
        }
        decisions.clear();
        replay(position, end, linkId, timeNs, frame, offset, length);
        boolean goesOn = true;
        if (end > from) {
            for (final Event event : decoder.decode(frame, offset)) {
                goesOn = goesOn && print(position, end, timeNs, "link " + linkId, linkId, event);
            }
            for (final Event decision : decisions) {
                goesOn = goesOn && print(position, end, timeNs, "=>", linkId, decision);
            }
        }
        return goesOn;
    }

    private static Event decision(
        final long transactionId, final int decision, final int reason, final int causeBranchId) {
        return new Event(DECISION, List.of(
            new Field("transactionId", new Value.Id(transactionId, 1)),
            new Field("decision", new Value.Symbol(DecisionType.get((short) decision).name())),
            new Field("reason", new Value.Symbol(AbortReason.get((short) reason).name())),
            new Field("branchId", causeBranchId == ProtocolCodes.NO_BRANCH
                ? new Value.Symbol("NONE") : new Value.Number(causeBranchId))));
    }

    /** @return whether somebody still reads. */
    private boolean print(
        final long position,
        final long end,
        final long timeNs,
        final String source,
        final int linkId,
        final Event event) {
        if (!filter.passes(event)) {
            return true;
        }
        printed++;
        line.setLength(0);
        if (isJson) {
            json(position, end, timeNs, linkId, event);
        } else {
            column(Long.toString(position), 12);
            column(LogicalTime.seconds(timeNs), 18);
            line.append("  ").append(source).append("  ").append(event.template());
            line.append(event.fields().isEmpty() ? "" : " ");
            Field.appendText(event.fields(), line);
        }
        return lines.line(line);
    }

    private void column(final String text, final int width) {
        line.append(" ".repeat(Math.max(1, width - text.length()))).append(text);
    }

    private void json(final long position, final long end, final long timeNs, final int linkId, final Event event) {
        line.append("{\"position\":").append(position).append(",\"end\":").append(end)
            .append(",\"timeNs\":").append(timeNs).append(",\"link\":").append(linkId)
            .append(",\"template\":\"").append(event.template()).append("\",\"fields\":");
        Field.appendJson(event.fields(), line);
        line.append('}');
    }

    @Override
    void beforeNote() {
        lines.flush();
    }
}
