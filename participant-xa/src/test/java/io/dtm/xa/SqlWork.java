package io.dtm.xa;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Work that runs the SQL of its payload, statement by statement. Some words in it are orders to the work itself. */
final class SqlWork implements BranchWork {
    @Override
    public WorkResult perform(final Connection connection, final byte[] payload) throws SQLException {
        WorkResult result = WorkResult.done();
        try (Statement statement = connection.createStatement()) {
            for (final String sql : new String(payload, StandardCharsets.UTF_8).split(";")) {
                final String order = sql.strip();
                if (order.startsWith("refuse ")) {
                    return WorkResult.refuse(order.substring("refuse ".length()));
                } else if (order.equals("read-only")) {
                    result = WorkResult.readOnly();
                } else if (order.equals("nothing")) {
                    return null;
                } else if (order.startsWith("try ")) {
                    swallow(statement, order.substring("try ".length()));
                } else {
                    statement.execute(order);
                }
            }
        }
        return result;
    }

    private static void swallow(final Statement statement, final String sql) {
        try {
            statement.execute(sql);
        } catch (final SQLException swallowed) {
            // the mistake under test: the transaction is dead, and the work goes on
            assert swallowed.getSQLState() != null;
        }
    }
}
