package io.dtm.xa;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

/**
 * What work sees of its branch's connection. It refuses what would end the transaction behind the coordinator's back,
 * spoils the lease where a setting would outlast the branch, notes whether a statement was ever made, and is dead
 * after the work.
 */
final class GuardedConnection implements InvocationHandler {
    private static final Set<String> REFUSED = Set.of("commit", "rollback", "setAutoCommit", "abort");
    private static final Set<String> OUTLASTING = Set.of(
        "setTransactionIsolation", "setSchema", "setCatalog", "setHoldability", "setNetworkTimeout", "setTypeMap",
        "setClientInfo", "beginRequest", "endRequest", "setShardingKey", "setShardingKeyIfValid");

    /** What reaches neither the database nor anything that could. All else counts as a statement. */
    private static final Set<String> WITHOUT_SQL = Set.of(
        "isReadOnly", "setReadOnly", "getWarnings", "clearWarnings", "isWrapperFor", "nativeSQL", "getHoldability",
        "getTypeMap", "getNetworkTimeout", "getClientInfo");

    private final Connection connection;
    private final Lease lease;
    private final Connection proxy;
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

    /** Nothing goes through any more. */
    void shut() {
        closed = true;
    }

    @Override
    public Object invoke(final Object self, final Method method, final Object[] arguments) throws Throwable {
        final String name = method.getName();
        if (method.getDeclaringClass() == Object.class) {
            return switch (name) {
                case "equals" -> self == arguments[0];
                case "hashCode" -> System.identityHashCode(self);
                default -> "branch of " + connection;
            };
        }
        switch (name) {
            case "close" -> {
                closed = true;
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
        try {
            return method.invoke(connection, arguments);
        } catch (final InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    private void refuse(final String name, final Object[] arguments) throws SQLException {
        if (closed) {
            throw new SQLException("the work for this branch has ended", "08003");
        }
        if (REFUSED.contains(name)) {
            throw new SQLException(name + " is not for the work of a branch: the transaction's outcome decides");
        }
        if (name.equals("setReadOnly") && Boolean.TRUE.equals(arguments[0])) {
            throw new SQLException("a branch is never read-only to the driver: return WorkResult.readOnly() instead");
        }
    }
}
