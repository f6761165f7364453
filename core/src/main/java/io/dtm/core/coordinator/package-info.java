/**
 * The two-phase-commit state machine: typed calls in, {@code CoordinatorOutput} calls out. It does no I/O, reads
 * no clock, logs nothing and starts no thread, so that a replay of the same calls yields the same outputs.
 */
package io.dtm.core.coordinator;
