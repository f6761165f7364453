package io.dtm.simulation.explore;

import java.nio.ByteBuffer;

/**
 * What processes say to each other beside the coordinator: a client's call of a service, and its answer.
 *
 * @param to            whom.
 * @param from          who says it.
 * @param isAnswer      whether it answers a call.
 * @param transactionId in which.
 * @param joinToken     that the service needs to join.
 */
record Call(int to, int from, boolean isAnswer, long transactionId, long joinToken) {
    static Call request(final int to, final int from, final long transactionId, final long joinToken) {
        return new Call(to, from, false, transactionId, joinToken);
    }

    static Call answer(final int to, final int from, final long transactionId) {
        return new Call(to, from, true, transactionId, 0);
    }

    Bytes encode() {
        return new Bytes(ByteBuffer.allocate(26).put((byte) to).put((byte) from).put((byte) (isAnswer ? 1 : 0))
            .putLong(transactionId).putLong(joinToken).array());
    }

    static Call decode(final byte[] content) {
        final ByteBuffer bytes = ByteBuffer.wrap(content);
        return new Call(bytes.get(), bytes.get(), bytes.get() == 1, bytes.getLong(), bytes.getLong());
    }
}
