package io.dtm.systemtest;

import io.dtm.participant.Participant;
import io.dtm.server.process.ChildProcess;
import io.dtm.xa.PostgreSqlDialect;
import io.dtm.xa.WorkResult;
import io.dtm.xa.XaContext;
import io.dtm.xa.XaParticipant;
import io.dtm.xa.embedded.PostgresServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A PostgreSQL server of the test's own, and a participant on it that writes each payload into a table. */
final class BankServer implements AutoCloseable {
    private static final String DATABASE = "bank";
    private static final int PREPARED_TRANSACTIONS = 100;

    private final PostgresServer server;
    private final XaParticipant participant;

    BankServer(final Path directory) throws IOException, SQLException {
        server = PostgresServer.launch(directory, 0, PREPARED_TRANSACTIONS);
        server.createDatabase(DATABASE);
        try (Connection connection = server.dataSource(DATABASE).getConnection();
             Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE payloads (payload text)");
        }
        participant = XaParticipant.launch(new XaContext()
            .name("bank")
            .dataSource(server.xaDataSource(DATABASE))
            .dialect(new PostgreSqlDialect())
            .work(BankServer::write)
            .errorHandler(error -> System.err.println("bank: " + error)));
    }

    private static WorkResult write(final Connection connection, final byte[] payload) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO payloads VALUES (?)")) {
            insert.setString(1, new String(payload, StandardCharsets.UTF_8));
            insert.executeUpdate();
            return WorkResult.done();
        }
    }

    Participant participant() {
        return participant;
    }

    /** SIGSTOP to the server's first process and all that it has started, each by its id. */
    void pause() throws IOException, InterruptedException {
        // The first one before it starts others.
        final ProcessHandle postmaster = postmaster();
        signal(Stream.of(postmaster), "STOP");
        signal(postmaster.descendants(), "STOP");
    }

    /** SIGCONT to all of them. */
    void resume() throws IOException, InterruptedException {
        signal(Stream.concat(postmaster().descendants(), Stream.of(postmaster())), "CONT");
    }

    private ProcessHandle postmaster() {
        return server.pid().flatMap(ProcessHandle::of).orElseThrow();
    }

    private static void signal(final Stream<ProcessHandle> processes, final String name)
        throws IOException, InterruptedException {
        for (final ProcessHandle process : processes.toList()) {
            ChildProcess.signal(process.pid(), name);
            while ("STOP".equals(name) && !ChildProcess.isStopped(process.pid())) {
                Thread.sleep(1);
            }
        }
    }

    /** @return what is committed, sorted. */
    List<String> payloads() throws SQLException {
        final List<String> payloads = new ArrayList<>();
        try (Connection connection = server.dataSource(DATABASE).getConnection();
             Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("SELECT payload FROM payloads ORDER BY payload")) {
            while (rows.next()) {
                payloads.add(rows.getString(1));
            }
        }
        return payloads;
    }

    /** @return number of prepared branches. */
    int prepared() throws SQLException {
        try (Connection connection = server.dataSource(DATABASE).getConnection();
             Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("SELECT count(*) FROM pg_prepared_xacts")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            if (server.isRunning()) {
                resume();
            }
            participant.close();
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            server.close();
        }
    }
}
