package io.dtm.xa;

import io.dtm.xa.embedded.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** One database of the shared server, looked at over connections that aren't the participant's. */
final class TestDatabase {
    private final String name;

    TestDatabase(final String name) throws SQLException {
        this.name = name;
        SharedPostgres.server().createDatabase(name);
    }

    PostgresServer server() {
        return SharedPostgres.server();
    }

    String name() {
        return name;
    }

    /** Settings of a small participant of this database. */
    XaContext context() {
        return new XaContext()
            .dataSource(server().xaDataSource(name))
            .dialect(new PostgreSqlDialect())
            .errorHandler(error -> { })
            .connections(9)
            .maxPreparedBranches(12);
    }

    void execute(final String... statements) throws SQLException {
        try (Connection connection = server().dataSource(name).getConnection();
             Statement statement = connection.createStatement()) {
            for (final String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The first column of all rows. */
    List<String> query(final String sql) throws SQLException {
        try (Connection connection = server().dataSource(name).getConnection();
             Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery(sql)) {
            final List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    List<String> prepared() throws SQLException {
        return query("SELECT gid FROM pg_prepared_xacts WHERE database = current_database() ORDER BY gid");
    }

    /** Leaves a branch prepared under any name, as another process or program would. */
    void prepareByHand(final String gid, final String work) throws SQLException {
        execute("BEGIN", work, "PREPARE TRANSACTION '" + gid.replace("'", "''") + "'");
    }

    void rollbackAllPrepared() throws SQLException {
        for (final String gid : prepared()) {
            execute("ROLLBACK PREPARED '" + gid.replace("'", "''") + "'");
        }
    }

    /** Ends the sessions of the participant, idle or not, as an administrator would. */
    void killSessions() throws SQLException {
        final List<String> killed = query("SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity "
            + "WHERE datname = current_database() AND pid <> pg_backend_pid()");
        Await.until("sessions are gone", () -> query("SELECT pid FROM pg_stat_activity").stream()
            .noneMatch(killed::contains));
    }

    boolean isSessionWaitingForLock() throws SQLException {
        return !query("SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            + "AND wait_event_type = 'Lock'").isEmpty();
    }
}
