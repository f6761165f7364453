package io.dtm.xa;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.sql.XADataSource;
import org.agrona.ErrorHandler;

/**
 * The settings of an {@link XaParticipant}. Not thread-safe; don't change it after {@link #conclude()}.
 */
public final class XaContext {
    private static final System.Logger LOGGER = System.getLogger(XaParticipant.class.getName());
    private static final int MAX_CONNECTIONS = 10_000;

    private String name = "dtm-xa";
    private XADataSource dataSource;
    private XaDialect dialect;
    private BranchWork work;
    private int connections = 24;
    private int workThreads;
    private int decisionThreads;
    private int maxInteractiveBranches = -1;
    private int queueLength = 256;
    private int maxPreparedBranches = 64;
    private long interactiveTimeoutMs = 90_000;
    private boolean verifyReadOnly = true;
    private boolean onePhase;
    private String evidenceTable = "dtm_evidence";
    private int evidenceWaitSeconds = 10;
    private long evidenceRetentionMs = TimeUnit.DAYS.toMillis(7);
    private boolean acceptVolatileDatabase;
    private ErrorHandler errorHandler =
        error -> LOGGER.log(System.Logger.Level.WARNING, "XA participant: " + error.getMessage(), error);

    /**
     * Checks the settings and derives those that weren't given.
     *
     * @return this.
     * @throws IllegalStateException if they don't fit together; the message says what to change.
     */
    public XaContext conclude() {
        Objects.requireNonNull(dataSource, "dataSource");
        Objects.requireNonNull(dialect, "dialect");
        check(connections >= 3 && connections <= MAX_CONNECTIONS, "connections must be 3 to " + MAX_CONNECTIONS);
        check(queueLength >= 1, "queueLength must be at least 1");
        check(maxPreparedBranches >= 1, "maxPreparedBranches must be at least 1");
        check(interactiveTimeoutMs >= 1, "interactiveTimeoutMs must be at least 1");
        check(evidenceWaitSeconds >= 1, "evidenceWaitSeconds must be at least 1");
        if (maxInteractiveBranches < 0) {
            maxInteractiveBranches = connections / 3;
        }
        if (decisionThreads == 0) {
            decisionThreads = Math.max(1, (connections - maxInteractiveBranches) / 3);
        }
        if (workThreads == 0) {
            workThreads = connections - maxInteractiveBranches - decisionThreads;
        }
        check(workThreads >= 1 && decisionThreads >= 1 && maxInteractiveBranches >= 0
                && workThreads + decisionThreads + maxInteractiveBranches <= connections,
            "connections (" + connections + ") must be enough for workThreads (" + workThreads
                + "), decisionThreads (" + decisionThreads + ") and maxInteractiveBranches ("
                + maxInteractiveBranches + "), one each");
        return this;
    }

    /** @return how many physical connections may exist: a pinned branch keeps its own until the decision. */
    int connectionLimit() {
        return connections + (dialect.pinsConnection() ? maxPreparedBranches : 0);
    }

    private static void check(final boolean condition, final String reason) {
        if (!condition) {
            throw new IllegalStateException(reason);
        }
    }

    /** @return its name. */
    public String name() {
        return name;
    }

    /**
     * @param value of this participant, for its threads.
     * @return this.
     */
    public XaContext name(final String value) {
        this.name = value;
        return this;
    }

    /** @return the source of connections. */
    public XADataSource dataSource() {
        return dataSource;
    }

    /**
     * @param value where connections come from. Give it a connect and a socket timeout.
     * @return this.
     */
    public XaContext dataSource(final XADataSource value) {
        this.dataSource = value;
        return this;
    }

    /** @return the kind of database. */
    public XaDialect dialect() {
        return dialect;
    }

    /**
     * @param value what kind of database that is.
     * @return this.
     */
    public XaContext dialect(final XaDialect value) {
        this.dialect = value;
        return this;
    }

    /** @return the work, or null. */
    public BranchWork work() {
        return work;
    }

    /**
     * @param value of one-shot branches; null if there are interactive ones only.
     * @return this.
     */
    public XaContext work(final BranchWork value) {
        this.work = value;
        return this;
    }

    /** @return the connections. */
    public int connections() {
        return connections;
    }

    /**
     * @param value that the participant may open, 3 or more. Work, decisions and interactive branches share them.
     * @return this.
     */
    public XaContext connections(final int value) {
        this.connections = value;
        return this;
    }

    /** @return the work threads. */
    public int workThreads() {
        return workThreads;
    }

