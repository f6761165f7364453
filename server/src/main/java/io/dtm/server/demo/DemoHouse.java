package io.dtm.server.demo;

import io.dtm.core.journal.reading.TailPointer;
import io.dtm.core.storage.MappedStorage;
import io.dtm.server.demo.FinalCheck.Books;
import io.dtm.server.process.ChildProcess;
import io.dtm.server.process.FreePorts;
import io.dtm.server.process.ReadyLine;
import io.dtm.xa.embedded.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Everything that the demo starts: one coordinator, and for each bank a service and a PostgreSQL server of its own,
 * each a process. Knows how to kill and to start each again on the same ground. One thread.
 */
final class DemoHouse implements AutoCloseable {
    private static final String PROGRAM = "io.dtm.server.Dtm";
    private static final int READY_TIMEOUT_S = 90;
    private static final int STOP_TIMEOUT_S = 10;
    private static final int PREPARED_TRANSACTIONS = 200;

    private final Path directory;
    private final DemoConditions conditions;
    private final String coordinatorEndpoint;
    private final List<PostgresServer> databases = new ArrayList<>();
    private final List<ChildProcess> services = new ArrayList<>();
    private final List<Integer> rpcPorts = new ArrayList<>();
    private ChildProcess coordinator;

    DemoHouse(final Path directory, final DemoConditions conditions) throws IOException {
        this.directory = directory;
        this.conditions = conditions;
        this.coordinatorEndpoint = "localhost:" + FreePorts.udpPair();
    }

    /** Starts all of it; the databases at the same time. */
    void launch(final int banks) throws Exception {
        launchDatabases(banks);
        coordinator = coordinator();
        startCoordinator();
        for (int bank = 0; bank < banks; bank++) {
            rpcPorts.add(FreePorts.tcp());
            services.add(service(bank));
            services.get(bank).start();
        }
        for (int bank = 0; bank < banks; bank++) {
            services.get(bank).awaitLine(BankService.READY, READY_TIMEOUT_S);
        }
    }

