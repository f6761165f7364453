package io.dtm.client;

/**
 * The end of a one-shot transaction.
 *
 * @param transactionId by which it can be asked for: session id in the high, counter in the low 32 bits.
 * @param outcome       what became of it.
 */
public record TransactionResult(long transactionId, Outcome outcome) {
}
