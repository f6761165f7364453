/**
 * A network in memory between one coordinator and its peers: links that delay, reorder among each other and die. Stands
 * behind the ports of {@code core} and of the library.
 */
package io.dtm.simulation.network;
