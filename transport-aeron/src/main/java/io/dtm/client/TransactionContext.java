package io.dtm.client;

/**
 * What a service needs to take part in an interactive transaction: passed to it by the application's own calls, in its
 * text form where they have headers. Whoever has it can join; treat it like a secret of the transaction.
 * <pre>
 *   dtm1-00000000c0ffee00-0000000700000001-5bd1e995a1b2c3d4-58000
 *        coordinator id   transaction id   join token       time left in milliseconds
 * </pre>
 *
 * @param coordinatorId that coordinates the transaction.
 * @param transactionId session id in the high, counter in the low 32 bits.
 * @param joinToken     proves that the transaction's owner has passed it on.
 * @param timeLeftMs    until the transaction rolls back by itself, as its owner knew it; 0 or more.
 */
public record TransactionContext(long coordinatorId, long transactionId, long joinToken, int timeLeftMs) {
    /** Name that is proposed for a header that carries the text form. */
    public static final String HEADER_NAME = "dtm-transaction";

    private static final String PREFIX = "dtm1";
    private static final int PARTS = 5;
    private static final int HEX_DIGITS = 16;

    /** Refuses a negative time. */
    public TransactionContext {
        if (timeLeftMs < 0) {
            throw new IllegalArgumentException("the time left isn't negative: " + timeLeftMs);
        }
    }

    /** @return the text form. */
    public String toText() {
        return PREFIX + '-' + hex(coordinatorId) + '-' + hex(transactionId) + '-' + hex(joinToken) + '-' + timeLeftMs;
    }

    /**
     * Reads the text form.
     *
     * @param text as {@link #toText} wrote it.
     * @return the context.
     * @throws IllegalArgumentException that says what is wrong with it, without repeating it: it holds a secret.
     */
    public static TransactionContext parse(final String text) {
        if (text == null) {
            throw new IllegalArgumentException("there is no transaction context");
        }
        final String[] parts = text.split("-", -1);
        if (!parts[0].equals(PREFIX)) {
            throw new IllegalArgumentException("a transaction context starts with '" + PREFIX + "-'");
        }
        if (parts.length != PARTS) {
            throw new IllegalArgumentException(
                "a transaction context has " + PARTS + " parts, joined by '-'; this one has " + parts.length);
        }
        return new TransactionContext(
            hex(parts[1], "coordinator id"), hex(parts[2], "transaction id"), hex(parts[3], "join token"),
            milliseconds(parts[4]));
    }

    /** Without the join token. */
    @Override
    public String toString() {
        return "TransactionContext[coordinator " + hex(coordinatorId) + ", transaction " + hex(transactionId)
            + ", " + timeLeftMs + " ms left]";
    }

    private static String hex(final long value) {
        final String digits = Long.toHexString(value);
        return "0".repeat(HEX_DIGITS - digits.length()) + digits;
    }

    private static long hex(final String part, final String name) {
        boolean isHex = part.length() == HEX_DIGITS;
        for (int i = 0; i < part.length() && isHex; i++) {
            isHex = "0123456789abcdef".indexOf(part.charAt(i)) >= 0;
        }
        if (!isHex) {
            throw new IllegalArgumentException(
                "the transaction context's " + name + " isn't " + HEX_DIGITS + " lower-case hexadecimal digits");
        }
        return Long.parseUnsignedLong(part, 16);
    }

    private static int milliseconds(final String part) {
        boolean isNumber = !part.isEmpty() && part.length() <= 9;
        for (int i = 0; i < part.length() && isNumber; i++) {
            isNumber = part.charAt(i) >= '0' && part.charAt(i) <= '9';
        }
        if (!isNumber) {
            throw new IllegalArgumentException(
                "the transaction context's time left isn't a number of up to 9 digits");
        }
        return Integer.parseInt(part);
    }
}
