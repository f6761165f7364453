package io.dtm.server.journal;

import io.dtm.core.recovery.CheckpointDecoder;
import io.dtm.core.storage.JournalStorage;

/** Prints the items of a checkpoint, or what else tells a state, as lines: those that pass a filter. */
final class CheckpointDump {
    private final EventFilter filter;
    private final LineOutput lines;
    private final boolean isJson;
    private final StringBuilder line = new StringBuilder();
    private long number;
    private long printed;

    CheckpointDump(final EventFilter filter, final LineOutput lines, final boolean isJson) {
        this.filter = filter;
        this.lines = lines;
        this.isJson = isJson;
    }

    /** What it throws is as {@link CheckpointDecoder#read} says; what was printed before is worth nothing then. */
    void dump(
        final JournalStorage storage, final String name, final long coordinatorId, final EventDecoder items) {
        try (CheckpointDecoder decoder = CheckpointDecoder.open(storage, name, coordinatorId)) {
            decoder.read((buffer, offset, length) -> take(items.decodeItem(buffer, offset)));
        }
        lines.flush();
    }

    void take(final Event item) {
        if (filter.passes(item)) {
            print(item);
            printed++;
        }
        number++;
    }

    /** @return how many passed the filter. */
    long printed() {
        return printed;
    }

    private void print(final Event item) {
        line.setLength(0);
        if (isJson) {
            line.append("{\"item\":").append(number).append(",\"template\":\"").append(item.template())
                .append("\",\"fields\":");
            Field.appendJson(item.fields(), line);
            line.append('}');
        } else {
            line.append(number).append("  ").append(item.template()).append(' ');
            Field.appendText(item.fields(), line);
        }
        lines.line(line);
    }
}
