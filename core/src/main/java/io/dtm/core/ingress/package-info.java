/**
 * Decodes, validates and admits what arrives, and publishes every event, ticks too. Runs on the ingress agent,
 * the only writer of the ring; uses only the codec, Agrona and the ports of {@code core}.
 */
package io.dtm.core.ingress;
