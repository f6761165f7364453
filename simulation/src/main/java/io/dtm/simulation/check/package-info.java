/**
 * The checker: naive, and independent of the coordinator's code. It watches durable effects in resources, messages on
 * the network, records in the journal and what clients are told, and says which promise of FAULTS.md, section 2, was
 * broken.
 */
package io.dtm.simulation.check;
