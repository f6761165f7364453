package io.dtm.session;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.agrona.ErrorHandler;

/**
 * What a {@link CoordinatorSession} is made of: its ports, limits and times. Filled before the session is made and not
 * changed after; times are nanoseconds of the clock that the duty cycle is given.
 */
public final class SessionContext {
    private CoordinatorLink link;
    private CredentialsSupplier credentials = CredentialsSupplier.NONE;
    private EpochMemory epochMemory = EpochMemory.inMemory();
    private LongSupplier random;
    private SessionListener listener = SessionListener.NONE;
    private ErrorHandler errorHandler = Throwable::printStackTrace;
    private UserCode userCode;
    private String clientName = "";
    private long expectedCoordinatorId = EpochGuard.ANY_COORDINATOR;
    private long handshakeTimeoutNs = TimeUnit.SECONDS.toNanos(3);
    private long backoffInitialNs = TimeUnit.MILLISECONDS.toNanos(20);
    private long backoffMaxNs = TimeUnit.SECONDS.toNanos(1);
    private long refusedBackoffNs = TimeUnit.SECONDS.toNanos(5);
    private long inquiryIntervalNs = TimeUnit.SECONDS.toNanos(5);
    private long scanIntervalNs = TimeUnit.SECONDS.toNanos(10);
    private int maxTransactions = 1 << 16;
    private int maxWaiting = 1 << 12;
    private int maxBranches = 1 << 16;
    private int rememberedBranches = 1 << 15;
    private int commandCapacity = 1 << 12;
    private int frameSoftLimitBytes = 1344;
    private long firstCounter = 1;
    private long renewAhead = 1 << 24;

    /** @return this, checked. */
    SessionContext conclude() {
        Objects.requireNonNull(link, "a link to the coordinator is needed");
        Objects.requireNonNull(random, "a source of randomness is needed: join tokens must not be guessed");
        if (backoffInitialNs < 1 || backoffMaxNs < backoffInitialNs) {
            throw new IllegalArgumentException("backoff must be 1 ns or more, and its maximum not less");
        }
        if (firstCounter < 1 || firstCounter >= OwnedSession.LAST_COUNTER) {
            throw new IllegalArgumentException("the first counter must be 1 to 2^32 - 2: " + firstCounter);
        }
        if (maxTransactions < 1 || maxWaiting < 1 || maxBranches < 1 || rememberedBranches < 1) {
            throw new IllegalArgumentException("limits must be positive");
        }
        userCode = new UserCode(listener, errorHandler);
        return this;
    }

    /** @param value the connection; owned by the session from now on. @return this. */
    public SessionContext link(final CoordinatorLink value) {
        link = value;
        return this;
    }

    CoordinatorLink link() {
        return link;
    }

    /** @param value proves who this process is. @return this. */
    public SessionContext credentials(final CredentialsSupplier value) {
        credentials = value;
        return this;
    }

    CredentialsSupplier credentials() {
        return credentials;
    }

    /** @param value keeps the epochs that were obeyed; may be shared by sessions of one thread. @return this. */
    public SessionContext epochMemory(final EpochMemory value) {
        epochMemory = value;
        return this;
    }

    EpochMemory epochMemory() {
        return epochMemory;
    }

    /** @param value makes join tokens, which must not be guessed, and jitter. @return this. */
    public SessionContext random(final LongSupplier value) {
        random = value;
        return this;
    }

    LongSupplier random() {
        return random;
    }

    /** @param value hears of connections and anomalies. @return this. */
    public SessionContext listener(final SessionListener value) {
        listener = value;
        return this;
    }

    /** Nothing that it throws comes back. */
    SessionListener listener() {
        return userCode.listener();
    }

    /**
     * @param value hears what the listener throws, and every error of the virtual machine that a listener or
     *              participant threw; on the duty cycle's thread.
     * @return this.
     */
    public SessionContext errorHandler(final ErrorHandler value) {
        errorHandler = value;
        return this;
    }

