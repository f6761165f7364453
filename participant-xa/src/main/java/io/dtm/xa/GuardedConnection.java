package io.dtm.xa;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What work sees of its branch's connection. It refuses what would end the transaction behind the coordinator's back,
 * spoils the lease where a setting would outlast the branch, notes whether a statement was ever made, and is dead
 * after the work.
 * <p>
 * Dead is all that it ever gave out, since drivers leave statements usable after their handle: whoever kept one would
 * write into the next branch of the physical connection. So statements, result sets and the like are
 * {@link GuardedObject guarded} too, and statements are closed at the end. Only {@code unwrap} gives out what can't
 * be guarded; then no other branch ever runs on that connection.
 */
final class GuardedConnection implements InvocationHandler {
    private static final Set<String> REFUSED = Set.of("commit", "rollback", "setAutoCommit", "abort");
    private static final Set<String> OUTLASTING = Set.of(
        "setTransactionIsolation", "setSchema", "setCatalog", "setHoldability", "setNetworkTimeout", "setTypeMap",
        "setClientInfo", "beginRequest", "endRequest", "setShardingKey", "setShardingKeyIfValid");

    /** What reaches neither the database nor anything that could. All else counts as a statement. */
    private static final Set<String> WITHOUT_SQL = Set.of(
        "isReadOnly", "setReadOnly", "getWarnings", "clearWarnings", "nativeSQL", "getHoldability", "getTypeMap",
        "getNetworkTimeout", "getClientInfo");

    private final Connection connection;
    private final Lease lease;
    private final Connection proxy;
    /** The driver's, that the work made and didn't close. */
    private final Set<Statement> statements =
        Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
    /** Calls that are in the driver now. Raised before {@link #closed} is read, which is set before this is read. */
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile boolean closed;

    GuardedConnection(final Lease lease) throws SQLException {
        this.connection = lease.connection();
        this.lease = lease;
        this.proxy = (Connection) Proxy.newProxyInstance(
            GuardedConnection.class.getClassLoader(), new Class<?>[] {Connection.class}, this);
    }

    Connection proxy() {
        return proxy;
    }

    /**
     * Nothing goes through any more, and the statements are closed. A call that another thread has in the driver at
     * this moment can't be held back: its statement is closed, which cancels it where the driver can, the connection
     * isn't lent again, and the branch must not be prepared, since that call may yet fail.
     *
     * @return whether all calls had returned.
     */
    boolean shut() {
        closed = true;
        final boolean quiet = inFlight.get() == 0;
        if (!quiet) {
            lease.spoil();
        }
        final List<Statement> left;
        synchronized (statements) {
            left = List.copyOf(statements);
            statements.clear();
        }
        left.forEach(this::close);
        return quiet;
    }

    private void close(final Statement statement) {
        try {
            statement.close();
        } catch (final SQLException | RuntimeException | Error open) {
            lease.spoil();
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** Something of the driver's goes out that this can't guard: nobody else may use the connection after this. */
    void escape() {
        lease.escape();
    }

    /** A new statement of the driver's, to be closed at the end. */
    void opened(final Statement statement) throws SQLException {
        statements.add(statement);
        if (closed) {
            statements.remove(statement);
            close(statement);
            throw ended();
        }
    }

    /** The work closes it itself. */
    void closing(final Statement statement) {
        statements.remove(statement);
    }

    /** Passes a call on to the driver unless the work has ended. */
    Object call(final Object target, final Method method, final Object[] arguments) throws Throwable {
        inFlight.incrementAndGet();
        try {
            if (closed) {
                throw ended();
            }
            return method.invoke(target, GuardedObject.bare(arguments));
        } catch (final InvocationTargetException thrown) {
            throw thrown.getCause();
        } finally {
            inFlight.decrementAndGet();
        }
    }

    @Override
    public Object invoke(final Object self, final Method method, final Object[] arguments) throws Throwable {
        final String name = method.getName();
        if (method.getDeclaringClass() == Object.class) {
            return GuardedObject.identity(self, name, arguments, () -> "branch of " + connection);
        }
        switch (name) {
            case "close" -> {
                shut();
                return null;
            }
            case "isClosed" -> {
                return closed || connection.isClosed();
            }
            case "getAutoCommit" -> {
                return false;
            }
            default -> refuse(name, arguments);
        }
        if (OUTLASTING.contains(name)) {
            lease.spoil();
        }
        if (!WITHOUT_SQL.contains(name)) {
            lease.used();
        }
        if (name.equals("unwrap")) {
            return unwrap(method, arguments);
        }
        return GuardedObject.guard(this, null, call(connection, method, arguments));
    }

    private Object unwrap(final Method method, final Object[] arguments) throws Throwable {
        if (arguments[0] instanceof Class<?> type && type.isInstance(proxy)) {
            return proxy;
        }
        escape();
        return call(connection, method, arguments);
    }

    private void refuse(final String name, final Object[] arguments) throws SQLException {
        if (closed) {
            throw ended();
        }
        if (REFUSED.contains(name)) {
            throw new SQLException(name + " is not for the work of a branch: the transaction's outcome decides");
        }
        if (name.equals("setReadOnly") && Boolean.TRUE.equals(arguments[0])) {
            throw new SQLException("a branch is never read-only to the driver: return WorkResult.readOnly() instead");
        }
    }

    private static SQLException ended() {
        return new SQLException("the work for this branch has ended", "08003");
    }
}
