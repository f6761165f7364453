/**
 * Tests of the whole system: real processes, real databases, kill -9 and loss.
 */
package io.dtm.systemtest;
