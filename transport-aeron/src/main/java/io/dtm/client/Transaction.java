package io.dtm.client;

import java.util.Collection;
import java.util.concurrent.CompletionStage;

/** An interactive transaction. It belongs to no thread: any may use it. */
public interface Transaction {
    /** @return its id: session id in the high, counter in the low 32 bits. */
    long transactionId();

    /** @return what a service needs to join it, with the time left as of now. */
    TransactionContext context();

    /**
     * Adds a branch on a participant's behalf, which gets the payload with PREPARE. A commit needn't wait for the
     * stage: it names the branch, and doesn't go through without it.
     *
     * @param resourceName of the participant; at most once.
     * @param payload      that tells it what to do, copied.
     * @return complete once the coordinator has it.
     */
    CompletionStage<Void> enlist(String resourceName, byte[] payload);

    /** @return as {@link #commit(Acknowledge, Collection)}, when decided and expecting no other branches. */
    CompletionStage<Outcome> commit();

    /**
     * Asks for the commit. Every service must have answered its call before: it does only when it has joined.
     *
     * @param acknowledge       the one acknowledgement that is wanted.
     * @param expectedResources names of resources without whose branch it must not commit, beside those of
     *                          {@link #enlist}.
     * @return what became of it.
     */
    CompletionStage<Outcome> commit(Acknowledge acknowledge, Collection<String> expectedResources);

    /** @return what became of it: aborted, unless it can't be told. */
    CompletionStage<Outcome> rollback();
}
