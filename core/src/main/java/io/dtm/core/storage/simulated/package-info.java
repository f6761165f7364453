/**
 * A storage in memory that loses what a real one may lose: a killed process nothing that was stored, a power loss any
 * part of what wasn't forced, names included. For the simulator and for tests; deterministic, one thread.
 *
 * <pre>
 *   SimulatedStorage ── SimulatedFile ── SimulatedPage: what the cache holds, and what the device holds
 *        │   └ SimulatedMemory: outlives a process, not a power loss
 *        ├ Survival decides what of the rest is left
 *        └ StorageObserver is told of each operation
 * </pre>
 */
package io.dtm.core.storage.simulated;
