package io.dtm.server.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A bank's tables: accounts, and a ledger with one row for each transfer that changed one of them. */
final class BankDatabase {
    static final String NAME = "bank";
    static final int ACCOUNTS = 2_000;
    static final long FIRST_BALANCE = 100_000;

    private static final String CHECK_VIOLATION = "23514";

    /** One row of the ledger. */
    record Entry(int account, long delta) {
    }

    private BankDatabase() {
    }

    static void create(final Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE accounts (id int PRIMARY KEY, balance bigint NOT NULL "
                + "CONSTRAINT sufficient_funds CHECK (balance >= 0))");
            statement.execute("CREATE TABLE ledger (transfer bigint NOT NULL, account int NOT NULL, "
                + "delta bigint NOT NULL, PRIMARY KEY (transfer, account))");
            statement.execute("INSERT INTO accounts SELECT id, " + FIRST_BALANCE + " FROM generate_series(0, "
                + (ACCOUNTS - 1) + ") AS id");
        }
    }

    /**
     * Carries out an order within the transaction of the connection.
     *
     * @return false if the account has not enough money.
     */
    static boolean perform(final Connection connection, final BankOrder order) throws SQLException {
        if (order.kind() == BankOrder.Kind.READ) {
            dawdle(connection, order.delayMs());
            return balance(connection, order.account()) >= 0;
        }
        try (PreparedStatement update = connection.prepareStatement(
            "UPDATE accounts SET balance = balance + ? WHERE id = ?");
            PreparedStatement insert = connection.prepareStatement(
            "INSERT INTO ledger (transfer, account, delta) VALUES (?, ?, ?)")) {
            update.setLong(1, order.delta());
            update.setInt(2, order.account());
            update.executeUpdate();
            insert.setLong(1, order.transfer());
            insert.setInt(2, order.account());
            insert.setLong(3, order.delta());
            insert.executeUpdate();
            dawdle(connection, order.delayMs());
            return true;
        } catch (final SQLException failed) {
            if (CHECK_VIOLATION.equals(failed.getSQLState())) {
                return false;
            }
            throw failed;
        }
    }

    private static void dawdle(final Connection connection, final int delayMs) throws SQLException {
        if (delayMs > 0) {
            try (PreparedStatement sleep = connection.prepareStatement("SELECT pg_sleep(?)")) {
                sleep.setDouble(1, delayMs / 1000.0);
                sleep.execute();
            }
        }
    }

    private static long balance(final Connection connection, final int account) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("SELECT balance FROM accounts WHERE id = ?")) {
            select.setInt(1, account);
            try (ResultSet rows = select.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    /** @return balances by account. */
    static long[] balances(final Connection connection) throws SQLException {
        final long[] balances = new long[ACCOUNTS];
        try (Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("SELECT id, balance FROM accounts")) {
            while (rows.next()) {
                balances[rows.getInt(1)] = rows.getLong(2);
            }
        }
        return balances;
    }

    /** @return the ledger's rows by transfer. */
    static Map<Long, List<Entry>> ledger(final Connection connection) throws SQLException {
        final Map<Long, List<Entry>> ledger = new HashMap<>();
        try (Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("SELECT transfer, account, delta FROM ledger")) {
            while (rows.next()) {
                ledger.computeIfAbsent(rows.getLong(1), transfer -> new ArrayList<>(1))
                    .add(new Entry(rows.getInt(2), rows.getLong(3)));
            }
        }
        return ledger;
    }

    /** @return the number of branches that are prepared in this database. */
    static int prepared(final Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery(
                 "SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()")) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
