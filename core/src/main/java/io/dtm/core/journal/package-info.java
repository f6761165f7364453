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
 *                          │ RecordMemory                      │                  └ UnforcedRecords
 *          InPlaceMemory ──┴── TailRing ── LiveTail       FormerTails ── TailDrain ── TailReader
 *                                                        JournalInspector, for tools: goes on behind damage
 *   ───────────────────── JournalStorage, SharedMemory, JournalFile ──────────────────────
 *   MappedStorage, StagedStorage (DataDirectory: the lock)   SimulatedStorage (loses what wasn't forced)
 * </pre>
 * Where a record is put is its {@code RecordMemory}: the segment itself, mapped; or a ring in shared memory, from which
 * a force writes to the segments. A start puts what a former process left in its ring into the segments first.
 */
package io.dtm.core.journal;
