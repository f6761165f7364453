package io.dtm.participant;

/** Takes the result of one scan for prepared branches. Any thread, one at a time. */
public interface ScanReply {
    /**
     * One prepared branch, found in the resource itself.
     *
     * @param branch that is prepared.
     */
    void prepared(BranchId branch);

    /** All were reported. */
    void complete();

    /**
     * The resource couldn't be asked now; the library scans again.
     *
     * @param cause for the log.
     */
    void failed(Throwable cause);
}
