package io.dtm.xa;

import java.io.PrintWriter;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.logging.Logger;
import javax.sql.ConnectionEventListener;
import javax.sql.StatementEventListener;
import javax.sql.XAConnection;
import javax.sql.XADataSource;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/** A resource in memory that records what it is told and fails as it is told. */
final class FakeDatabase implements XADataSource {
    final List<String> calls = new ArrayList<>();
    final Set<Xid> prepared = new LinkedHashSet<>();
    /** Thrown by the next prepare, commit or rollback; 0: none. */
    int nextError;
    /** Whether that error hides that it was carried out. */
    boolean carriesOut;
    /** Thrown by every one of them. */
    int everyError;
    /** Answered by prepare. */
    int prepareAnswer = XAResource.XA_OK;
    /** With an answer of XA_RDONLY: whether the branch is left prepared in spite of it. */
    boolean leavesReadOnly;
    /** Whether connecting fails. */
    boolean down;
    boolean recoverFails;
    boolean failsNextRecover;
    /** Whether the next list after an error can't be read. */
    boolean failsNextRecoverAfterAnError;
    /** Whether errors come as what no driver should throw. */
    boolean throwsUnchecked;
    /** Thrown by the next of any calls to the resource, instead of doing it; null: none. */
    volatile Error nextFatal;
    private int callsBeforeFatal;
    /** Whether the connections that exist are dead. */
    volatile boolean broken;
    int open;
    int opened;
    /** Handles that were closed because somebody asked for another one. */
    int stolenHandles;

    synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    private synchronized void call(final String name) {
        calls.add(name);
        if (nextFatal != null && callsBeforeFatal-- == 0) {
            final Error fatal = nextFatal;
            fatalAfter(0, null);
            throw fatal;
        }
    }

    /** Lets so many calls pass before that. */
    synchronized void fatalAfter(final int passing, final Error fatal) {
        callsBeforeFatal = passing;
        nextFatal = fatal;
    }

    private synchronized void act(final String name, final Runnable action) throws XAException {
        call(name);
        final int error = everyError != 0 ? everyError : nextError;
        nextError = 0;
        if (error == 0 || carriesOut) {
            action.run();
        }
        if (error != 0) {
            failsNextRecover |= failsNextRecoverAfterAnError;
            failsNextRecoverAfterAnError = false;
            if (throwsUnchecked) {
                throw new IllegalStateException("the driver is broken");
            }
            throw new XAException(error);
        }
    }

    @Override
    public synchronized XAConnection getXAConnection() throws SQLException {
        if (down) {
            throw new SQLException("down", "08001");
        }
        open++;
        opened++;
        return new FakeConnection();
    }

    @Override
    public XAConnection getXAConnection(final String user, final String password) throws SQLException {
        return getXAConnection();
    }

    @Override
    public PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(final PrintWriter out) {
        // nothing is written
    }

    @Override
    public void setLoginTimeout(final int seconds) {
        // nothing takes time
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getGlobal();
    }

    private final class FakeConnection implements XAConnection, XAResource {
        /** One handle at a time, as the specification says: a new one closes the one before. */
        private boolean[] handleClosed = {true};
        private boolean closed;

        @Override
        public XAResource getXAResource() {
            return this;
        }

        @Override
        public Connection getConnection() {
            if (!handleClosed[0]) {
                stolenHandles++;
            }
            handleClosed[0] = true;
            final boolean[] isClosed = {false};
            handleClosed = isClosed;
            return (Connection) Proxy.newProxyInstance(FakeDatabase.class.getClassLoader(),
                new Class<?>[] {Connection.class}, (self, method, arguments) -> switch (method.getName()) {
                    case "isClosed" -> isClosed[0] || closed || broken;
                    case "close", "abort" -> {
                        isClosed[0] = true;
                        yield null;
                    }
                    case "getAutoCommit" -> false;
                    case "toString" -> "fake";
                    default -> null;
                });
        }

        @Override
        public void close() {
            synchronized (FakeDatabase.this) {
                closed = true;
                open--;
            }
        }

        @Override
        public void start(final Xid xid, final int flags) {
            call("start");
        }

        @Override
        public void end(final Xid xid, final int flags) {
            call("end");
        }

        @Override
        public int prepare(final Xid xid) throws XAException {
            act("prepare", () -> {
                if (prepareAnswer == XA_OK || leavesReadOnly) {
                    prepared.add(xid);
                }
            });
            return prepareAnswer;
        }

        @Override
        public void commit(final Xid xid, final boolean onePhase) throws XAException {
            act("commit", () -> prepared.remove(xid));
        }

        @Override
        public void rollback(final Xid xid) throws XAException {
            act("rollback", () -> prepared.remove(xid));
        }

        @Override
        public void forget(final Xid xid) {
            call("forget");
        }

        @Override
        public Xid[] recover(final int flag) throws XAException {
            call("recover");
            final boolean failsNow = failsNextRecover;
            failsNextRecover = false;
            if (recoverFails || failsNow) {
                throw new XAException(XAException.XAER_RMFAIL);
            }
            synchronized (FakeDatabase.this) {
                return prepared.toArray(new Xid[0]);
            }
        }

        @Override
        public boolean isSameRM(final XAResource other) {
            return other == this;
        }

        @Override
        public int getTransactionTimeout() {
            return 0;
        }

        @Override
        public boolean setTransactionTimeout(final int seconds) {
            return false;
        }

        @Override
        public void addConnectionEventListener(final ConnectionEventListener listener) {
            // no events
        }

        @Override
        public void removeConnectionEventListener(final ConnectionEventListener listener) {
            // no events
        }

        @Override
        public void addStatementEventListener(final StatementEventListener listener) {
            // no events
        }

        @Override
        public void removeStatementEventListener(final StatementEventListener listener) {
            // no events
        }
    }
}