    /** Some at a time. All are waited for, also if this thread is interrupted: what was started is to be closed. */
    private void launchDatabases(final int banks) throws Exception {
        final ExecutorService launchers = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        final List<Future<PostgresServer>> launches = IntStream.range(0, banks)
            .mapToObj(bank -> launchers.submit(() -> launchDatabase(bank))).toList();
        launchers.shutdown();
        Exception failure = null;
        try {
            launchers.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        } catch (final InterruptedException told) {
            failure = told;
            launchers.shutdownNow();
            launchers.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
        }
        // Those that are not done were never begun.
        for (final Future<PostgresServer> launch : launches.stream().filter(Future::isDone).toList()) {
            try {
                databases.add(launch.get());
            } catch (final ExecutionException failed) {
                if (failure == null) {
                    failure = new IOException(failed.getCause().getMessage(), failed.getCause());
                } else {
                    failure.addSuppressed(failed.getCause());
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private PostgresServer launchDatabase(final int bank) throws IOException {
        PostgresServer server = null;
        try {
            server = PostgresServer.launch(
                directory.resolve(name(bank)).resolve("postgres"), 0, PREPARED_TRANSACTIONS);
            server.createDatabase(BankDatabase.NAME);
            try (Connection connection = server.dataSource(BankDatabase.NAME).getConnection()) {
                BankDatabase.create(connection);
            }
            return server;
        } catch (final IOException | SQLException | RuntimeException failed) {
            final IOException why =
                new IOException("the database of " + name(bank) + ": " + failed.getMessage(), failed);
            if (server != null) {
                closeAll(List.of(server), PostgresServer::close, why);
            }
            throw why;
        }
    }

    private ChildProcess coordinator() {
        final List<String> arguments = new ArrayList<>(List.of("coordinator",
            "-D", "dtm.directory=" + directory.resolve("coordinator"),
            "-D", "dtm.driver.directory=" + directory.resolve("coordinator"),
            "-D", "dtm.journal.segment.length=128k",
            "-D", "dtm.checkpoint.interval=256k",
            // what its heap holds, and far more than the clients bring
            "-D", "dtm.max.transactions=100000",
            "-D", "dtm.max.payload.total=64m",
            "-D", "dtm.ingress.endpoint=" + coordinatorEndpoint));
        for (final String setting : conditions.coordinatorSettings()) {
            arguments.addAll(List.of("-D", setting));
        }
        return new ChildProcess(
            "the coordinator", directory.resolve("coordinator/coordinator.log"),
            List.of("-XX:+UseSerialGC", "-Xmx512m"), PROGRAM, arguments).under(conditions.coordinatorUnder());
    }

    private ChildProcess service(final int bank) {
        final List<String> arguments = new ArrayList<>(List.of("bank-service",
            "--name", name(bank),
            "--coordinator", coordinatorEndpoint(),
            "--database-port", Integer.toString(databases.get(bank).port()),
            "--rpc-port", Integer.toString(rpcPorts.get(bank)),
            "--directory", directory.resolve(name(bank)).toString()));
        if (conditions.mediaDriver() != null) {
            arguments.addAll(List.of("--media-driver", conditions.mediaDriver().toString()));
        }
        return new ChildProcess(
            name(bank), directory.resolve(name(bank)).resolve("service.log"),
            List.of("-XX:+UseSerialGC", "-Xmx256m"), PROGRAM, arguments);
    }

    void killCoordinator() throws InterruptedException {
        coordinator.kill();
    }

    /** Stops it where it stands, until {@link #resumeCoordinator}. */
    void pauseCoordinator() throws IOException, InterruptedException {
        coordinator.pause();
    }

    /** Lets it go on; a dead one stays dead. */
    void resumeCoordinator() throws IOException, InterruptedException {
        coordinator.resume();
    }

    void startCoordinator() throws IOException, InterruptedException {
        coordinator.start();
        coordinator.awaitLine(ReadyLine.COORDINATOR, READY_TIMEOUT_S);
    }

    void killService(final int bank) throws InterruptedException {
        services.get(bank).kill();
    }

    void startService(final int bank) throws IOException, InterruptedException {
        services.get(bank).start();
        services.get(bank).awaitLine(BankService.READY, READY_TIMEOUT_S);
    }

    void killDatabase(final int bank) {
        databases.get(bank).kill();
    }

    void startDatabase(final int bank) throws IOException {
        databases.get(bank).start();
    }

    /** @return the number of branches that are prepared in a bank's database; -1 if it can't be asked now. */
    int prepared(final int bank) {
        try (Connection connection = databases.get(bank).dataSource(BankDatabase.NAME).getConnection()) {
            return BankDatabase.prepared(connection);
        } catch (final SQLException down) {
            return -1;
        }
    }

    /** @return what the database of a bank holds, read directly. */
    Books books(final int bank) throws SQLException {
        try (Connection connection = databases.get(bank).dataSource(BankDatabase.NAME).getConnection()) {
            return new Books(name(bank), BankDatabase.balances(connection), BankDatabase.ledger(connection));
        }
    }

    /** Falsifies one row, for a test of the final check. */
    void tamper(final int bank) throws SQLException {
        try (Connection connection = databases.get(bank).dataSource(BankDatabase.NAME).getConnection();
             Statement statement = connection.createStatement()) {
            statement.execute("UPDATE accounts SET balance = balance + 1 WHERE id = 7");
        }
    }

    /** @return a process that should run and doesn't, by name; null if all do. */
    String firstDead() {
        if (!coordinator.isAlive()) {
            return coordinator.name() + " (see " + coordinator.log() + ")";
        }
        for (final ChildProcess service : services) {
            if (!service.isAlive()) {
                return service.name() + " (see " + service.log() + ")";
            }
        }
        return null;
    }

    int banks() {
        return databases.size();
    }

    static String name(final int bank) {
        return "bank-" + (bank + 1);
    }

    int rpcPort(final int bank) {
        return rpcPorts.get(bank);
    }

    /** @return where services and clients find the coordinator. */
    String coordinatorEndpoint() {
        return conditions.wayTo(coordinatorEndpoint);
    }

    /** @return directory of the media driver that services and clients share; null: each has its own. */
    String mediaDriver() {
        return conditions.mediaDriver() == null ? null : conditions.mediaDriver().toString();
    }

    Path journal() {
        return journal(directory);
    }

    private static Path journal(final Path directory) {
        return directory.resolve("coordinator/journal");
    }

    /**
     * Stops everything, also if a part of it can't be stopped, and whether or not this thread is interrupted; the data
     * stays where it is.
     */
    @Override
    public void close() throws IOException {
        final IOException failures = new IOException("not all that the demo has started has stopped in order");
        final List<ChildProcess> coordinators = coordinator == null ? List.of() : List.of(coordinator);
        // First: services that leave tell it so.
        closeAll(coordinators, ChildProcess::resume, failures);
        closeAll(services, service -> service.stop(STOP_TIMEOUT_S), failures);
        closeAll(coordinators, running -> running.stop(STOP_TIMEOUT_S), failures);
        closeAll(databases, PostgresServer::close, failures);
        if (failures.getSuppressed().length > 0) {
            throw failures;
        }
    }

    @FunctionalInterface
    private interface Closing<T> {
        void close(T what) throws Exception;
    }

    /**
     * All at the same time, each on a thread that nobody interrupts; waits for all.
     *
     * @param failures get those that there are.
     */
    private static <T> void closeAll(final List<T> all, final Closing<T> closing, final IOException failures) {
        final List<CompletableFuture<Void>> closings = all.stream().map(one -> CompletableFuture.runAsync(() -> {
            try {
                closing.close(one);
            } catch (final Exception failed) {
                throw new CompletionException(failed);
            }
        }, task -> new Thread(task, "dtm-demo-closing").start())).toList();
        for (final CompletableFuture<Void> one : closings) {
            try {
                one.join();
            } catch (final CompletionException failed) {
                failures.addSuppressed(failed.getCause());
            }
        }
    }

    /** Deletes the data, and what a coordinator leaves in shared memory that had to be killed. */
    static void delete(final Path directory) throws IOException {
        Thread.interrupted(); // who was told to end has heard it: an interrupted thread can't read files
        try {
            final TailPointer tail = TailPointer.read(new MappedStorage(journal(directory)));
            if (tail != null) {
                Files.deleteIfExists(Path.of(tail.location()));
            }
        } finally {
            try (var paths = Files.walk(directory)) {
                for (final Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            }
        }
    }
}
