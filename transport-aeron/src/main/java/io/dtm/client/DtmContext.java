package io.dtm.client;

import io.dtm.session.CredentialsSupplier;
import io.dtm.session.EpochMemory;
import io.dtm.session.SessionListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SystemNanoClock;

/**
 * How a process connects to its coordinators. Filled before {@link Dtm#connect} and not changed after.
 */
public final class DtmContext {
    /** Where a coordinator listens that was started without settings. */
    public static final String DEFAULT_ENDPOINT = "localhost:6801";

    private final List<String> endpoints = new ArrayList<>();
    private String name = "dtm-client";
    private boolean ipc;
    private boolean polled;
    private String aeronDirectoryName;
    private Path driverDirectory;
    private CredentialsSupplier credentials = CredentialsSupplier.NONE;
    private Supplier<EpochMemory> epochMemory = EpochMemory::inMemory;
    private SessionListener listener;
    private Supplier<IdleStrategy> idleStrategy = () -> new BackoffIdleStrategy(100, 20, 1_000, 200_000);
    private ErrorHandler errorHandler = Dtm::log;

    /**
     * Adds a coordinator. Without any, {@link #DEFAULT_ENDPOINT} is used.
     *
     * @param hostAndPort at which it listens.
     * @return this.
     */
    public DtmContext coordinator(final String hostAndPort) {
        endpoints.add(hostAndPort);
        return this;
    }

    List<String> endpoints() {
        return endpoints.isEmpty() ? List.of(DEFAULT_ENDPOINT) : List.copyOf(endpoints);
    }

    /**
     * @param value of this process, for the coordinator's tools and this one's threads.
     * @return this.
     */
    public DtmContext name(final String value) {
        name = value;
        return this;
    }

    String name() {
        return name;
    }

    /**
     * @param value whether to use shared memory instead of UDP: needs the coordinator's own media driver.
     * @return this.
     */
    public DtmContext ipc(final boolean value) {
        ipc = value;
        return this;
    }

    boolean ipc() {
        return ipc;
    }

    /**
     * @param value true: no thread is started, the caller calls {@link Dtm#doWork} again and again, and waits for
     *              answers by {@link Dtm#await}.
     * @return this.
     */
    public DtmContext polled(final boolean value) {
        polled = value;
        return this;
    }

    boolean polled() {
        return polled;
    }

    /**
     * @param value directory of a media driver that runs in another process; null: one is embedded, and driven by this
     *              connection's own thread.
     * @return this.
     */
    public DtmContext aeronDirectoryName(final String value) {
        aeronDirectoryName = value;
        return this;
    }

    String aeronDirectoryName() {
        return aeronDirectoryName;
    }

    /**
     * @param value for the embedded driver's files; null: a temporary one, removed at the end.
     * @return this.
     */
    public DtmContext driverDirectory(final Path value) {
        driverDirectory = value;
        return this;
    }

    Path driverDirectory() {
        return driverDirectory;
    }

    /**
     * @param value proves who this process is.
     * @return this.
     */
    public DtmContext credentials(final CredentialsSupplier value) {
        credentials = value;
        return this;
    }

    CredentialsSupplier credentials() {
        return credentials;
    }

    /**
     * @param value makes what keeps the epochs that were obeyed (rule 12), one for each coordinator.
     * @return this.
     */
    public DtmContext epochMemory(final Supplier<EpochMemory> value) {
        epochMemory = value;
        return this;
    }

    Supplier<EpochMemory> epochMemory() {
        return epochMemory;
    }

    /**
     * @param value hears of connections and anomalies, on the connection's thread. Without one, the error handler is
     *              told what should be looked at: lost connections, refusals, a coordinator that isn't obeyed, what
     *              participants and listeners threw; each distinct text as a {@link DtmWarning} once a minute.
     * @return this.
     */
    public DtmContext listener(final SessionListener value) {
        listener = value;
        return this;
    }

    SessionListener listener(final String endpoint) {
        return listener == null ? new WarningListener(endpoint, errorHandler, SystemNanoClock.INSTANCE) : listener;
    }

    /**
     * @param value makes the idle strategy of the connection's thread, or of {@link Dtm#await} where it is polled.
     * @return this.
     */
    public DtmContext idleStrategy(final Supplier<IdleStrategy> value) {
        idleStrategy = value;
        return this;
    }

    Supplier<IdleStrategy> idleStrategy() {
        return idleStrategy;
    }

    /**
     * @param value takes what is worth a line in a log; by default that is the platform's ({@link System.Logger}),
     *              which prints to the standard error stream unless told otherwise. What the media driver
     *              and the Aeron client report comes once a minute for each distinct text.
     * @return this.
     */
    public DtmContext errorHandler(final ErrorHandler value) {
        errorHandler = value;
        return this;
    }

    ErrorHandler errorHandler() {
        return errorHandler;
    }
}
