package io.dtm.server.demo;

import java.nio.charset.StandardCharsets;

/**
 * What one bank is asked to do as its part of a transfer: the payload of a branch, as a line of text.
 *
 * @param transfer number of the transfer, the key of its row in the bank's ledger.
 * @param account  whose balance is read or changed.
 * @param delta    to add to the balance, in cents; ignored by {@link Kind#READ}.
 * @param kind     what to do.
 * @param delayMs  to dawdle before, while holding the account's lock.
 */
record BankOrder(long transfer, int account, long delta, Kind kind, int delayMs) {
    private static final int FIELDS = 5;

    /** What a bank can be asked for. */
    enum Kind {
        /** Change a balance and write a row into the ledger. */
        WRITE,
        /** Read a balance; nothing is written. */
        READ
    }

    byte[] toPayload() {
        return (transfer + " " + account + " " + delta + " " + kind + " " + delayMs)
            .getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * @throws IllegalArgumentException if that isn't an order.
     */
    static BankOrder parse(final byte[] payload) {
        final String text = new String(payload, StandardCharsets.US_ASCII);
        final String[] fields = text.split(" ");
        if (fields.length != FIELDS) {
            throw new IllegalArgumentException("not an order of a bank: '" + text + "'");
        }
        return new BankOrder(
            Long.parseLong(fields[0]), Integer.parseInt(fields[1]), Long.parseLong(fields[2]),
            Kind.valueOf(fields[3]), Integer.parseInt(fields[4]));
    }
}
