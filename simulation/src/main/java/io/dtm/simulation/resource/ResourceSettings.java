package io.dtm.simulation.resource;

/**
 * How resources behave. Rates are per million, times virtual nanoseconds.
 *
 * @param noPerMillion       votes NO.
 * @param readOnlyPerMillion votes READ_ONLY.
 * @param syncPerMillion     how often the database answers at once.
 * @param retryPerMillion    how often the database can't be asked now.
 * @param minDelayNs         of an answer that comes later.
 * @param maxDelayNs         of an answer that comes later.
 */
public record ResourceSettings(
    int noPerMillion,
    int readOnlyPerMillion,
    int syncPerMillion,
    int retryPerMillion,
    long minDelayNs,
    long maxDelayNs) {
}
