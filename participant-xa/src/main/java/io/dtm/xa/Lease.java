package io.dtm.xa;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;

/**
 * One physical connection, lent out by {@link XaConnections}. One thread uses it; another may only {@link #kill} it.
 */
final class Lease implements AutoCloseable {
    private final XaConnections owner;
    private final XAConnection xaConnection;
    private final XAResource resource;
    private final boolean fresh;
    private volatile boolean used;
    private Connection handle;
    private boolean spoiled;
    private boolean escaped;
    private boolean returned;

    Lease(final XaConnections owner, final XAConnection xaConnection, final boolean fresh) throws SQLException {
        this.owner = owner;
        this.xaConnection = xaConnection;
        this.resource = xaConnection.getXAResource();
        this.fresh = fresh;
    }

    XAConnection xaConnection() {
        return xaConnection;
    }

    XAResource resource() {
        return resource;
    }

    /** @return whether it was opened for this lease, so that an error isn't the fault of a stale connection. */
    boolean isFresh() {
        return fresh;
    }

    /** The driver's handle; the same one during the lease. A new lease gets a new one, which ends a leaked old one. */
    synchronized Connection connection() throws SQLException {
        if (handle == null) {
            handle = xaConnection.getConnection();
        }
        return handle;
    }

    /** Its work reached for the database: from now on it can't be told without asking whether something was written. */
    void used() {
        used = true;
    }

    /** @return whether its work may have sent a statement, by whichever of its calls. */
    boolean isUsed() {
        return used;
    }

    /** It must not be lent out again. */
    synchronized void spoil() {
        spoiled = true;
    }

    /** Its work holds something of the driver's that works on after it. */
    synchronized void escape() {
        escaped = true;
        spoiled = true;
    }

    /** @return whether statements may run on it that nobody knows of: what the driver says must be looked up. */
    synchronized boolean isEscaped() {
        return escaped;
    }

    /** Whether the driver has given it up. */
    synchronized boolean isBroken() {
        try {
            return connection().isClosed();
        } catch (final SQLException | RuntimeException | Error broken) {
            return true;
        }
    }

    /**
     * Ends whatever another thread does on it, and so its branch unless that is prepared. Blocks for a short time; does
     * nothing after the lease was returned, so that it never hits the next user of the connection.
     */
    synchronized void kill(final XaDialect dialect) {
        if (returned || handle == null) {
            return;
        }
        spoiled = true;
        try {
            dialect.cancel(handle);
        } catch (final SQLException | RuntimeException | Error alreadyGone) {
            owner.report(alreadyGone);
        }
        try {
            handle.abort(Runnable::run);
        } catch (final SQLException | RuntimeException | Error alreadyGone) {
            owner.report(alreadyGone);
        }
    }

    @Override
    public void close() {
        final boolean reusable;
        synchronized (this) {
            if (returned) {
                return;
            }
            returned = true;
            reusable = !spoiled && closeHandle();
        }
        owner.takeBack(xaConnection, reusable);
    }

    private boolean closeHandle() {
        if (handle == null) {
            return true;
        }
        try {
            if (handle.isClosed()) {
                return false;
            }
            handle.setAutoCommit(true);
            handle.close();
            return true;
        } catch (final SQLException | RuntimeException | Error broken) {
            return false;
        }
    }
}
