package io.dtm.client;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a service needs to join an interactive transaction. The application passes it on with its own calls, for
 * instance in a header, as {@link #toText() text}. Who has it can join: keep it off logs.
 *
 * @param coordinatorId which coordinator runs the transaction.
 * @param transactionId the session's id in the high, a counter in the low 32 bits.
 * @param joinToken     64 random bits that prove that the owner wants the join.
 * @param timeLeftMs    until the transaction rolls back by itself, when this was made; milliseconds.
 */
public record TransactionContext(long coordinatorId, long transactionId, long joinToken, int timeLeftMs) {
    /** Name of a header in which it may travel. */
    public static final String HEADER = "DTM-Context";

    private static final String VERSION = "1";
    private static final Pattern TEXT = Pattern.compile(
        VERSION + "-([0-9a-f]{16})-([0-9a-f]{16})-([0-9a-f]{16})-([0-9]{1,9})");

    /** @return a text of ASCII letters, digits and hyphens, at most 64 characters long. */
    public String toText() {
        return VERSION + '-' + hex(coordinatorId) + '-' + hex(transactionId) + '-' + hex(joinToken) + '-' + timeLeftMs;
    }

    /**
     * @param text as {@link #toText()} made it.
     * @return the context.
     * @throws IllegalArgumentException if it isn't one; the message doesn't repeat the text, which may hold the token.
     */
    public static TransactionContext parse(final String text) {
        if (text == null) {
            throw new IllegalArgumentException(
                "no transaction context: the caller must pass it on, for instance in the header " + HEADER);
        }
        final Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a transaction context: " + text.length()
                + " characters that don't have its form; pass on what TransactionContext.toText() gives, unchanged");
        }
        return new TransactionContext(
            Long.parseUnsignedLong(matcher.group(1), 16),
            Long.parseUnsignedLong(matcher.group(2), 16),
            Long.parseUnsignedLong(matcher.group(3), 16),
            Integer.parseInt(matcher.group(4)));
    }

    private static String hex(final long value) {
        final String digits = Long.toHexString(value);
        return "0".repeat(16 - digits.length()) + digits;
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "transaction " + hex(transactionId) + " of coordinator " + hex(coordinatorId);
    }
}
