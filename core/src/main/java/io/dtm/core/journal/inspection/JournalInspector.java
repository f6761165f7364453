package io.dtm.core.journal.inspection;

import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.journal.reading.CoordinatorIdFile;
import io.dtm.core.journal.reading.JournalTail;
import io.dtm.core.journal.reading.RecordChecksum;
import io.dtm.core.journal.reading.Zeros;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.MappedStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads a whole journal's directory for tools, and goes on behind what is damaged: a start needs the first damage only,
 * an operator all of it. Changes nothing, owns nothing, and may read while the coordinator runs. One thread.
 */
public final class JournalInspector {
    private final JournalStorage storage;
    private final long coordinatorId;
    private final RecordChecksum checksum;
    /** Or null. */
    private final JournalDamage idDamage;

    private JournalInspector(
        final JournalStorage storage, final long coordinatorId, final JournalDamage idDamage) {
        this.storage = storage;
        this.coordinatorId = coordinatorId;
        this.checksum = new RecordChecksum(coordinatorId);
        this.idDamage = idDamage;
    }

    /**
     * @param directory of a coordinator that may run.
     * @return an inspector of its journal.
     * @throws JournalException     FOREIGN if there is no journal in it, or not yet.
     * @throws UncheckedIOException if it can't be read.
     */
    public static JournalInspector open(final Path directory) {
        return open(new MappedStorage(directory));
    }

    /**
     * @param storage of a coordinator that may run; it stays the caller's.
     * @return an inspector of its journal.
     * @throws JournalException     FOREIGN if there is no journal in it, or not yet.
     * @throws UncheckedIOException if it can't be read.
     */
    public static JournalInspector open(final JournalStorage storage) {
        try {
            final List<String> segments = storage.list().stream().filter(FileNames::isSegment).toList();
            if (segments.isEmpty() && !storage.list().contains(FileNames.COORDINATOR_ID)) {
                throw new JournalException(Category.FOREIGN, "there is no journal in " + storage.describe("")
                    + ": neither a segment nor " + FileNames.COORDINATOR_ID, null);
            }
            return identified(storage, SegmentHeaders.commonCoordinatorId(storage, segments));
        } catch (final IOException ex) {
            throw new UncheckedIOException("can't be read: " + ex, ex);
        }
    }

    /** @param common id in the headers of all segments; 0: there is none. */
    private static JournalInspector identified(final JournalStorage storage, final long common) {
        String defect;
        try {
            final long id = CoordinatorIdFile.read(storage);
            if (common == 0 || common == id) {
                return new JournalInspector(storage, id, null);
            }
            defect = String.format("it says coordinator %016x, the header of each segment %016x", id, common);
        } catch (final NoSuchFileException ex) {
            checkFirstStartEnded(storage);
            defect = "it is missing; the coordinator's id is in the header of each segment";
        } catch (final IOException ex) {
            defect = JournalDamage.unreadable(FileNames.COORDINATOR_ID, JournalDamage.NOWHERE, ex).what();
        } catch (final JournalException ex) {
            defect = "it doesn't hold the coordinator's id: 16 hexadecimal digits and a line feed, as in the header of"
                + " each segment";
        }
        return new JournalInspector(storage, common,
            new JournalDamage(FileNames.COORDINATOR_ID, JournalDamage.NOWHERE, 0, defect));
    }

    /** The id comes behind the first segment, and everything else behind the id. */
    private static void checkFirstStartEnded(final JournalStorage storage) {
        try {
            final List<String> names = storage.list().stream().filter(name -> FileNames.isSegment(name)
                || FileNames.isCheckpoint(name) || name.equals(FileNames.MARK)).toList();
            if (!names.equals(List.of(FileNames.segment(0)))) {
                return;
            }
            try (JournalFile first = storage.open(names.get(0), false)) {
                if (Zeros.hold(first.buffer(), Math.min(SegmentDescriptor.HEADER_LENGTH, first.length()),
                    first.length())) {
                    throw new JournalException(Category.FOREIGN, "there is no journal in " + storage.describe("")
                        + " yet: a first start is under way, or was killed before its end. Start the coordinator",
                        null);
                }
            }
        } catch (final IOException ex) {
            assert ex != null; // The inspection says what can't be read.
        }
    }

    /** @return whose journal it is: by its file, or by the segments if that is damaged; 0: nobody says. */
    public long coordinatorId() {
        return coordinatorId;
    }

    /** @return what the mark file says now, or null if it says nothing. */
    public MarkSummary mark() {
        return MarkInspection.of(storage, coordinatorId).summary();
    }

    /**
     * Hands everything to a visitor.
     *
     * @param from    position: records that end at or before it are left out, and segments before it aren't read.
     * @param visitor may throw, and ends the inspection so.
     * @return where the journal ends; null if the visitor ended it.
     * @throws UncheckedIOException if the directory can't be read. A file that can't be is a damage.
     */
    public JournalTail inspect(final long from, final JournalVisitor visitor) {
        if (idDamage != null) {
            visitor.onDamage(idDamage);
        }
        return new JournalInspection(storage, coordinatorId, checksum, from, visitor).run();
    }
}
