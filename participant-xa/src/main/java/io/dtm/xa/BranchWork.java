package io.dtm.xa;

import java.sql.Connection;

/**
 * The work of a one-shot branch, or of one that a client enlisted with a payload. Runs on a thread of the participant,
 * several at a time for different branches; branches are started in the order of their PREPAREs. May block; is
 * interrupted by nothing, but its connection is killed when the transaction rolls back meanwhile.
 */
@FunctionalInterface
public interface BranchWork {
    /**
     * Do the work. What was thrown is a refusal with the exception's message.
     *
     * @param connection bound to the branch, valid during the call. Commit, rollback and the like are refused: the
     *                   transaction's outcome decides. Session settings that outlast the branch ({@code SET}) would
     *                   be seen by other branches: use {@code SET LOCAL}.
     * @param payload    of the branch, empty for none; the work owns it.
     * @return what it came to.
     * @throws Exception to vote NO.
     */
    WorkResult perform(Connection connection, byte[] payload) throws Exception;
}
