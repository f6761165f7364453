package io.dtm.simulation.storage;

import io.dtm.simulation.storage.RecordedEvents.Record;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.collections.LongHashSet;

/**
 * What was appended in the recorded run, and the state after each prefix of it: naive, and all that a recovery may ever
 * find. Records are counted from 1; prefix 0 is the state in which nothing has happened. A record that is lost and
 * appended again has the same number and the same position.
 */
final class History {
    private static final int STATE_ONE_IN = 16;

    private final long coordinatorId;
    private final List<Record> records = new ArrayList<>();
    private final List<Long> positions = new ArrayList<>(List.of(0L));
    private final List<Long> digests = new ArrayList<>();
    private final ReplayedCoordinator state = ReplayedCoordinator.empty();
    private final LongHashSet replayed = new LongHashSet();
    private int asked;

    /** @param coordinatorId whose it is. */
    History(final long coordinatorId) {
        this.coordinatorId = coordinatorId;
        digests.add(state.digest());
    }

    /** @param endPosition as the journal says. */
    void appended(final int number, final Record record, final long endPosition) {
        if (number <= records.size()) {
            Expectation.that(records.get(number - 1) == record && positions.get(number) == endPosition,
                "record %d was at %d and is appended again at %d", number, positions.get(number), endPosition);
            return;
        }
        records.add(record);
        positions.add(endPosition);
        state.apply(endPosition, record);
        digests.add(state.digest());
    }

    long coordinatorId() {
        return coordinatorId;
    }

    /** @return number of records that end at the position or before it. */
    int prefixUpTo(final long position) {
        final int found = Collections.binarySearch(positions, position);
        return found >= 0 ? found : -found - 2;
    }

    long positionOf(final int prefix) {
        return positions.get(prefix);
    }

    long digestOf(final int prefix) {
        return digests.get(prefix);
    }

    /**
     * A state is a function of the records, and these are compared byte for byte: so the state is compared when a
     * prefix is first recovered from a checkpoint, and once in a while.
     *
     * @param from number of records that the checkpoint holds.
     * @param to   number of records after the replay.
     */
    boolean wantsState(final int from, final int to) {
        return replayed.add((long) from << Integer.SIZE | to) || ++asked % STATE_ONE_IN == 0;
    }

    int size() {
        return records.size();
    }

    /** @return whether this is the record with that number, byte for byte. */
    boolean isRecord(
        final int number,
        final long position,
        final int linkId,
        final long timeNs,
        final DirectBuffer frame,
        final int offset,
        final int length) {
        final Record record = records.get(number - 1);
        return positions.get(number) == position && record.linkId() == linkId && record.timeNs() == timeNs
            && record.frame().capacity() == length && isEqual(record.frame(), frame, offset, length);
    }

    private static boolean isEqual(
        final DirectBuffer expected, final DirectBuffer frame, final int offset, final int length) {
        for (int i = 0; i < length; i++) {
            if (expected.getByte(i) != frame.getByte(offset + i)) {
                return false;
            }
        }
        return true;
    }
}
