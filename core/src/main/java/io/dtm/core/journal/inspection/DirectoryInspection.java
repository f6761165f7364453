package io.dtm.core.journal.inspection;

import io.dtm.core.journal.reading.CheckpointHeader;
import io.dtm.core.journal.reading.CutOrderFile;
import io.dtm.core.journal.reading.ForcedEvidence;
import io.dtm.core.journal.reading.SegmentSummary;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** What names tell of a journal: files that aren't its own, traces of a cut, and what is missing at its front. */
final class DirectoryInspection {
    private static final Set<String> KNOWN = Set.of(
        FileNames.COORDINATOR_ID, FileNames.MARK, FileNames.TAIL_POINTER, FileNames.LOCK);

    /** A start falls back on the older of the last two; what is older than these is on its way out. */
    private static final int KEPT_CHECKPOINTS = 2;

    private final JournalStorage storage;
    private final long coordinatorId;
    private final Consumer<JournalDamage> damages;
    private final JournalVisitor visitor;
    /** Positions of those whose headers are right, oldest first. */
    private final List<Long> checkpoints = new ArrayList<>();

    DirectoryInspection(
        final JournalStorage storage,
        final long coordinatorId,
        final Consumer<JournalDamage> damages,
        final JournalVisitor visitor) {
        this.storage = storage;
        this.coordinatorId = coordinatorId;
        this.damages = damages;
        this.visitor = visitor;
    }

    /** @param evidence takes what the headers of checkpoints know; what else they hold isn't looked at. */
    void inspect(final ForcedEvidence evidence) throws IOException {
        for (final String name : storage.list()) {
            if (FileNames.isCheckpoint(name)) {
                readHeader(name, evidence);
            } else if (name.equals(FileNames.CUT_ORDER)) {
                inspectCut();
            } else if (FileNames.isTemporary(name)) {
                visitor.onNote(name + " is in the making, or was left by a process that was killed");
            } else if (FileNames.isKept(name)) {
                visitor.onNote(name + " was kept aside by a cut that an operator ordered; nothing reads it");
            } else if (!FileNames.isSegment(name) && !KNOWN.contains(name)) {
                visitor.onNote(name + " is no file of a journal");
            }
        }
    }

    /** As a start does: whoever made one had applied everything before it, and that was forced. */
    private void readHeader(final String name, final ForcedEvidence evidence) {
        try (ReadableByteChannel channel = storage.openSequential(name)) {
            final CheckpointHeader header = CheckpointHeader.read(channel, storage.describe(name));
            if (header.isOf(coordinatorId, FileNames.position(name))) {
                evidence.checkpoint(storage.describe(name), header.replayPosition());
                checkpoints.add(header.replayPosition());
            }
        } catch (final JournalException | IOException useless) {
            assert name != null; // Who restores from it says what is wrong with it.
        }
    }

    private void inspectCut() {
        try {
            final CutOrderFile order = CutOrderFile.read(storage);
            if (order != null) {
                damages.accept(new JournalDamage(
                    FileNames.CUT_ORDER, order.position(), 0, order.refusal(storage).what()));
            }
        } catch (final JournalException damaged) {
            damages.accept(new JournalDamage(FileNames.CUT_ORDER, JournalDamage.NOWHERE, 0, damaged.what()));
        } catch (final IOException unreadable) {
            damages.accept(JournalDamage.unreadable(FileNames.CUT_ORDER, JournalDamage.NOWHERE, unreadable));
        }
    }

    /**
     * Says what is missing before the first segment, if anything is.
     *
     * @param segments whose headers are right, in order.
     * @param damaged  names of the others.
     * @return whether nothing is.
     */
    boolean checkFront(final List<SegmentSummary> segments, final List<String> damaged) {
        if (segments.isEmpty() && damaged.isEmpty()) {
            damages.accept(new JournalDamage(FileNames.segment(0), 0, 0, "there is no segment: the whole journal is"
                + " missing"));
        }
        if (segments.isEmpty()) {
            return false;
        }
        final SegmentSummary first = segments.get(0);
        if (damaged.stream().noneMatch(name -> name.compareTo(first.name()) < 0)) {
            checkBefore(first);
        }
        return first.basePosition() <= (checkpoints.isEmpty() ? 0 : checkpoints.get(checkpoints.size() - 1));
    }

    private void checkBefore(final SegmentSummary first) {
        if (first.basePosition() > 0 && checkpoints.isEmpty()) {
            damages.accept(new JournalDamage(first.name(), first.basePosition(), 0,
                "the segments before it are missing, and there is no checkpoint that holds what they said"));
        }
        for (int i = 0; i < checkpoints.size(); i++) {
            final long position = checkpoints.get(i);
            if (position < first.basePosition()) {
                final String what = "checkpoint " + FileNames.checkpoint(position) + " is of no use without the segment"
                    + " that starts at position " + position + ": it is missing, the first one starts at position "
                    + first.basePosition();
                if (checkpoints.size() - i <= KEPT_CHECKPOINTS) {
                    damages.accept(new JournalDamage(FileNames.segment(position), position, 0, what));
                } else {
                    visitor.onNote(what);
                }
            }
        }
    }
}
