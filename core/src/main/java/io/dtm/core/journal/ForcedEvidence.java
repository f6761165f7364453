package io.dtm.core.journal;

/** The highest position that anything found on the device calls forced, and who says so. */
final class ForcedEvidence {
    private long position;
    private String witness = "nothing";

    void record(final long recordPosition, final long forcedPosition) {
        if (forcedPosition > position) {
            position = forcedPosition;
            witness = "the record at position " + recordPosition;
        }
    }

    void header(final String place, final long forcedPosition) {
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

    void checkpoint(final String place, final long replayPosition) {
        if (replayPosition > position) {
            position = replayPosition;
            witness = "the checkpoint " + place;
        }
    }

    long position() {
        return position;
    }

    String witness() {
        return witness;
    }
}
