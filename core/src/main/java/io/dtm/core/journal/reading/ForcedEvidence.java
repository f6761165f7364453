package io.dtm.core.journal.reading;

/** The highest position that anything found on the device calls forced, and who says so. */
public final class ForcedEvidence {
    private long position;
    private String witness = "nothing";

    /**
     * @param recordPosition of a valid record.
     * @param forcedPosition what was forced when it was appended.
     */
    public void record(final long recordPosition, final long forcedPosition) {
        if (forcedPosition > position) {
            position = forcedPosition;
            witness = "the record at position " + recordPosition;
        }
    }

    /**
     * @param place          of a segment whose header is right.
     * @param forcedPosition what was forced when it was made.
     */
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

    /**
     * @param place          of a checkpoint whose header is right.
     * @param replayPosition everything before it was forced when it was made.
     */
    public void checkpoint(final String place, final long replayPosition) {
        if (replayPosition > position) {
            position = replayPosition;
            witness = "the checkpoint " + place;
        }
    }

    /** @return position up to which everything was forced; 0: nothing says so. */
    public long position() {
        return position;
    }

    /** @return who says so. */
    public String witness() {
        return witness;
    }
}
