package io.dtm.xa;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.XAConnection;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/**
 * What differs between databases and their drivers. The defaults trust the driver to do what the XA specification
 * says; each known database overrides what it was seen not to do. Stateless; any thread.
 */
public interface XaDialect {
    /**
     * Checks at start-up that the database can keep the participant's promises.
     *
     * @param connection to look with.
     * @param context    of the participant.
     * @throws SQLException          if it could not be asked.
     * @throws IllegalStateException if it can't; the message says how to mend it.
     */
    default void verify(final Connection connection, final XaContext context) throws SQLException {
    }

    /**
     * Whether a branch may be prepared, beyond what its driver would notice.
     *
     * @param connection on which the work, or who commits in one phase, made a statement; its branch hasn't ended.
     * @return why not, or null if it may.
     * @throws SQLException if the connection is broken.
     */
    default String reasonNotToPrepare(final Connection connection) throws SQLException {
        return null;
    }

    /**
     * Whether work that says that it wrote nothing is right.
     *
     * @param connection on which the work ran; its branch hasn't ended.
     * @return whether nothing was written; if not, the branch is prepared as any other.
     * @throws SQLException if it could not be asked.
     */
    default boolean wroteNothing(final Connection connection) throws SQLException {
        return true;
    }

    /**
     * Stops the statement that runs on a connection, as far as that is possible. The connection isn't used again.
     *
     * @param connection on which another thread works.
     * @throws SQLException if it didn't work.
     */
    default void cancel(final Connection connection) throws SQLException {
    }

    /**
     * Lists the prepared branches of this kind of name in the connection's database, whoever prepared them.
     *
     * @param connection to look with.
     * @return ours, of all coordinators; foreign names are left out.
     * @throws XAException  if it could not be asked.
     * @throws SQLException likewise.
     */
    default List<BranchXid> prepared(final XAConnection connection) throws XAException, SQLException {
        final List<BranchXid> found = new ArrayList<>();
        for (final Xid xid : connection.getXAResource().recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN)) {
            final BranchXid ours = BranchXid.parse(xid);
            if (ours != null) {
                found.add(ours);
            }
        }
        return found;
    }

    /**
     * Whether one branch is prepared, looked up where an error left that open.
     *
     * @param connection to look with.
     * @param xid        of the branch.
     * @return whether it is.
     * @throws XAException  if it could not be asked.
     * @throws SQLException likewise, or if the branch is where this participant can't finish it.
     */
    default boolean isPrepared(final XAConnection connection, final BranchXid xid)
        throws XAException, SQLException {
        return prepared(connection).contains(xid);
    }

    /**
     * Whether an error in the second phase says that the resource knows no such branch, and nothing worse.
     *
     * @param error as thrown.
     * @return whether it does; otherwise what became of the attempt is open.
     */
    default boolean isUnknownBranch(final XAException error) {
        return error.errorCode == XAException.XAER_NOTA;
    }

    /** @return whether only the connection that prepared a branch can finish it, as long as it lives. */
    default boolean pinsConnection() {
        return false;
    }

    /** @return whether a prepared branch dies with the connection that prepared it. */
    default boolean losesPreparedOnDisconnect() {
        return false;
    }

    /**
     * Whether a row could not be inserted because its key is there.
     *
     * @param error as thrown.
     * @return whether that is the cause.
     */
    default boolean isDuplicateKey(final SQLException error) {
        return error.getSQLState() != null && error.getSQLState().startsWith("23");
    }
}
