package io.dtm.core.journal.reading;

import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.List;

/**
 * Where the segment right behind the newest checkpoint is damaged or missing, a replay from there reads no record, and
 * so knows no position to cut at. One from the checkpoint before, or from the journal's beginning, does.
 */
final class OlderCheckpoint {
    private OlderCheckpoint() {
    }

    /**
     * @param refusal CORRUPT: the segment that starts at the position can't be read, or isn't there.
     * @param from    replay position of the checkpoint that was restored.
     * @return the refusal; with what an operator can do as a last resort, if there is something to go back to.
     */
    static JournalException advise(
        final JournalStorage storage, final long coordinatorId, final JournalException refusal, final long from)
        throws IOException {
        final List<String> names = storage.list();
        final String newest = FileNames.checkpoint(from);
        if (!names.contains(newest)) {
            return refusal;
        }
        final long older = replayPositionBefore(storage, coordinatorId, names, from);
        if (!isWhole(storage, names, older, from)) {
            return refusal;
        }
        return refusal.withAdvice(". There is no position to cut at behind this checkpoint. The last resort, if no copy"
            + " can be had, begins with the one before: rename " + storage.describe(newest) + " to "
            + FileNames.unusedKept(names, newest) + " and start again. That start goes on from "
            + (older == 0 ? "the journal's beginning" : storage.describe(FileNames.checkpoint(older)))
            + ", comes to the damage, and names the position for --cut-at; nothing is given up before that is said");
    }

    /** @return of the newest older checkpoint that is one, going by its header; 0: there is none. */
    private static long replayPositionBefore(
        final JournalStorage storage, final long coordinatorId, final List<String> names, final long from)
        throws IOException {
        long found = 0;
        for (final String name : names) {
            if (FileNames.isCheckpoint(name) && FileNames.position(name) > found && FileNames.position(name) < from
                && isUsable(storage, coordinatorId, name)) {
                found = FileNames.position(name);
            }
        }
        return found;
    }

    private static boolean isUsable(final JournalStorage storage, final long coordinatorId, final String name)
        throws IOException {
        try (ReadableByteChannel channel = storage.openSequential(name)) {
            return CheckpointHeader.read(channel, storage.describe(name))
                .isOf(coordinatorId, FileNames.position(name));
        } catch (final JournalException damaged) {
            return false;
        }
    }

    /** @return whether there is a segment for each position between two segments' starts. */
    private static boolean isWhole(
        final JournalStorage storage, final List<String> names, final long from, final long to) throws IOException {
        long position = from;
        while (position < to) {
            final String name = FileNames.segment(position);
            if (!names.contains(name) || storage.length(name) == 0) {
                return false;
            }
            position += storage.length(name);
        }
        return position == to;
    }
}
