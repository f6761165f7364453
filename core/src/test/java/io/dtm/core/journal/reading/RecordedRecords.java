package io.dtm.core.journal.reading;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;

/** Remembers what was replayed. */
public final class RecordedRecords implements RecordHandler {
    /** One record. */
    public record Entry(long position, int linkId, long timeNs, String frame) {
    }

    private final List<Entry> entries = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();

    @Override
    public void onRecord(
        final long position,
        final int linkId,
        final long timeNs,
        final DirectBuffer frame,
        final int offset,
        final int length) {
        final byte[] bytes = new byte[length];
        frame.getBytes(offset, bytes);
        entries.add(new Entry(position, linkId, timeNs, Arrays.toString(bytes)));
        texts.add(new String(bytes));
    }

    public List<Entry> entries() {
        return entries;
    }

    public List<String> texts() {
        return texts;
    }

    public Entry last() {
        return entries.get(entries.size() - 1);
    }
}
