/**
 * Encodes the coordinator's outputs, holds those that must wait until the journal is durable, and batches them by
 * session. Runs on the egress agent; uses the codec and Agrona.
 */
package io.dtm.core.egress;
