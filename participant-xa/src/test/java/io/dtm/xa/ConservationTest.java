package io.dtm.xa;

import static io.dtm.xa.Driver.COORDINATOR;
import static io.dtm.xa.Driver.EPOCH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.participant.BranchId;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Transfers between two databases while their backends are killed at random: no money appears or is lost. */
@ExtendWith(SharedPostgres.class)
class ConservationTest {
    private static final int ACCOUNTS = 5;
    private static final int CLIENTS = 4;
    private static final int TRANSFERS = 20;
    private static final int KILLS = 10;
    private static final long SEED = 20_240_607;

    private final AtomicInteger committed = new AtomicInteger();

    @Test
    void shouldConserveTheTotalWhileBackendsAreKilled() throws Exception {
        final TestDatabase left = bank("bank_left");
        final TestDatabase right = bank("bank_right");
        final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try (XaParticipant leftParticipant = XaParticipant.launch(left.context().work(new SqlWork()));
             XaParticipant rightParticipant = XaParticipant.launch(right.context().work(new SqlWork()))) {
            final Driver[] drivers = {new Driver(leftParticipant), new Driver(rightParticipant)};
            for (final Driver driver : drivers) {
                driver.scan(COORDINATOR);
            }
            final List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                final int client = i;
                running.add(clients.submit(() -> transfer(drivers, client)));
            }
            final Random random = new Random(SEED);
            for (int i = 0; i < KILLS; i++) {
                Thread.sleep(random.nextInt(80));
                (random.nextBoolean() ? left : right).killSessions();
            }
            for (final Future<?> client : running) {
                client.get(Await.LIMIT_S, TimeUnit.SECONDS);
            }
            resolveLeftovers(drivers);
        } finally {
            clients.shutdownNow();
        }
        assertTrue(committed.get() > 0);
        assertEquals(2 * ACCOUNTS * 100, sum(left, "balance") + sum(right, "balance"));
        assertEquals(committed.get(), sum(left, "changes"));
        assertEquals(committed.get(), sum(right, "changes"));
        assertEquals(List.of(), left.prepared());
        assertEquals(List.of(), right.prepared());
    }

    private static TestDatabase bank(final String name) throws SQLException {
        final TestDatabase bank = new TestDatabase(name);
        bank.execute("DROP TABLE IF EXISTS account",
            "CREATE TABLE account (id INT PRIMARY KEY, balance INT, changes INT)",
            "INSERT INTO account SELECT i, 100, 0 FROM generate_series(1, " + ACCOUNTS + ") i");
        return bank;
    }

    private static long sum(final TestDatabase bank, final String column) throws SQLException {
        return Long.parseLong(bank.query("SELECT sum(" + column + ") FROM account").get(0));
    }

    private void transfer(final Driver[] drivers, final int client) {
        final Random random = new Random(SEED + client);
        for (int i = 0; i < TRANSFERS; i++) {
            // Both databases are on one server, where names of branches are unique: the branch ids differ.
            final BranchId debit = new BranchId(COORDINATOR, client * 1000L + i, 0, EPOCH);
            final BranchId credit = new BranchId(COORDINATOR, client * 1000L + i, 1, EPOCH);
            final int amount = random.nextInt(50);
            final CompletableFuture<String> first = change(drivers[0], debit, -amount, random);
            final CompletableFuture<String> second = change(drivers[1], credit, amount, random);
            if (isYesInTime(first) && isYesInTime(second)) {
                finish(() -> drivers[0].commit(debit));
                finish(() -> drivers[1].commit(credit));
                committed.incrementAndGet();
            } else {
                finish(() -> drivers[0].rollback(debit));
                finish(() -> drivers[1].rollback(credit));
            }
        }
    }

    private static CompletableFuture<String> change(
        final Driver driver, final BranchId branch, final int amount, final Random random) {
        return driver.startPrepare(branch, "UPDATE account SET balance = balance + " + amount
            + ", changes = changes + 1 WHERE id = " + (1 + random.nextInt(ACCOUNTS)));
    }

    /** As a coordinator's deadline would end a deadlock between the two databases. */
    private static boolean isYesInTime(final CompletableFuture<String> vote) {
        try {
            return "YES".equals(vote.get(500, TimeUnit.MILLISECONDS));
        } catch (final Exception late) {
            return false;
        }
    }

    private static void finish(final Supplier<String> decision) {
        Await.until("it is done", () -> !decision.get().startsWith("RETRY"));
    }

    /** What a PREPARE left whose answer was lost: nobody remembers those transactions. */
    private static void resolveLeftovers(final Driver[] drivers) {
        for (final Driver driver : drivers) {
            Await.until("none is left", () -> {
                final var left = driver.scan(COORDINATOR);
                left.forEach(driver::rollback);
                return left.isEmpty();
            });
        }
    }
}
