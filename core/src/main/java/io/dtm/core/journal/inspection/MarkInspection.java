package io.dtm.core.journal.inspection;

import io.dtm.codec.MarkDescriptor;
import io.dtm.core.journal.reading.ForcedEvidence;
import io.dtm.core.journal.reading.MarkReader;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/** The mark file as found, and what is wrong with it. It has no checksum: what it says is held against the journal. */
final class MarkInspection {
    private final MarkSummary summary;
    private final String damage;
    private final String note;
    private final boolean isOtherVersion;
    /** The higher copy of the forced position. A process that is killed between storing the two leaves them so. */
    private final long higherForced;

    private MarkInspection(final MarkSummary summary, final long higherForced, final String damage) {
        this(summary, higherForced, damage, null, false);
    }

    /** It says nothing. */
    private MarkInspection(final String damage, final String note) {
        this(null, 0, damage, note, false);
    }

    private MarkInspection(
        final MarkSummary summary,
        final long higherForced,
        final String damage,
        final String note,
        final boolean isOtherVersion) {
        this.isOtherVersion = isOtherVersion;
        this.summary = summary;
        this.higherForced = higherForced;
        this.damage = damage;
        this.note = note;
    }

    static MarkInspection of(final JournalStorage storage, final long coordinatorId) {
        try (JournalFile file = storage.open(FileNames.MARK, false)) {
            if (file.length() != MarkDescriptor.FILE_LENGTH) {
                return new MarkInspection("has " + file.length() + " bytes instead of "
                    + MarkDescriptor.FILE_LENGTH + ": it says nothing, and the next start makes another", null);
            }
            return of(file.buffer(), coordinatorId);
        } catch (final NoSuchFileException ex) {
            return new MarkInspection(null, "there is no " + FileNames.MARK
                + ": a power loss may have taken it, and with it the last evidence of a force");
        } catch (final IOException ex) {
            return new MarkInspection(
                JournalDamage.unreadable(FileNames.MARK, JournalDamage.NOWHERE, ex).what(), null);
        }
    }

    private static MarkInspection of(final UnsafeBuffer buffer, final long coordinatorId) {
        final int version = MarkReader.version(buffer);
        if (version == 0) {
            return new MarkInspection(null,
                FileNames.MARK + " isn't ready: a first start was killed while it wrote it, or power was lost");
        }
        if (version != MarkDescriptor.VERSION) {
            return new MarkInspection(null, 0, "has version " + version + "; this program knows "
                + MarkDescriptor.VERSION + ": a start takes it for no evidence", null, true);
        }
        final MarkReader mark = MarkReader.of(buffer, coordinatorId);
        if (mark.foreignId() != 0) {
            return new MarkInspection(String.format("is of coordinator %016x, the directory of %016x",
                mark.foreignId(), coordinatorId), null);
        }
        if (!mark.isOurs()) {
            return new MarkInspection(mark.defect(), null);
        }
        return new MarkInspection(
            new MarkSummary(
                mark.pid(),
                mark.forcedPosition(),
                Math.max(mark.forcedPosition(), MarkDescriptor.appendedPosition(buffer)),
                mark.activityMs(),
                MarkDescriptor.usableBytes(buffer),
                MarkDescriptor.lowSpaceBytes(buffer),
                MarkDescriptor.refusedSinceMs(buffer),
                MarkDescriptor.refusals(buffer)),
            mark.higherForced(),
            mark.damage());
    }

    /** @return what it says, or null if that is of no use. */
    MarkSummary summary() {
        return summary;
    }

    /** @return 0 if it says nothing. */
    long forcedPosition() {
        return summary == null ? 0 : summary.forcedPosition();
    }

    boolean isProcessAlive() {
        return summary != null && summary.isProcessAlive();
    }

    void tell(final Consumer<JournalDamage> damages, final JournalVisitor visitor) {
        if (damage != null) {
            damages.accept(new JournalDamage(FileNames.MARK, JournalDamage.NOWHERE, 0, damage, isOtherVersion));
        }
        if (note != null) {
            visitor.onNote(note);
        }
    }

    /** Holds it against the end of an undamaged journal. */
    void tellAgainst(
        final long endPosition,
        final ForcedEvidence evidence,
        final Consumer<JournalDamage> damages,
        final JournalVisitor visitor) {
        if (summary == null || isProcessAlive()) {
            return;
        }
        if (damage == null && higherForced != summary.forcedPosition() && higherForced > endPosition) {
            damages.accept(new JournalDamage(FileNames.MARK, JournalDamage.NOWHERE, 0,
                MarkReader.copiesDiffer(higherForced, summary.forcedPosition())
                    + "; the journal ends at position " + endPosition));
        }
        if (summary.appendedPosition() > endPosition) {
            visitor.onNote(FileNames.MARK + " says that the journal was appended to up to position "
                + summary.appendedPosition() + ": what is beyond " + endPosition
                + " isn't there; it hadn't been called forced");
        }
        if (summary.forcedPosition() < evidence.position()) {
            visitor.onNote(FileNames.MARK + " says that everything up to " + summary.forcedPosition()
                + " was forced, " + evidence.witness() + " knows of " + evidence.position()
                + ": the mark file's last state isn't there, as after a power loss");
        }
    }
}
