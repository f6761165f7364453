package io.dtm.simulation.resource;

/**
 * What a branch does, as far as anybody cares: parts of a business request, as bits. Two pieces of work for the same
 * branch, done in one process, are one.
 *
 * @param requestId of the business request.
 * @param parts     a bit for each part that was done.
 */
public record Work(long requestId, long parts) {
    /** Nothing was done. */
    public static final Work NONE = new Work(0, 0);

    /**
     * @param other work for the same branch.
     * @return both.
     */
    public Work with(final Work other) {
        return new Work(other.requestId, parts | other.parts);
    }
}
