/**
 * What a simulation runs on: one seed split into streams, virtual time, and a trace of all that happened. Knows nothing
 * of transactions.
 */
package io.dtm.simulation.engine;
