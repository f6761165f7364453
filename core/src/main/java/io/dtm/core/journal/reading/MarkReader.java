package io.dtm.core.journal.reading;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.dtm.codec.MarkDescriptor;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import java.util.Locale;
import org.agrona.MarkFile;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a mark file is evidence of: of which force, and of whose process. It isn't needed, so its damage is told and
 * refuses nothing; but one of another coordinator says that files were mixed.
 *
 * @param firstForced  position up to which it says that the journal was forced; 0: it says nothing.
 * @param secondForced the same by its second copy, which is stored last.
 * @param pid          of the process that owns the directory, or owned it last; 0: not known, or closed in order.
 * @param activityMs   epoch milliseconds when that process was seen to run last; 0: not known.
 * @param isOurs       whether it says anything about this coordinator's journal.
 * @param foreignId    of the coordinator that it is of, going by both copies; 0: of none but this.
 * @param defect       what is wrong with it, whatever its copies of the forced position say; or null.
 */
public record MarkReader(
    long firstForced,
    long secondForced,
    long pid,
    long activityMs,
    boolean isOurs,
    long foreignId,
    String defect) {

    private static final MarkReader NOTHING = new MarkReader(0, 0, 0, 0, false, 0, null);

    /**
     * @param file          as it was found; it stays the caller's.
     * @param place         for people.
     * @param coordinatorId whose it should be.
     * @return what it says about this coordinator's journal.
     * @throws JournalException FOREIGN if it belongs to another one.
     */
    public static MarkReader ofStart(final JournalFile file, final String place, final long coordinatorId) {
        if (file.length() != MarkDescriptor.FILE_LENGTH || version(file.buffer()) != MarkDescriptor.VERSION) {
            return NOTHING;
        }
        final MarkReader mark = of(file.buffer(), coordinatorId);
        if (mark.foreignId != 0) {
            throw new JournalException(Category.FOREIGN, String.format(Locale.ROOT,
                "the mark file %s is of coordinator %016x, the directory of %016x: files of two were mixed; put back"
                    + " what belongs together. If only the mark file is in the wrong place, delete it: it isn't needed,"
                    + " and the start makes another", place, mark.foreignId, coordinatorId), null);
        }
        return mark;
    }

    /**
     * @param buffer        of a mark file of this version.
     * @param coordinatorId whose it should be.
     * @return what it says, and what is wrong with it.
     */
    public static MarkReader of(final UnsafeBuffer buffer, final long coordinatorId) {
        final long id = MarkDescriptor.coordinatorId(buffer);
        final long checkedId = MarkDescriptor.checkedCoordinatorId(buffer);
        if (id != coordinatorId && checkedId != coordinatorId) {
            final boolean isForeign = id == checkedId && id != 0;
            return new MarkReader(0, 0, 0, 0, false, isForeign ? id : 0,
                isForeign ? null : "neither of its two copies of the coordinator's id is right: it says nothing");
        }
        final long pidBefore = MarkDescriptor.pid(buffer);
        final long secondForced = MarkDescriptor.checkedForcedPosition(buffer); // Stored last, so read first.
        final long firstForced = MarkDescriptor.forcedPosition(buffer);
        final long pid = MarkDescriptor.pid(buffer);
        final boolean isZero = Zeros.hold(buffer, Integer.BYTES, MarkDescriptor.TIMESTAMP_OFFSET)
            && Zeros.hold(buffer, MarkDescriptor.FIELDS_LENGTH, MarkDescriptor.FILE_LENGTH);
        String defect = isZero ? null : "it isn't zero where it has no field";
        if (id != checkedId) {
            defect = "one of its two copies of the coordinator's id is wrong";
        }
        // A process that began or ended meanwhile may have stored one copy only of those that were read.
        return new MarkReader(firstForced, secondForced, pid == 0 ? pidBefore : pid,
            buffer.getLong(MarkDescriptor.TIMESTAMP_OFFSET, LITTLE_ENDIAN), true, 0, defect);
    }

    /** @return position up to which the journal was forced, at least: the lower copy counts. */
    public long forcedPosition() {
        return Math.min(firstForced, secondForced);
    }

    /** @return the higher copy. A process that is killed between storing the two leaves them so. */
    public long higherForced() {
        return Math.max(firstForced, secondForced);
    }

    /**
     * A process that is killed between storing the two copies of the forced position leaves the first, which it stores
     * first, above the second; one that ended in order leaves none so.
     *
     * @return what is wrong with it, the copies of the forced position included; or null.
     */
    public String damage() {
        final boolean isKillsWork = firstForced == secondForced || firstForced > secondForced && pid != 0;
        return defect != null || isKillsWork ? defect : copiesDiffer(firstForced, secondForced);
    }

    /**
     * @param first  copy of the forced position.
     * @param second copy of it.
     * @return says that no process leaves them so.
     */
    public static String copiesDiffer(final long first, final long second) {
        return "its two copies of the forced position are " + first + " and " + second + ", which no killed process"
            + " leaves: the lower one counts";
    }

    /** @return what a start says of its damage, as full sentences; or null. */
    String damage(final String place) {
        final String what = damage();
        return what == null ? null : "the mark file " + place + " is damaged: " + what + ". It isn't needed, and is"
            + " written anew; look at the device";
    }

    /**
     * It is stored last, so what else there is can be read after it.
     *
     * @param buffer of a mark file.
     * @return its version; 0: it isn't ready.
     */
    public static int version(final UnsafeBuffer buffer) {
        return new MarkFile(buffer, MarkDescriptor.VERSION_OFFSET, MarkDescriptor.TIMESTAMP_OFFSET).versionVolatile();
    }
}
