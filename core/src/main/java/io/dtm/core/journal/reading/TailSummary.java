package io.dtm.core.journal.reading;

/**
 * What the header of a staged journal's tail says.
 *
 * @param location         where it lies.
 * @param capacity         of its ring in bytes.
 * @param startPosition    of the first byte that the ring got.
 * @param forcedPosition   up to which it knows of a force.
 * @param appendedPosition behind the last record that is in it.
 */
public record TailSummary(
    String location, int capacity, long startPosition, long forcedPosition, long appendedPosition) {
}
