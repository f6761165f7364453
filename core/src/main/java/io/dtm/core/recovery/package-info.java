/**
 * Rebuilds the coordinator at start-up: the newest checkpoint, then a replay of the journal after it.
 */
package io.dtm.core.recovery;
