package io.dtm.xa.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresServerTest {
    @TempDir
    private Path directory;

    private static String show(final PostgresServer server, final String setting) throws SQLException {
        try (Connection connection = server.dataSource("demo").getConnection();
             Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("SHOW " + setting)) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Test
    void shouldOwnADurableServerThatIsStoppedKilledTakenOverAndStartedAgain() throws IOException, SQLException {
        final PostgresServer server = PostgresServer.launch(directory.resolve("db"), 0, 5);
        final int port = server.port();
        server.createDatabase("demo");
        server.createDatabase("demo");
        assertThrows(IllegalArgumentException.class, () -> server.createDatabase("x; DROP DATABASE demo"));
        assertEquals("on", show(server, "fsync"));
        assertEquals("on", show(server, "synchronous_commit"));
        assertEquals("5", show(server, "max_prepared_transactions"));
        assertEquals("127.0.0.1", show(server, "listen_addresses"));

        server.kill();
        assertFalse(server.isRunning());
        assertTrue(server.pid().isEmpty());
        assertThrows(SQLException.class, () -> show(server, "fsync"));

        server.start();
        assertEquals(port, server.port());
        assertEquals("on", show(server, "fsync"));

        final PostgresServer heir = PostgresServer.launch(server.directory(), 0, 5);
        assertEquals(server.pid(), heir.pid());
        assertEquals(port, heir.port());
        heir.stop();
        assertFalse(server.isRunning());

        server.stop();
        server.start();
        assertTrue(server.isRunning());
        server.delete();
        assertFalse(server.directory().toFile().exists());
    }

    @Test
    void shouldSayWhatTheLogSaysWhenTheServerDoesNotStart() {
        final IOException failed = assertThrows(IOException.class, () -> PostgresServer.launch(
            directory.resolve("db"), 0, Map.of("no_such_setting", "1"), Duration.ofSeconds(3)));

        assertTrue(failed.getMessage().contains("log there ends with"), failed.getMessage());
    }
}
