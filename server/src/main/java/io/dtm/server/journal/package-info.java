/**
 * {@code dtm journal}: tools that look into a journal. They change nothing, take no lock, and work beside a coordinator
 * that runs as well as on what a killed one has left. One doesn't only look: it makes a checkpoint of a stopped one.
 *
 * <pre>
 *   JournalInspector (core) ──► describe   what is there
 *     reads everything,     ──► dump       EventDecoder ──► EventFilter ──► EventPrinter
 *     names damages         │                --decisions    and a Replay: what followed from each event
 *                           │                --in-flight    a Replay, then InFlight: what is left in the end
 *                           └► verify      a Replay: the real recovery takes all of it
 * </pre>
 */
package io.dtm.server.journal;
