/**
 * Checkpoints of a coordinator that runs, made in a process of their own: replaying needs as much memory and processor
 * time as the coordinator has, and neither may be felt by it.
 * <pre>
 *   coordinator                                      child, at the lowest priority
 *   CheckpointAgent  ── interval reached ──►  CheckpointProcess  ──►  MakeCheckpointCommand
 *        │                                           │                 reads the journal, writes a temporary file
 *        └─ adopts: renames, lets segments go ◄──────┘
 * </pre>
 * Only the owner of the directory gives a checkpoint its name, so a child that outlives it changes nothing.
 */
package io.dtm.server.checkpoint;
