package io.dtm.xa.embedded;

import static java.util.Map.entry;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.ds.common.BaseDataSource;
import org.postgresql.xa.PGXADataSource;

/**
 * One PostgreSQL server with a data directory and a port of its own, on loopback, as durable as a real one: the
 * library under it switches fsync off, this switches it on again and makes sure. It can be stopped, killed and started
 * again on the same data and port. A server that is already running on the data directory (its owner was killed) is
 * taken over as it is. Linux only; works as root too. Not thread-safe.
 */
public final class PostgresServer implements AutoCloseable {
    /** The superuser; connections from loopback need no password. */
    public static final String USER = "postgres";

    private static final String DEFAULT_DATABASE = "postgres";
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration DEATH_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration REAPING_TIMEOUT = Duration.ofSeconds(15);
    private static final long POLL_INTERVAL_NS = 10_000_000;
    private static final String PID_FILE = "postmaster.pid";
    private static final int CONNECT_TIMEOUT_S = 10;
    private static final int PID_LINE = 0;
    private static final int PORT_LINE = 3;
    private static final Pattern DATABASE_NAME = Pattern.compile("[a-z_][a-z0-9_]*");

    private final Path directory;
    private final Map<String, String> settings;
    private final Duration startTimeout;
    private int port;
    private EmbeddedPostgres running;

    private PostgresServer(
        final Path directory, final int port, final Map<String, String> settings, final Duration startTimeout) {
        this.startTimeout = startTimeout;
        this.directory = directory.toAbsolutePath();
        this.port = port;
        this.settings = settings;
    }

    /**
     * Starts a server, on what an earlier one left in the directory if there is something. Nothing runs if that fails,
     * also because this thread is interrupted.
     *
     * @param directory               for the data and the log; made if it is missing.
     * @param port                    on loopback; 0 for a free one.
     * @param maxPreparedTransactions that it allows.
     * @return the running server.
     * @throws IOException if it doesn't start; its log is in the directory.
     */
    public static PostgresServer launch(final Path directory, final int port, final int maxPreparedTransactions)
        throws IOException {
        return launch(directory, port, Map.of("max_prepared_transactions", "" + maxPreparedTransactions));
    }

    /**
     * Starts a server with further settings.
     *
     * @param directory for the data and the log; made if it is missing.
     * @param port      on loopback; 0 for a free one.
     * @param settings  of postgresql.conf.
     * @return the running server.
     * @throws IOException if it doesn't start; its log is in the directory.
     */
    public static PostgresServer launch(final Path directory, final int port, final Map<String, String> settings)
        throws IOException {
        return launch(directory, port, settings, START_TIMEOUT);
    }

    static PostgresServer launch(
        final Path directory, final int port, final Map<String, String> settings, final Duration startTimeout)
        throws IOException {
        final Map<String, String> all = new HashMap<>(Map.ofEntries(
            entry("fsync", "on"),
            entry("synchronous_commit", "on"),
            entry("full_page_writes", "on"),
            entry("listen_addresses", "127.0.0.1"),
            entry("unix_socket_directories", ""),
            entry("max_connections", "100"),
            entry("shared_buffers", "32MB"),
            entry("log_statement", "none")));
        all.putAll(settings);
        final PostgresServer server = new PostgresServer(directory, port, all, startTimeout);
        server.start();
        return server;
    }

    /**
     * Starts it again after {@link #stop} or {@link #kill}, on the same data and port.
     *
     * @throws IOException if it doesn't start; its log is in the directory.
     */
    public void start() throws IOException {
        Files.createDirectories(directory);
        final Optional<ProcessHandle> present = postmaster();
        if (present.isEmpty()) {
            awaitReaping();
        }
        if (present.isPresent()) {
            port = Integer.parseInt(pidFile().get(PORT_LINE).strip());
        } else {
            launchServer();
        }
        try {
            verify();
        } catch (final SQLException | IllegalStateException failed) {
            if (present.isEmpty()) {
                abandon(failed);
            }
            throw new IOException("the server in " + directory + " doesn't do: " + failed.getMessage(), failed);
        }
    }

