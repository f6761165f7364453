/**
 * The deterministic simulator and the exhaustive explorer. Both run the real coordinator and the real library,
 * with time, network, disk and crashes as inputs.
 */
package io.dtm.simulation;
