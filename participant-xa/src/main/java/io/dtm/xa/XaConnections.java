package io.dtm.xa;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import javax.sql.XAConnection;
import javax.sql.XADataSource;
import javax.transaction.xa.XAException;
import org.agrona.ErrorHandler;

/**
 * The participant's physical connections: idle ones are kept and lent out again, the last returned first. Nobody waits
 * for one: every user has a thread or a seat of its own, and there is a connection for each. Any thread.
 * <p>
 * Why not a pool from the shelf: those that know XA give out an {@link XAConnection} to their transaction manager's
 * recovery only, and none lets its user say "this one is in doubt, never lend it again".
 */
final class XaConnections implements AutoCloseable {
    private final XADataSource dataSource;
    private final int capacity;
    private final ErrorHandler errorHandler;
    private final Deque<XAConnection> idle = new ArrayDeque<>();
    private int open;
    private boolean closed;

    XaConnections(final XADataSource dataSource, final int capacity, final ErrorHandler errorHandler) {
        this.dataSource = dataSource;
        this.capacity = capacity;
        this.errorHandler = errorHandler;
    }

    /** Lends a connection: an idle one if there is one. It may turn out to be stale. */
    Lease borrow() throws SQLException {
        final XAConnection kept;
        synchronized (this) {
            refuseIfClosed();
            kept = idle.pollLast();
        }
        return kept != null ? lend(kept, false) : borrowFresh();
    }

    /** Lends a connection that was opened just now. */
    Lease borrowFresh() throws SQLException {
        final XAConnection surplus;
        synchronized (this) {
            refuseIfClosed();
            surplus = open >= capacity ? idle.pollFirst() : null;
            if (open >= capacity && surplus == null) {
                throw new SQLException("all " + capacity + " connections are in use: raise connections");
            }
            if (surplus == null) {
                open++;
            }
        }
        if (surplus != null) {
            closeQuietly(surplus);
        }
        try {
            return lend(dataSource.getXAConnection(), true);
        } catch (final SQLException | RuntimeException | Error failed) {
            leave();
            throw failed;
        }
    }

    /** Something that may be done twice. */
    @FunctionalInterface
    interface Task<T> {
        T run(Lease lease) throws SQLException, XAException;
    }

    /** Does something over any connection, and once more over a new one if that was stale. */
    <T> T call(final Task<T> task) throws SQLException, XAException {
        try (Lease lease = borrow()) {
            try {
                return runOrSpoil(task, lease);
            } catch (final SQLException | XAException failed) {
                // Asked before it is given back: afterwards its handle is closed, or it is somebody else's.
                if (lease.isFresh() || !lease.isBroken()) {
                    throw failed;
                }
            }
        }
        discardIdle();
        try (Lease second = borrowFresh()) {
            return runOrSpoil(task, second);
        }
    }

    private static <T> T runOrSpoil(final Task<T> task, final Lease lease) throws SQLException, XAException {
        try {
            return task.run(lease);
        } catch (final SQLException | XAException | RuntimeException | Error failed) {
            lease.spoil();
            throw failed;
        }
    }

    /** Closes the idle ones: the database was restarted, and they are all as dead as the one that noticed. */
    void discardIdle() {
        final Deque<XAConnection> stale;
        synchronized (this) {
            stale = new ArrayDeque<>(idle);
            idle.clear();
            open -= stale.size();
        }
        stale.forEach(this::closeQuietly);
    }

    void takeBack(final XAConnection connection, final boolean reusable) {
        synchronized (this) {
            if (reusable && !closed) {
                idle.addLast(connection);
                return;
            }
        }
        closeQuietly(connection);
        leave();
    }

    /** For what is worth a line in the log and no more. */
    void report(final Throwable cause) {
        errorHandler.onError(cause);
    }

    /** Closes the idle ones now and the others when they come back. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        discardIdle();
    }

    private Lease lend(final XAConnection connection, final boolean fresh) throws SQLException {
        try {
            return new Lease(this, connection, fresh);
        } catch (final SQLException | RuntimeException | Error failed) {
            closeQuietly(connection);
            if (!fresh) {
                leave();
            }
            throw failed;
        }
    }

    private void refuseIfClosed() throws SQLException {
        if (closed) {
            throw new SQLException("the participant is closed");
        }
    }

    private synchronized void leave() {
        open--;
    }

    private void closeQuietly(final XAConnection connection) {
        try {
            connection.close();
        } catch (final SQLException | RuntimeException | Error alreadyGone) {
            errorHandler.onError(alreadyGone);
        }
    }
}
