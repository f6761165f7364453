/**
 * The {@code dtm} program: starts the coordinator over Aeron, and the command line of operators.
 */
package io.dtm.server;
