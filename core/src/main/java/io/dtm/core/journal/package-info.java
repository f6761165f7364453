/**
 * The memory-mapped journal: appends, forces, rolls, reads and checkpoints. The journal stage appends and the
 * force agent makes durable; uses only Agrona, {@code java.nio} and the codec.
 */
package io.dtm.core.journal;
