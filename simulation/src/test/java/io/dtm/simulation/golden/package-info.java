/**
 * Golden journals: what released versions wrote, and what they decided by it. docs/journal-format.md, "Versions and
 * upgrades", tells when they may change and how new ones are recorded.
 */
package io.dtm.simulation.golden;