    private void launchServer() throws IOException {
        if (port == 0) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = socket.getLocalPort();
            }
        }
        final ProcessBuilder.Redirect log =
            ProcessBuilder.Redirect.appendTo(directory.resolve("server.log").toFile());
        final EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
            .setDataDirectory(data())
            .setCleanDataDirectory(false)
            .setRegisterShutdownHook(false)
            .setPort(port)
            .setPGStartupWait(startTimeout)
            .setOutputRedirector(log)
            .setErrorRedirector(log);
        settings.forEach(builder::setServerConfig);
        try {
            running = builder.start();
        } catch (final IOException | RuntimeException failed) {
            abandon(failed);
            throw new IOException("PostgreSQL doesn't start in " + directory + "; its log there ends with: "
                + lastLine(directory.resolve("server.log")), failed);
        }
    }

    /** After a start that failed or that an interrupt broke off: what that has begun must not run on. */
    private void abandon(final Exception why) {
        try {
            final List<ProcessHandle> starting = ProcessHandle.current().children()
                .filter(child -> List.of(child.info().arguments().orElse(new String[0])).contains(data().toString()))
                .flatMap(child -> Stream.concat(Stream.of(child), child.descendants()))
                .toList();
            starting.forEach(ProcessHandle::destroy);
            for (final ProcessHandle process : starting) {
                if (!isDead(process)) {
                    process.destroyForcibly();
                }
            }
            stop();
        } catch (final IOException | IllegalStateException failed) {
            why.addSuppressed(failed);
        }
    }

    private static String lastLine(final Path log) throws IOException {
        final List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
        return lines.isEmpty() ? "(nothing)" : lines.get(lines.size() - 1);
    }

    private void verify() throws SQLException {
        try (Connection connection = dataSource(DEFAULT_DATABASE).getConnection();
             Statement statement = connection.createStatement()) {
            require(statement, "data_directory", data().toRealPath().toString());
            require(statement, "fsync", settings.get("fsync"));
            require(statement, "synchronous_commit", settings.get("synchronous_commit"));
        } catch (final IOException gone) {
            throw new SQLException(gone);
        }
    }

    private static void require(final Statement statement, final String name, final String value)
        throws SQLException {
        try (ResultSet rows = statement.executeQuery("SHOW " + name)) {
            rows.next();
            if (!rows.getString(1).equals(value)) {
                throw new IllegalStateException(name + " is " + rows.getString(1) + " and not " + value);
            }
        }
    }

    /**
     * Shuts it down in order (PostgreSQL's "fast": open transactions roll back). Does nothing if it isn't running.
     *
     * @throws IOException if it doesn't end.
     */
    public void stop() throws IOException {
        final Optional<ProcessHandle> postmaster = postmaster();
        if (running == null && postmaster.isPresent()) {
            // What pg_ctl would do; Java itself can only send SIGTERM, which waits until all clients have left.
            new ProcessBuilder("kill", "-INT", Long.toString(postmaster.get().pid())).start();
        }
        release();
        if (postmaster.isPresent() && !isDead(postmaster.get())) {
            kill();
        }
    }

    /** Kills it with all its processes, as a crash of the machine would, but that the page cache survives. */
    public void kill() {
        final Optional<ProcessHandle> postmaster = postmaster();
        if (postmaster.isPresent()) {
            final List<ProcessHandle> family = new ArrayList<>(postmaster.get().descendants().toList());
            family.add(0, postmaster.get());
            family.forEach(ProcessHandle::destroyForcibly);
            for (final ProcessHandle process : family) {
                if (!isDead(process)) {
                    throw new IllegalStateException("process " + process.pid() + " survives SIGKILL");
                }
            }
        }
        try {
            if (postmaster.isPresent()) {
                // It would stop a server of that id from being taken for this one, but all of them are dead.
                Files.deleteIfExists(data().resolve(PID_FILE));
            }
            release();
        } catch (final IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Frees what the library below holds: its lock on the directory, and the server if that runs. */
    private void release() throws IOException {
        if (running != null) {
            running.close();
            running = null;
        }
    }

    /** Waits until a killed process is gone, or nothing but an entry that its parent has yet to collect. */
    private static boolean isDead(final ProcessHandle process) {
        final long deadlineNs = System.nanoTime() + DEATH_TIMEOUT.toNanos();
        while (isAlive(process)) {
            if (System.nanoTime() - deadlineNs > 0) {
                return false;
            }
            LockSupport.parkNanos(POLL_INTERVAL_NS);
        }
        return true;
    }

    private static boolean isAlive(final ProcessHandle process) {
        return process.isAlive() && !isZombie(process.pid());
    }

    private static boolean isZombie(final long pid) {
        try {
            final String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return stat.startsWith(" Z ", stat.lastIndexOf(')') + 1);
        } catch (final IOException gone) {
            return false;
        }
    }

    /**
     * PostgreSQL takes a zombie for a living server and refuses to start. A killed server is one for some seconds
     * where process 1 collects its orphans lazily, and for ever where it doesn't at all.
     */
    private void awaitReaping() throws IOException {
        final OptionalLong pid = pidInFile();
        if (pid.isEmpty()) {
            return;
        }
        final long deadlineNs = System.nanoTime() + REAPING_TIMEOUT.toNanos();
        while (isZombie(pid.getAsLong())) {
            if (System.nanoTime() - deadlineNs > 0) {
                Files.deleteIfExists(data().resolve(PID_FILE));
                return;
            }
            LockSupport.parkNanos(POLL_INTERVAL_NS);
        }
    }

    /** @return whether it runs. */
    public boolean isRunning() {
        return postmaster().isPresent();
    }

    /** @return the id of its first process; empty if it isn't running. */
    public Optional<Long> pid() {
        return postmaster().map(ProcessHandle::pid);
    }

    /** @return its port on loopback. */
    public int port() {
        return port;
    }

    /** @return where its data and its log are. */
    public Path directory() {
        return directory;
    }

    /**
     * Makes a database unless it is there.
     *
     * @param name of lower-case letters, digits and underscores.
     * @throws SQLException if that fails.
     */
    public void createDatabase(final String name) throws SQLException {
        if (!DATABASE_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a plain database name: " + name);
        }
        try (Connection connection = dataSource(DEFAULT_DATABASE).getConnection();
             Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery(
                "SELECT 1 FROM pg_database WHERE datname = '" + name + "'")) {
                if (rows.next()) {
                    return;
                }
            }
            statement.execute("CREATE DATABASE " + name);
        }
    }

    /**
     * @param database on this server.
     * @return a source of plain connections, new ones each time.
     */
    public PGSimpleDataSource dataSource(final String database) {
        return configure(new PGSimpleDataSource(), database);
    }

    /**
     * @param database on this server.
     * @return a source of XA connections.
     */
    public PGXADataSource xaDataSource(final String database) {
        return configure(new PGXADataSource(), database);
    }

    /**
     * @param database on this server.
     * @return its URL.
     */
    public String jdbcUrl(final String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=" + USER;
    }

    private <T extends BaseDataSource> T configure(final T source, final String database) {
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName(database);
        source.setUser(USER);
        source.setConnectTimeout(CONNECT_TIMEOUT_S);
        source.setSslMode("disable");
        return source;
    }

    /** Stops it; its data stays. */
    @Override
    public void close() throws IOException {
        stop();
    }

    /**
     * Stops it and deletes its directory.
     *
     * @throws IOException if that fails.
     */
    public void delete() throws IOException {
        stop();
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private Path data() {
        return directory.resolve("data");
    }

    private List<String> pidFile() throws IOException {
        return Files.readAllLines(data().resolve(PID_FILE));
    }

    private OptionalLong pidInFile() {
        try {
            return OptionalLong.of(Long.parseLong(pidFile().get(PID_LINE).strip()));
        } catch (final IOException | NumberFormatException | IndexOutOfBoundsException none) {
            return OptionalLong.empty();
        }
    }

    /** The server's first process, by the file that it keeps; a file that a killed one left behind is seen through. */
    private Optional<ProcessHandle> postmaster() {
        final OptionalLong pid = pidInFile();
        return pid.isEmpty() ? Optional.empty() : ProcessHandle.of(pid.getAsLong())
            .filter(PostgresServer::isAlive)
            .filter(this::runsHere);
    }

    /** Whether a process has the data directory for its working directory, as this server's processes do. */
    private boolean runsHere(final ProcessHandle process) {
        try {
            return Files.isSameFile(Path.of("/proc", Long.toString(process.pid()), "cwd"), data());
        } catch (final IOException gone) {
            return false;
        }
    }
}
