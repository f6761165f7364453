package io.dtm.server.demo;

/** Temporary: the transaction's context in a call's header. */
record CallContext(long coordinatorId, long transactionId, long joinToken, long timeLeftMs) {
    static final String HEADER = "DTM-Context";

    String text() {
        return Long.toHexString(coordinatorId) + "-" + Long.toHexString(transactionId) + "-"
            + Long.toHexString(joinToken) + "-" + timeLeftMs;
    }

    static CallContext parse(final String text) {
        final String[] fields = text.split("-");
        return new CallContext(
            Long.parseUnsignedLong(fields[0], 16), Long.parseUnsignedLong(fields[1], 16),
            Long.parseUnsignedLong(fields[2], 16), Long.parseLong(fields[3]));
    }
}
