/**
 * The journal: appends, forces, rolls and reads. Uses only Agrona, {@code java.nio} and the codec, which has the layout
 * of every byte; docs/journal-format.md tells the whole.
 *
 * <pre>
 *   journal stage           force agent              agent that prepares space
 *        │ append                │ force                   │ makes, closes, deletes segments
 *        ▼                       ▼                         ▼
 *   ┌─────────┐  next  ┌──────────────┐  next  ┌─────────────────┐        ┌─────────────────┐
 *   │ closed  │ ─────► │   forcing    │ ─────► │     current     │ ─ ─ ─► │ spare, all zero │
 *   └─────────┘        └──────────────┘        └─────────────────┘        └─────────────────┘
 *   SegmentedJournal ── Segment ── SegmentSupply        JournalRecovery ── JournalReader ── SegmentReader
 *                                                       JournalInspector, for tools: goes on behind damage
 *   ──────────────────────────── JournalStorage, JournalFile ─────────────────────────────
 *   MappedStorage (DataDirectory: the lock)             SimulatedStorage (loses what wasn't forced)
 * </pre>
 */
package io.dtm.core.journal;
