package io.dtm.xa;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.NClob;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.Ref;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Statement;
import java.sql.Struct;
import java.util.List;
import java.util.function.Supplier;

/**
 * What a branch's connection gave out, directly or not: a statement, a result set (which can write too), a large
 * object. It lives as long as its {@link GuardedConnection}, leads back to no other connection than that, and has the
 * interfaces of {@code java.sql} only: for the driver's own there is {@code unwrap}.
 */
final class GuardedObject implements InvocationHandler {
    /** All that can reach the database; what another one extends comes after it. */
    private static final List<Class<?>> KINDS = List.of(
        CallableStatement.class, PreparedStatement.class, Statement.class, ResultSet.class, DatabaseMetaData.class,
        ResultSetMetaData.class, ParameterMetaData.class, Array.class, NClob.class, Clob.class, Blob.class,
        SQLXML.class, Ref.class, Struct.class);
    private static final List<Class<?>> STREAMS =
        List.of(InputStream.class, OutputStream.class, Reader.class, Writer.class);

    private final GuardedConnection connection;
    /** That this came from, or null if from the connection. */
    private final Object parent;
    private final Object target;

    private GuardedObject(final GuardedConnection connection, final Object parent, final Object target) {
        this.connection = connection;
        this.parent = parent;
        this.target = target;
    }

    /** Guards what the driver returned, if it needs to be. */
    static Object guard(final GuardedConnection connection, final Object parent, final Object value)
        throws SQLException {
        if (value instanceof Connection) {
            return connection.proxy();
        }
        final Class<?> kind = kind(value);
        if (kind == null) {
            return value;
        }
        if (value instanceof Statement statement) {
            connection.opened(statement);
        }
        return Proxy.newProxyInstance(
            GuardedObject.class.getClassLoader(), new Class<?>[] {kind}, new GuardedObject(connection, parent, value));
    }

    private static Class<?> kind(final Object value) {
        if (value == null || value instanceof String || value instanceof Number) {
            return null;
        }
        for (final Class<?> kind : KINDS) {
            if (kind.isInstance(value)) {
                return kind;
            }
        }
        return null;
    }

    /** What the driver is to see of arguments: its own objects. */
    static Object[] bare(final Object[] arguments) {
        Object[] bare = arguments;
        for (int i = 0; arguments != null && i < arguments.length; i++) {
            if (arguments[i] != null && Proxy.isProxyClass(arguments[i].getClass())
                && Proxy.getInvocationHandler(arguments[i]) instanceof GuardedObject guarded) {
                bare = bare == arguments ? arguments.clone() : bare;
                bare[i] = guarded.target;
            }
        }
        return bare;
    }

    /** What a proxy answers for itself. */
    static Object identity(
        final Object self, final String name, final Object[] arguments, final Supplier<String> text) {
        return switch (name) {
            case "equals" -> self == arguments[0];
            case "hashCode" -> System.identityHashCode(self);
            default -> text.get();
        };
    }

    @Override
    public Object invoke(final Object self, final Method method, final Object[] arguments) throws Throwable {
        final String name = method.getName();
        if (method.getDeclaringClass() == Object.class) {
            return identity(self, name, arguments, target::toString);
        }
        switch (name) {
            case "close", "free" -> {
                return connection.isClosed() ? null : close(method);
            }
            case "isClosed" -> {
                return connection.isClosed() || (boolean) connection.call(target, method, arguments);
            }
            case "unwrap" -> {
                return unwrap(self, method, arguments);
            }
            case "getStatement" -> {
                if (parent instanceof Statement) {
                    return parent;
                }
            }
            default -> { }
        }
        final Object value = connection.call(target, method, arguments);
        if (target instanceof Blob || target instanceof Clob) {
            escapeIfStream(value);
        }
        final Object guarded = guard(connection, self, value);
        return guarded == value ? value : asDeclared(value, guarded, method, arguments);
    }

    private Object close(final Method method) throws Throwable {
        final Object nothing = connection.call(target, method, null);
        if (target instanceof Statement statement) {
            connection.closing(statement);
        }
        return nothing;
    }

    private Object unwrap(final Object self, final Method method, final Object[] arguments) throws Throwable {
        if (arguments[0] instanceof Class<?> type && type.isInstance(self)) {
            return self;
        }
        connection.escape();
        return connection.call(target, method, arguments);
    }

    /** A stream of a large object may read or write in the database whenever it is used. */
    private void escapeIfStream(final Object value) {
        if (STREAMS.stream().anyMatch(stream -> stream.isInstance(value))) {
            connection.escape();
        }
    }

    /** {@code getObject(column, type)} must return the type that was asked for, which may be the driver's own. */
    private Object asDeclared(
        final Object value, final Object guarded, final Method method, final Object[] arguments) {
        if (method.getName().equals("getObject") && arguments.length == 2
            && arguments[1] instanceof Class<?> type && !type.isInstance(guarded)) {
            connection.escape();
            return value;
        }
        return guarded;
    }
}
