/**
 * Reads a journal, for a start and for tools: what is in a record, a segment, a tail, a checkpoint's header and the
 * small files beside them, and what an operator can do if it isn't right. Uses only {@code core.storage} and the codec,
 * which has the layout of every byte. The few small files that are written as a whole are written here too: so each
 * form is in one class.
 *
 * <pre>
 *   JournalReader ──┬── SegmentReader ───┐
 *                   └── UnforcedRecords ─┴── RecordView ── RecordChecksum        ForcedEvidence: what must be there
 *                           └ TailReader
 *   CoordinatorIdFile   TailPointer   CutOrderFile   MarkReader   CheckpointHeader
 *   Corruption, TailDamage, Upgrade: what to do
 * </pre>
 * A reader owns nothing, and may read while the coordinator runs.
 */
package io.dtm.core.journal.reading;
