package io.dtm.core.journal.inspection;

import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.journal.reading.RecordChecksum;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.util.List;

/** What the headers of all segments say together, whoever's they are. */
final class SegmentHeaders {
    private SegmentHeaders() {
    }

    /** @return the id in all headers that are whole; 0 if there is none, or they differ. */
    static long commonCoordinatorId(final JournalStorage storage, final List<String> names) {
        long common = 0;
        for (final String name : names) {
            final long id = coordinatorId(storage, name);
            if (id != 0 && common != 0 && id != common) {
                return 0;
            }
            common = id == 0 ? common : id;
        }
        return common;
    }

    private static long coordinatorId(final JournalStorage storage, final String name) {
        try (JournalFile file = storage.open(name, false)) {
            final boolean isWhole = file.length() >= SegmentDescriptor.HEADER_LENGTH
                && RecordChecksum.header(file.byteBuffer()) == SegmentDescriptor.crc(file.buffer());
            return isWhole ? SegmentDescriptor.coordinatorId(file.buffer()) : 0;
        } catch (final IOException ex) {
            return 0; // The coordinator let go of it; or it can't be read, which the inspection says.
        }
    }
}
