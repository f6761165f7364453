package io.dtm.client;

import java.util.concurrent.CompletionStage;

/**
 * Runs transactions at one coordinator. All methods may be called on any thread and never block; they reach the duty
 * cycle through a bounded queue. Stages are completed on the duty cycle's thread: what depends on them must not block
 * it, or is given an executor ({@code thenAcceptAsync}).
 * <p>
 * A stage fails with a {@link RefusedException} when nothing was begun. Once something may have been begun it is always
 * completed with an {@link Outcome}, which is {@link Outcome.Status#UNKNOWN} where it can't be told.
 */
public interface DtmClient {
    /**
     * Starts to put together a one-shot transaction.
     *
     * @return an empty one.
     */
    Submission submission();

    /**
     * Begins an interactive transaction: no round trip once there is a session.
     *
     * @param timeoutMs after which it rolls back by itself if it is undecided; 0: the coordinator's default.
     * @return its handle.
     */
    CompletionStage<Transaction> begin(int timeoutMs);

    /**
     * Asks what became of a transaction of this client whose stage is complete already: after ACCEPTED, or UNKNOWN.
     *
     * @param transactionId of it.
     * @param acknowledge   the one acknowledgement that is wanted.
     * @return what became of it; UNKNOWN when its session is no longer held.
     */
    CompletionStage<Outcome> inquire(long transactionId, Acknowledge acknowledge);

    /**
     * Looks a resource up. Transactions do this by themselves; it tells at start-up whether a name is right.
     *
     * @param resourceName by which its participants register.
     * @return its id; fails with {@link Refusal#UNKNOWN_PARTICIPANT} if none ever did.
     */
    CompletionStage<Integer> lookup(String resourceName);
}
