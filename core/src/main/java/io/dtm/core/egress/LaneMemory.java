package io.dtm.core.egress;

/** Counts what the buffers of all lanes have grown by. Egress agent only. */
final class LaneMemory {
    private final long keptBytes;
    private long bytes;

    /** @param keptBytes that lanes may keep which don't need them just now, so that they needn't grow again. */
    LaneMemory(final long keptBytes) {
        this.keptBytes = keptBytes;
    }

    void onResized(final int changeBytes) {
        bytes += changeBytes;
    }

    /** @return whether lanes hold more than they may keep. */
    boolean isScarce() {
        return bytes > keptBytes;
    }

    /** @return what all buffers have beyond what they begin with. */
    long bytes() {
        return bytes;
    }
}