    UserCode userCode() {
        return userCode;
    }

    /** @param value shown by the coordinator's tools; at most 254 bytes of UTF-8. @return this. */
    public SessionContext clientName(final String value) {
        clientName = value;
        return this;
    }

    String clientName() {
        return clientName;
    }

    /** @param value of the only coordinator to obey; 0: the first that answers. @return this. */
    public SessionContext expectedCoordinatorId(final long value) {
        expectedCoordinatorId = value;
        return this;
    }

    long expectedCoordinatorId() {
        return expectedCoordinatorId;
    }

    /** @param value after which an unanswered connect or handshake is given up. @return this. */
    public SessionContext handshakeTimeoutNs(final long value) {
        handshakeTimeoutNs = value;
        return this;
    }

    long handshakeTimeoutNs() {
        return handshakeTimeoutNs;
    }

    /**
     * @param initialNs before the first new attempt to connect.
     * @param maxNs     it doubles up to this; well below the session timeout, or sessions are lost.
     * @return this.
     */
    public SessionContext backoffNs(final long initialNs, final long maxNs) {
        backoffInitialNs = initialNs;
        backoffMaxNs = maxNs;
        return this;
    }

    long backoffInitialNs() {
        return backoffInitialNs;
    }

    long backoffMaxNs() {
        return backoffMaxNs;
    }

    /** @param value before the next attempt after a refusal that time alone hardly mends. @return this. */
    public SessionContext refusedBackoffNs(final long value) {
        refusedBackoffNs = value;
        return this;
    }

    long refusedBackoffNs() {
        return refusedBackoffNs;
    }

    /** @param value between two inquiries about an outcome that is overdue. @return this. */
    public SessionContext inquiryIntervalNs(final long value) {
        inquiryIntervalNs = value;
        return this;
    }

    long inquiryIntervalNs() {
        return inquiryIntervalNs;
    }

    /** @param value between two scans of a resource for branches in doubt (rule 8). @return this. */
    public SessionContext scanIntervalNs(final long value) {
        scanIntervalNs = value;
        return this;
    }

    long scanIntervalNs() {
        return scanIntervalNs;
    }

    /** @param value greatest number of unfinished transactions of this client. @return this. */
    public SessionContext maxTransactions(final int value) {
        maxTransactions = value;
        return this;
    }

    int maxTransactions() {
        return maxTransactions;
    }

    /** @param value greatest number of requests that wait for a session. @return this. */
    public SessionContext maxWaiting(final int value) {
        maxWaiting = value;
        return this;
    }

    int maxWaiting() {
        return maxWaiting;
    }

    /**
     * @param unfinished greatest number of branches of one resource at a time.
     * @param remembered greatest number of finished ones whose answers are kept for repeats.
     * @return this.
     */
    public SessionContext maxBranches(final int unfinished, final int remembered) {
        maxBranches = unfinished;
        rememberedBranches = remembered;
        return this;
    }

    int maxBranches() {
        return maxBranches;
    }

    int rememberedBranches() {
        return rememberedBranches;
    }

    /** @param value of the queue through which other threads reach the duty cycle. @return this. */
    public SessionContext commandCapacity(final int value) {
        commandCapacity = value;
        return this;
    }

    int commandCapacity() {
        return commandCapacity;
    }

    /** @param value to which frames of small messages are filled: one datagram's payload. @return this. */
    public SessionContext frameSoftLimitBytes(final int value) {
        frameSoftLimitBytes = value;
        return this;
    }

    int frameSoftLimitBytes() {
        return frameSoftLimitBytes;
    }

    /**
     * @param first of the counters of a session's transactions: 1, but for tests that start near the end.
     * @param ahead so many before the last one a new session is asked for.
     * @return this.
     */
    public SessionContext counters(final long first, final long ahead) {
        firstCounter = first;
        renewAhead = ahead;
        return this;
    }

    long firstCounter() {
        return firstCounter;
    }

    long renewAhead() {
        return renewAhead;
    }
}
