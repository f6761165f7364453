package io.dtm.simulation.explore;

import java.nio.ByteBuffer;

/**
 * What processes say to each other beside the coordinator: a client's call of a service, and its answer.
 *
 * @param to            whom.
 * @param from          who says it.
 * @param isAnswer      whether it answers a call.
 * @param part          of the work that is asked for, or done.
 * @param transactionId in which.
 * @param joinToken     that the service needs to join.
 */
record Call(int to, int from, boolean isAnswer, int part, long transactionId, long joinToken) {
    Call answer() {
        return new Call(from, to, true, part, transactionId, 0);
    }

    Bytes encode() {
        return new Bytes(ByteBuffer.allocate(20)
            .put((byte) to).put((byte) from).put((byte) (isAnswer ? 1 : 0)).put((byte) part)
            .putLong(transactionId).putLong(joinToken).array());
    }

    static Call decode(final byte[] content) {
        final ByteBuffer bytes = ByteBuffer.wrap(content);
        return new Call(bytes.get(), bytes.get(), bytes.get() == 1, bytes.get(), bytes.getLong(), bytes.getLong());
    }
}
