/**
 * Goes through everything that can happen to a few transactions, with the real coordinator and the real library: each
 * process is a function of its state and what arrives, remembered once it was computed, so that a state of the whole is
 * a handful of numbers.
 */
package io.dtm.simulation.explore;
