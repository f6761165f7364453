package io.dtm.xa;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.sql.XAConnection;
import javax.transaction.xa.XAException;
import javax.transaction.xa.Xid;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * PostgreSQL 13 or later with pgjdbc. The driver encodes an Xid as {@code formatId_base64(gtrid)_base64(bqual)} in
 * the server's global identifier (gid).
 * <p>
 * Two of the driver's answers aren't taken on trust. {@code prepare()} says OK for a transaction that is already dead
 * after an SQL error that the work swallowed (the server answers PREPARE TRANSACTION with a ROLLBACK): so the state is
 * looked at first. {@code recover()} decodes gids leniently and leaves out what other roles own: so a garbled gid
 * would pass for one of ours, and a branch that this role may not finish for an absent one. Here the list is read as
 * it is, and a gid counts only if it is letter by letter what the driver would write.
 */
public final class PostgreSqlDialect implements XaDialect {
    private static final int OLDEST_VERSION = 130_000;
    private static final String UNDEFINED_OBJECT = "42704";
    private static final String UNIQUE_VIOLATION = "23505";
    private static final String LIST =
        "SELECT gid FROM pg_prepared_xacts WHERE database = current_database() AND gid LIKE '"
            + BranchXid.FORMAT_ID + "\\_%' ORDER BY prepared";

    @Override
    public void verify(final Connection connection, final XaContext context) throws SQLException {
        refuseUnless(intSetting(connection, "server_version_num") >= OLDEST_VERSION,
            "the PostgreSQL server is older than 13: upgrade it");
        refuseUnless(!connection.isReadOnly() && "off".equals(setting(connection, "transaction_read_only")),
            "the connection is read-only (a standby, readOnly=true or default_transaction_read_only): "
                + "a read-only branch is left prepared by the driver; use a writable connection");
        final int prepared = intSetting(connection, "max_prepared_transactions");
        refuseUnless(prepared >= context.maxPreparedBranches(),
            "max_prepared_transactions is " + prepared + ", but this participant may hold "
                + context.maxPreparedBranches() + " prepared branches: set max_prepared_transactions = "
                + context.maxPreparedBranches() + " in postgresql.conf (more if others prepare on this server too) "
                + "and restart it, or lower maxPreparedBranches");
        final int sessions =
            intSetting(connection, "max_connections") - intSetting(connection, "superuser_reserved_connections");
        refuseUnless(sessions >= context.connections(),
            "max_connections leaves " + sessions + " connections, but this participant may open "
                + context.connections() + ": raise max_connections in postgresql.conf and restart the server, "
                + "or lower connections");
        if (!context.acceptVolatileDatabase()) {
            refuseUnless("on".equals(setting(connection, "fsync")),
                "fsync is off: a YES would not survive a power loss; set fsync = on, or accept that explicitly");
            refuseUnless(!context.onePhase() || !"off".equals(setting(connection, "synchronous_commit")),
                "synchronous_commit is off: a one-phase commit would be confirmed before it is durable; "
                    + "set synchronous_commit = on, or accept that explicitly");
        }
    }

    @Override
    public String reasonNotToPrepare(final Connection connection) throws SQLException {
        final TransactionState state = connection.unwrap(BaseConnection.class).getTransactionState();
        if (state == TransactionState.FAILED) {
            return "an SQL statement of the work failed, and the work went on";
        }
        if (state == TransactionState.IDLE) {
            // Recent drivers send BEGIN at the start of the branch, older ones with its first statement.
            return "no transaction is open: the work ended it by itself, or made a statement and executed none";
        }
        return null;
    }

    @Override
    public boolean wroteNothing(final Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("SELECT pg_current_xact_id_if_assigned() IS NULL")) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    @Override
    public void cancel(final Connection connection) throws SQLException {
        connection.unwrap(BaseConnection.class).cancelQuery();
    }

    @Override
    public List<BranchXid> prepared(final XAConnection connection) throws XAException, SQLException {
        final List<BranchXid> found = new ArrayList<>();
        try (Connection handle = connection.getConnection();
             Statement statement = handle.createStatement();
             ResultSet rows = statement.executeQuery(LIST)) {
            while (rows.next()) {
                final BranchXid xid = parse(rows.getString(1));
                if (xid != null) {
                    found.add(xid);
                }
            }
        }
        return found;
    }

    @Override
    public boolean isPrepared(final XAConnection connection, final BranchXid xid) throws SQLException {
        try (Connection handle = connection.getConnection();
             PreparedStatement statement = handle.prepareStatement(
                 "SELECT database, database = current_database() FROM pg_prepared_xacts WHERE gid = ?")) {
            statement.setString(1, gid(xid));
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    return false;
                }
                if (!rows.getBoolean(2)) {
                    throw new SQLException("branch " + gid(xid) + " is prepared in database " + rows.getString(1)
                        + " of this server, where this participant can't finish it: mend its database name");
                }
                return true;
            }
        }
    }

    @Override
    public boolean isUnknownBranch(final XAException error) {
        // The driver's XAER_RMERR may mean it too, when the connection is the one that prepared the branch.
        return error.getCause() instanceof SQLException cause && UNDEFINED_OBJECT.equals(cause.getSQLState());
    }

    @Override
    public boolean isDuplicateKey(final SQLException error) {
        return UNIQUE_VIOLATION.equals(error.getSQLState());
    }

    /** The driver's encoding. */
    static String gid(final Xid xid) {
        final Base64.Encoder encoder = Base64.getEncoder();
        return xid.getFormatId() + "_" + encoder.encodeToString(xid.getGlobalTransactionId())
            + "_" + encoder.encodeToString(xid.getBranchQualifier());
    }

    /** The way back, for exactly what {@link #gid} makes; null for everything else. */
    static BranchXid parse(final String gid) {
        final String[] parts = gid.split("_", -1);
        if (parts.length != 3 || !parts[0].equals(Integer.toString(BranchXid.FORMAT_ID))) {
            return null;
        }
        try {
            final Base64.Decoder decoder = Base64.getDecoder();
            final BranchXid xid = BranchXid.parse(
                new RawXid(BranchXid.FORMAT_ID, decoder.decode(parts[1]), decoder.decode(parts[2])));
            return xid != null && gid(xid).equals(gid) ? xid : null;
        } catch (final IllegalArgumentException notBase64) {
            return null;
        }
    }

    private static void refuseUnless(final boolean condition, final String reason) {
        if (!condition) {
            throw new IllegalStateException(reason);
        }
    }

    private static int intSetting(final Connection connection, final String name) throws SQLException {
        return Integer.parseInt(setting(connection, name));
    }

    private static String setting(final Connection connection, final String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT current_setting(?)")) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    /** A name as it was read, ours or not. */
    private record RawXid(int formatId, byte[] gtrid, byte[] bqual) implements Xid {
        @Override
        public int getFormatId() {
            return formatId;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return gtrid;
        }

        @Override
        public byte[] getBranchQualifier() {
            return bqual;
        }
    }
}