    /**
     * @param value that run the work of one-shot branches, so many at a time; 0: what the others leave of the
     *              connections.
     * @return this.
     */
    public XaContext workThreads(final int value) {
        this.workThreads = value;
        return this;
    }

    /** @return the decision threads. */
    public int decisionThreads() {
        return decisionThreads;
    }

    /**
     * @param value that carry out decisions; apart from work, since work may wait for locks that a decision frees.
     *              0: a third of what interactive branches leave.
     * @return this.
     */
    public XaContext decisionThreads(final int value) {
        this.decisionThreads = value;
        return this;
    }

    /** @return the limit. */
    public int maxInteractiveBranches() {
        return maxInteractiveBranches;
    }

    /**
     * @param value that may be joined at a time, each with its connection; negative: a third of the connections.
     * @return this.
     */
    public XaContext maxInteractiveBranches(final int value) {
        this.maxInteractiveBranches = value;
        return this;
    }

    /** @return the limit. */
    public int queueLength() {
        return queueLength;
    }

    /**
     * @param value of one-shot branches that wait for a thread; one more is voted NO.
     * @return this.
     */
    public XaContext queueLength(final int value) {
        this.queueLength = value;
        return this;
    }

    /** @return the limit. */
    public int maxPreparedBranches() {
        return maxPreparedBranches;
    }

    /**
     * @param value that may be in doubt at a time; one more is voted NO. The database must allow as many.
     * @return this.
     */
    public XaContext maxPreparedBranches(final int value) {
        this.maxPreparedBranches = value;
        return this;
    }

    /** @return the time in ms. */
    public long interactiveTimeoutMs() {
        return interactiveTimeoutMs;
    }

    /**
     * @param value after which an interactive branch that was neither prepared nor rolled back is rolled back
     *              here, in ms. Longer than the longest transaction.
     * @return this.
     */
    public XaContext interactiveTimeoutMs(final long value) {
        this.interactiveTimeoutMs = value;
        return this;
    }

    /** @return whether it is. */
    public boolean verifyReadOnly() {
        return verifyReadOnly;
    }

    /**
     * @param value whether work that says that it wrote nothing is checked, which costs a round trip.
     * @return this.
     */
    public XaContext verifyReadOnly(final boolean value) {
        this.verifyReadOnly = value;
        return this;
    }

    /** @return whether they are. */
    public boolean onePhase() {
        return onePhase;
    }

    /**
     * @param value whether one-phase commits are offered, with evidence in a table of this database.
     * @return this.
     */
    public XaContext onePhase(final boolean value) {
        this.onePhase = value;
        return this;
    }

    /** @return the name. */
    public String evidenceTable() {
        return evidenceTable;
    }

    /**
     * @param value the name of that table, maybe with a schema; made at start if it is missing.
     * @return this.
     */
    public XaContext evidenceTable(final String value) {
        this.evidenceTable = value;
        return this;
    }

    /** @return the time in s. */
    public int evidenceWaitSeconds() {
        return evidenceWaitSeconds;
    }

    /**
     * @param value how long to wait for a former process's local commit before the coordinator is told to ask
     *              again, in s.
     * @return this.
     */
    public XaContext evidenceWaitSeconds(final int value) {
        this.evidenceWaitSeconds = value;
        return this;
    }

    /** @return the time in ms. */
    public long evidenceRetentionMs() {
        return evidenceRetentionMs;
    }

    /**
     * @param value how long an ABORTED row stays after the coordinator has forgotten it, in ms: longer than a
     *              process of this resource can be frozen and go on.
     * @return this.
     */
    public XaContext evidenceRetentionMs(final long value) {
        this.evidenceRetentionMs = value;
        return this;
    }

    /** @return whether it is. */
    public boolean acceptVolatileDatabase() {
        return acceptVolatileDatabase;
    }

    /**
     * @param value whether a database is accepted that loses confirmed commits in a power loss.
     * @return this.
     */
    public XaContext acceptVolatileDatabase(final boolean value) {
        this.acceptVolatileDatabase = value;
        return this;
    }

    /** Tells the handler, and goes on if that throws: whoever reports has still to answer or to clean up. */
    void report(final Throwable cause) {
        try {
            errorHandler.onError(cause);
        } catch (final RuntimeException | Error failed) {
            failed.addSuppressed(cause);
            LOGGER.log(System.Logger.Level.ERROR, "XA participant: the error handler failed", failed);
        }
    }

    /** @return the handler. */
    public ErrorHandler errorHandler() {
        return errorHandler;
    }

    /**
     * @param value takes what is worth a line in a log.
     * @return this.
     */
    public XaContext errorHandler(final ErrorHandler value) {
        this.errorHandler = value;
        return this;
    }
}
