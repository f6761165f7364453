package io.dtm.xa;

import static io.dtm.xa.Driver.COORDINATOR;
import static io.dtm.xa.Driver.branch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.participant.BranchId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.xa.PGXADataSource;

@ExtendWith(SharedPostgres.class)
class ProcessDeathTest {
    private static final String READY = "ready";

    /** The process that is killed: prepares two branches and has a third at work. */
    static final class Victim {
        private Victim() {
        }

        public static void main(final String[] arguments) throws SQLException {
            final PGXADataSource source = new PGXADataSource();
            source.setUrl(arguments[0]);
            final Driver driver = new Driver(XaParticipant.launch(new XaContext()
                .dataSource(source).dialect(new PostgreSqlDialect()).work(new SqlWork()).maxPreparedBranches(8)));
            require("YES", driver.prepare(branch(1), "INSERT INTO account VALUES (1)"));
            require("YES", driver.prepare(branch(2), "INSERT INTO account VALUES (2)"));
            driver.startPrepare(branch(3), "INSERT INTO account VALUES (3); SELECT pg_sleep(3600)");
            System.out.println(READY);
            Driver.get(driver.startPrepare(branch(4), "SELECT pg_sleep(3600)"));
        }

        private static void require(final String expected, final String actual) {
            if (!expected.equals(actual)) {
                throw new IllegalStateException(actual);
            }
        }
    }

    @Test
    void shouldFinishWhatAKilledProcessLeftPrepared() throws Exception {
        final TestDatabase database = new TestDatabase("process_death");
        database.execute("DROP TABLE IF EXISTS account", "CREATE TABLE account (id INT)");
        killWhenReady(new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED", "-Xmx64m",
            "-cp", System.getProperty("java.class.path"), Victim.class.getName(),
            database.server().jdbcUrl(database.name())));

        try (XaParticipant next = XaParticipant.launch(database.context())) {
            final Driver driver = new Driver(next);
            final List<BranchId> found = driver.scan(COORDINATOR);
            assertEquals(Set.of(branch(1), branch(2)), Set.copyOf(found));
            assertEquals("DONE", driver.commit(branch(1)));
            assertEquals("DONE", driver.rollback(branch(2)));
            assertEquals("ABSENT", driver.rollback(branch(3)));
            assertEquals(List.of(), driver.scan(COORDINATOR));
        }
        assertEquals(List.of("1"), database.query("SELECT id FROM account"));
        assertEquals(List.of(), database.prepared());
        database.killSessions(); // of the dead process: one sleeps on
    }

    private static void killWhenReady(final ProcessBuilder builder) throws IOException, InterruptedException {
        final Process process = builder.redirectErrorStream(true).start();
        try (BufferedReader output = new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            final StringBuilder seen = new StringBuilder();
            String line = output.readLine();
            while (line != null && !line.equals(READY)) {
                seen.append(line).append('\n');
                line = output.readLine();
            }
            assertEquals(READY, line, seen.toString());
        } finally {
            process.destroyForcibly();
            assertTrue(process.waitFor(Await.LIMIT_S, TimeUnit.SECONDS));
        }
    }
}
