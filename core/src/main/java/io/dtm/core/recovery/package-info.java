/**
 * Rebuilds the coordinator at start-up: the newest valid checkpoint, then a replay of the journal after it. The same
 * code makes the checkpoints, in the background: from the one before, and the closed segments after it.
 */
package io.dtm.core.recovery;
