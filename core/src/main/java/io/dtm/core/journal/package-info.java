/**
 * The live journal and its recovery: appends, forces, rolls, starts. The codec has the layout of every byte;
 * docs/journal-format.md tells the whole.
 *
 * <pre>
 *   journal stage           force agent              agent that prepares space
 *        │ append                │ force                   │ makes, closes, deletes segments
 *        ▼                       ▼                         ▼
 *   ┌─────────┐  next  ┌──────────────┐  next  ┌─────────────────┐        ┌─────────────────┐
 *   │ closed  │ ─────► │   forcing    │ ─────► │     current     │ ─ ─ ─► │ spare, all zero │
 *   └─────────┘        └──────────────┘        └─────────────────┘        └─────────────────┘
 *   SegmentedJournal ── Segment ── SegmentSupply        JournalRecovery ── CutOrder: an operator's last resort
 *                          │ RecordMemory                      │
 *          InPlaceMemory ──┴── TailRing ── LiveTail       FormerTails ── TailDrain
 *
 *   journal ─────────────┐
 *                        ├──► journal.reading ──► core.storage ◄── core.storage.simulated
 *   journal.inspection ──┘
 * </pre>
 * Where a record is put is its {@code RecordMemory}: the segment itself, mapped; or a ring in shared memory, from which
 * a force writes to the segments. A start puts what a former process left in its ring into the segments first.
 */
package io.dtm.core.journal;
