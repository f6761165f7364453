package io.dtm.xa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class XaConnectionsTest {
    private final FakeDatabase database = new FakeDatabase();
    private final XaConnections connections = new XaConnections(database, 3, error -> { });
    private int runs;

    @AfterEach
    void close() {
        connections.close();
        assertEquals(0, database.open);
    }

    private void keepTwo() throws SQLException {
        try (Lease one = connections.borrow(); Lease two = connections.borrow()) {
            one.connection();
            two.connection();
        }
        assertEquals(2, database.open);
    }

    private Void fail(final Lease lease, final boolean reachesForIt) throws SQLException {
        runs++;
        if (reachesForIt) {
            lease.connection();
        }
        throw new SQLException("refused", "57014");
    }

    @Test
    void shouldNotRepeatWhatFailedOverAConnectionThatLives() throws SQLException {
        keepTwo();

        assertThrows(SQLException.class, () -> connections.call(lease -> fail(lease, true)));

        assertEquals(1, runs);
        assertEquals(1, database.open, "the failed one is closed, the other one is kept");
        assertEquals(2, database.opened);
    }

    @Test
    void shouldNeverLendAgainWhatFailed() throws SQLException {
        keepTwo();
        assertThrows(SQLException.class, () -> connections.call(lease -> fail(lease, false)));
        assertThrows(IllegalStateException.class, () -> connections.call(lease -> {
            throw new IllegalStateException("the driver is broken");
        }));
        assertEquals(0, database.open);
        assertEquals(0, database.stolenHandles);
    }

    @Test
    void shouldRepeatOverANewConnectionWhatFailedOverAStaleOne() throws Exception {
        keepTwo();
        database.broken = true;

        assertEquals("done", connections.call(lease -> {
            if (!lease.isFresh()) {
                fail(lease, true);
            }
            database.broken = false;
            return "done";
        }));

        assertEquals(1, runs);
        assertEquals(1, database.open, "all idle ones were as dead");
        assertEquals(3, database.opened);
    }
}
