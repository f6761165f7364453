package io.dtm.client;

import java.util.concurrent.CompletionStage;

/** A one-shot transaction that is being put together. One thread at a time; submitted once. */
public interface Submission {
    /**
     * Adds a branch.
     *
     * @param resourceName of the participant that does the work; each at most once.
     * @param payload      that tells it what to do; copied. At most 16 KiB, 56 KiB for all branches together.
     * @return this.
     * @throws RefusedException if the transaction would break a limit that holds for every coordinator.
     */
    Submission branch(String resourceName, byte[] payload);

    /**
     * @param value in milliseconds, at most 60,000; 0, as it is without: the coordinator's default.
     * @return this.
     */
    Submission timeoutMs(int value);

    /**
     * @param value the one acknowledgement that is wanted; {@link Acknowledge#DECIDED} without.
     * @return this.
     */
    Submission acknowledge(Acknowledge value);

    /**
     * Sends it.
     *
     * @return what became of it; fails with a {@link RefusedException} if nothing was begun.
     */
    CompletionStage<TransactionResult> submit();
}
