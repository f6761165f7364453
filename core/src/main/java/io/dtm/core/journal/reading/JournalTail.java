package io.dtm.core.journal.reading;

/**
 * Where a journal ends, as found by reading it.
 *
 * @param position         end of the last record; here the next one will start.
 * @param timeNs           logical time of the last record; if none was read, as the checkpoint has it, or 0.
 * @param evidencePosition position up to which there is evidence of a force: not beyond {@code position}.
 * @param tornBytes        bytes from {@code position} to the last one that isn't zero: records that a crash cut off,
 *                         none of them known to be forced. 0: a clean end.
 * @param description      for people: what was found, where.
 */
public record JournalTail(
    long position, long timeNs, long evidencePosition, long tornBytes, String description) {
    /** @return whether something was cut off. */
    public boolean isTorn() {
        return tornBytes > 0;
    }
}
