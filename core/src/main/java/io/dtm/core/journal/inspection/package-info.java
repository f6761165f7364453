/**
 * Inspects a whole data directory for tools, and goes on behind damage: a start needs the first damage only, an
 * operator all of it. Changes nothing, and knows nothing of the live journal.
 *
 * <pre>
 *   JournalInspector ── JournalInspection ──┬── MarkInspection        the mark file
 *                            │              ├── DirectoryInspection   names, checkpoints' headers, a cut
 *                            ▼              ├── TailInspection        what isn't in the segments yet
 *        JournalVisitor ◄── JournalDamage   └── core.journal.reading  segments and their records
 * </pre>
 */
package io.dtm.core.journal.inspection;
