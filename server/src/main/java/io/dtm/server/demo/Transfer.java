package io.dtm.server.demo;

import java.util.List;

/**
 * One transfer as a client plans it.
 *
 * @param number    unique in a run.
 * @param style     how it is run.
 * @param legs      one for each bank that takes part.
 * @param timeoutMs of its transaction.
 * @param rollBack  whether the client changes its mind at the end (interactive only).
 */
record Transfer(long number, Style style, List<Leg> legs, int timeoutMs, boolean rollBack) {
    /** How a transaction is run. */
    enum Style {
        /** One message with all branches. */
        ONE_SHOT,
        /** The client calls each bank, which joins; then commits or rolls back. */
        INTERACTIVE
    }

    /**
     * The part of one bank.
     *
     * @param bank  its index.
     * @param order what it is asked to do.
     */
    record Leg(int bank, BankOrder order) {
        boolean writes() {
            return order.kind() == BankOrder.Kind.WRITE;
        }
    }

    boolean isReadOnly() {
        return legs.stream().noneMatch(Leg::writes);
    }
}
