/**
 * What measures the journal: appends, forces, replay, restart, bytes of a transaction, and checkpoints beside the
 * running pipeline. {@link io.dtm.bench.journal.JournalBench} runs all of it.
 * <pre>
 *   JournalBench ──┬─ JournalAppendBenchmark    JMH: one append
 *                  ├─ AppendLatencyRig          appends while forces run
 *                  ├─ ForceLatencyRig           a record a force, against write and force(false)
 *                  ├─ AppendRateRig             group commit, against write and force(false)
 *                  ├─ PreallocationRig          zeros in small and in large writes
 *                  ├─ ReplayRig, RestartRig  ◄─ journals of LoopbackRun: the whole pipeline, its peers in process
 *                  ├─ TransactionBytesRig    ◄─ the same
 *                  └─ CheckpointRig             a child makes checkpoints beside the running pipeline
 * </pre>
 */
package io.dtm.bench.journal;
