package io.dtm.xa;

import io.dtm.participant.BranchId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * The rows that prove what became of one-phase commits (rule 9). A COMMITTED row is written inside the branch's own
 * local transaction; an ABORTED row, under the same unique key, forbids that there ever be one.
 * <p>
 * When rows go. COMMITTED: as soon as the coordinator has said that the result is forced; never by age, since it may
 * have been away for any time and ask then. What it said to a process that died at that moment stays, until an
 * administrator removes it as docs/databases.md says. ABORTED: not before no
 * database session of a former incarnation can exist, since such a session (of a process that was stopped for hours
 * and goes on) could still begin the work and commit it. Nothing in the database can prove that, so these rows are
 * only marked as forgotten, and deleted after a retention that must be longer than any process of this resource can
 * be frozen and come back. There is one for each process that died within a one-phase commit: few.
 */
final class Evidence {
    private static final char COMMITTED = 'C';
    private static final char ABORTED = 'A';
    private static final Pattern TABLE_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)?");
    private static final String KEY = "coordinator_id = ? AND transaction_id = ? AND branch_id = ?";
    private static final int MAX_ATTEMPTS = 3;

    private final String table;
    private final XaDialect dialect;
    private final int waitSeconds;

    Evidence(final XaContext context) {
        this.table = context.evidenceTable();
        this.dialect = context.dialect();
        this.waitSeconds = context.evidenceWaitSeconds();
        if (!TABLE_NAME.matcher(table).matches()) {
            throw new IllegalStateException("evidenceTable is not a plain table name: " + table);
        }
    }

    /** Makes the table unless it is there. */
    void create(final Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS " + table + " ("
                + "coordinator_id BIGINT NOT NULL, transaction_id BIGINT NOT NULL, branch_id INTEGER NOT NULL, "
                + "outcome CHAR(1) NOT NULL, forgotten_at TIMESTAMP NULL, "
                + "PRIMARY KEY (coordinator_id, transaction_id, branch_id))");
        } catch (final SQLException failed) {
            // Two processes may make it at the same moment, and one of them fails although it is there then.
            try (Statement statement = connection.createStatement()) {
                statement.executeQuery("SELECT 1 FROM " + table + " WHERE 1 = 0").close();
            } catch (final SQLException missing) {
                failed.addSuppressed(missing);
                throw failed;
            }
        }
    }

    /** Inside the branch's own transaction. A duplicate means that another process answered for it already. */
    void writeCommitted(final Connection connection, final BranchId branch) throws SQLException {
        insert(connection, branch, COMMITTED);
    }

    /**
     * Settles what became of a branch that this thread doesn't run: waits for its local transaction if one is in
     * flight, and forbids one for ever if there is none. Outside any transaction.
     *
     * @return whether it was committed.
     */
    boolean settle(final Connection connection, final BranchId branch) throws SQLException {
        for (int attempt = 1;; attempt++) {
            try {
                insert(connection, branch, ABORTED);
                return false;
            } catch (final SQLException failed) {
                if (!dialect.isDuplicateKey(failed) || attempt == MAX_ATTEMPTS) {
                    throw failed;
                }
            }
            final char outcome = read(connection, branch);
            if (outcome != 0) {
                return outcome == COMMITTED;
            }
            // Its row was deleted in between: look again.
        }
    }

    boolean isCommitted(final Connection connection, final BranchId branch) throws SQLException {
        return read(connection, branch) == COMMITTED;
    }

    /** The coordinator has forced the result. */
    void forget(final Connection connection, final BranchId branch) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
            "DELETE FROM " + table + " WHERE " + KEY + " AND outcome = '" + COMMITTED + "'")) {
            setKey(statement, 1, branch);
            if (statement.executeUpdate() > 0) {
                return;
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(
            "UPDATE " + table + " SET forgotten_at = ? WHERE " + KEY + " AND forgotten_at IS NULL")) {
            statement.setTimestamp(1, Timestamp.from(Instant.now()));
            setKey(statement, 2, branch);
            statement.executeUpdate();
        }
    }

    /** Deletes ABORTED rows that were forgotten longer than the retention ago. */
    int purge(final Connection connection, final long retentionMs) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
            "DELETE FROM " + table + " WHERE outcome = '" + ABORTED + "' AND forgotten_at < ?")) {
            statement.setTimestamp(1, Timestamp.from(Instant.now().minusMillis(retentionMs)));
            return statement.executeUpdate();
        }
    }

    private void insert(final Connection connection, final BranchId branch, final char outcome) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO " + table
            + " (coordinator_id, transaction_id, branch_id, outcome) VALUES (?, ?, ?, '" + outcome + "')")) {
            statement.setQueryTimeout(waitSeconds);
            setKey(statement, 1, branch);
            statement.executeUpdate();
        }
    }

    private char read(final Connection connection, final BranchId branch) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
            "SELECT outcome FROM " + table + " WHERE " + KEY)) {
            setKey(statement, 1, branch);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1).charAt(0) : 0;
            }
        }
    }

    private static void setKey(final PreparedStatement statement, final int from, final BranchId branch)
        throws SQLException {
        statement.setLong(from, branch.coordinatorId());
        statement.setLong(from + 1, branch.transactionId());
        statement.setInt(from + 2, branch.branchId());
    }
}
