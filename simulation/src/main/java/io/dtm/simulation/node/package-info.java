/**
 * The processes of a simulation: the coordinator, participants and clients. Each runs the real code over simulated
 * ports, can be killed at any moment, and starts again with what its storage kept.
 */
package io.dtm.simulation.node;
