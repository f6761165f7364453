/**
 * The public API of services that begin transactions and ask for their outcome. Thin around {@code
 * io.dtm.session}, where the logic is: {@link io.dtm.client.Dtm} connects over Aeron, {@link io.dtm.client.DtmClient}
 * is what an application uses, on any thread. {@link io.dtm.client.ExactlyOnce} runs requests that must be done exactly
 * once; {@link io.dtm.client.FileEpochMemory} keeps, across processes, which epochs were obeyed (rule 12).
 */
package io.dtm.client;
