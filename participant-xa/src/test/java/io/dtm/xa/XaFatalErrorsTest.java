package io.dtm.xa;

import static io.dtm.xa.Driver.COORDINATOR;
import static io.dtm.xa.Driver.branch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.participant.BranchId;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.XAConnection;
import javax.transaction.xa.XAException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A driver that throws what isn't even an Exception: everyone is answered all the same, and nothing stays behind. */
class XaFatalErrorsTest {
    private static final BranchId BRANCH = branch(77);

    private final FakeDatabase database = new FakeDatabase();
    private final List<Throwable> reported = new CopyOnWriteArrayList<>();
    private volatile Error fatalList;
    private XaParticipant participant;
    private Driver driver;

    @BeforeEach
    void launch() throws SQLException {
        final XaDialect dialect = new XaDialect() {
            @Override
            public List<BranchXid> prepared(final XAConnection connection) throws XAException, SQLException {
                final Error fatal = fatalList;
                fatalList = null;
                if (fatal != null) {
                    throw fatal;
                }
                return XaDialect.super.prepared(connection);
            }
        };
        participant = XaParticipant.launch(new XaContext().dataSource(database).dialect(dialect).connections(6)
            .maxPreparedBranches(1).errorHandler(reported::add).work((connection, payload) -> {
                connection.createStatement();
                return WorkResult.done();
            }));
        driver = new Driver(participant);
    }

    @AfterEach
    void close() {
        participant.close();
        assertEquals(0, database.open);
    }

    /** On a kept connection the start is tried again on a new one. */
    private void occupyTheKeptConnection() throws SQLException {
        try (InteractiveBranch branch = participant.begin(branch(1000))) {
            branch.readOnly();
        }
    }

    private static Error missing() {
        return new NoClassDefFoundError("once, in the driver");
    }

    @Test
    void shouldAnswerADecisionWhoseLookIntoTheResourceFailedAndObeyTheNext() {
        assertEquals("YES", driver.prepare(BRANCH, ""));
        fatalList = missing();

        assertTrue(driver.commit(BRANCH).startsWith("RETRY: once"));
        assertEquals(1, participant.preparedBranches());
        Await.until("it is reported", () -> reported.size() == 1);

        assertEquals("DONE", driver.commit(BRANCH));
        assertTrue(database.prepared.isEmpty());
    }

    @Test
    void shouldAnswerADecisionWhoseAttemptFailed() {
        assertEquals("YES", driver.prepare(BRANCH, ""));
        driver.scan(COORDINATOR);
        database.nextFatal = missing();
        assertEquals("DONE", driver.commit(BRANCH), "it is still in the list, so it is tried again");

        assertEquals("YES", driver.prepare(BRANCH, ""));
        database.nextFatal = new StackOverflowError("once, in the driver");
        assertEquals("DONE", driver.rollback(BRANCH));
        assertTrue(database.prepared.isEmpty());
    }

    @Test
    void shouldVoteNoWhenTheStartOrThePrepareFails() throws SQLException {
        occupyTheKeptConnection();
        for (final int callsBefore : new int[] {0, 1, 2}) {
            database.fatalAfter(callsBefore, missing());
            final String vote = driver.prepare(branch(callsBefore), "");
            assertTrue(vote.startsWith("NO: ") && vote.contains("once, in the driver"), vote);
            assertEquals("ABSENT", driver.rollback(branch(callsBefore)));
        }
        assertEquals("YES", driver.prepare(BRANCH, ""), "no promise was kept");
    }

    @Test
    void shouldTellThatAScanFailed() {
        fatalList = missing();
        assertThrows(AssertionError.class, () -> driver.scan(COORDINATOR));
        assertEquals(List.of(), driver.scan(COORDINATOR));
    }

    @Test
    void shouldGiveUpAnInteractiveBranchThatCannotBegin() throws SQLException {
        occupyTheKeptConnection();
        database.nextFatal = missing();
        assertThrows(NoClassDefFoundError.class, () -> participant.begin(BRANCH));
        assertTrue(driver.prepare(BRANCH, "").startsWith("NO: once"));

        try (InteractiveBranch branch = participant.begin(branch(78))) {
            branch.connection().createStatement();
            branch.done();
        }
        database.nextFatal = missing();
        assertEquals("DONE", driver.rollback(branch(78)), "its connection is closed if nothing else helps");
    }

    @Test
    void shouldAnswerAlthoughTheErrorHandlerThrows() throws SQLException {
        participant.close();
        participant = XaParticipant.launch(new XaContext().dataSource(database).dialect(new XaDialect() {
        }).connections(6).errorHandler(error -> {
            throw new IllegalStateException(error);
        }).work((connection, payload) -> {
            throw new StackOverflowError("too deep");
        }));
        driver = new Driver(participant);

        assertTrue(driver.prepare(BRANCH, "").contains("too deep"));
    }
}
