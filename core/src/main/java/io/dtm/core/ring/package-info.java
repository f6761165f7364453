/**
 * The Disruptor ring, its slots, and the wiring of all stages. The only package that sees the Disruptor.
 */
package io.dtm.core.ring;
