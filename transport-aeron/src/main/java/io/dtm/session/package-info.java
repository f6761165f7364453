/**
 * The logic of the client and participant library: sessions, the repeat table, the resolution of branches in
 * doubt, retries. A state machine without threads, clocks or sockets, so that the simulator drives the very code
 * that users run.
 */
package io.dtm.session;
