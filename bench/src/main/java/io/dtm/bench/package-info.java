/**
 * What measures: JMH benchmarks of the hot path, the load rig, and the peers to compare with.
 */
package io.dtm.bench;
