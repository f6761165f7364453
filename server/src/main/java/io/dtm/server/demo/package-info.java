/**
 * The demonstration that the {@code dtm} program runs: transactions across real databases.
 */
package io.dtm.server.demo;
