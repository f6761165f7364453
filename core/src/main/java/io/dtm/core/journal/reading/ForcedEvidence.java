package io.dtm.core.journal.reading;

/** The highest position that anything found on the device calls forced, and who says so. */
public final class ForcedEvidence {
    private long position;
    private String witness = "nothing";

    public void record(final long recordPosition, final long forcedPosition) {
        if (forcedPosition > position) {
            position = forcedPosition;
            witness = "the record at position " + recordPosition;
        }
    }

    public void header(final String place, final long forcedPosition) {
        if (forcedPosition > position) {
            position = forcedPosition;
            witness = "the header of " + place;
        }
    }

    void mark(final String place, final long forcedPosition) {
        if (forcedPosition > position) {
            position = forcedPosition;
            witness = "the mark file " + place;
        }
    }

    public void checkpoint(final String place, final long replayPosition) {
        if (replayPosition > position) {
            position = replayPosition;
            witness = "the checkpoint " + place;
        }
    }

    public long position() {
        return position;
    }

    public String witness() {
        return witness;
    }
}
