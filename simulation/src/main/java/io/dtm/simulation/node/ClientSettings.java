package io.dtm.simulation.node;

/**
 * How applications behave. Rates are per million, times virtual nanoseconds or milliseconds.
 *
 * @param concurrency           requests of one client at a time.
 * @param interactivePerMillion how often a request is an interactive transaction.
 * @param racingPerMillion      how often a commit doesn't wait for the services' answers, but names their branches.
 * @param rollbackPerMillion    how often the application changes its mind.
 * @param retryPerMillion       how often an aborted request is tried again, under a new id.
 * @param acceptedPerMillion    how often only the acceptance is waited for, and the outcome asked for later.
 * @param enlistedPerMillion    how often a branch is enlisted by the client itself.
 * @param countersLeft          transactions that a session can begin; 0: as many as there are numbers.
 * @param maxBranches           of a transaction.
 * @param minTimeoutMs          of a transaction.
 * @param maxTimeoutMs          of a transaction.
 * @param maxThinkNs            between two requests.
 * @param minCallNs             of a call to a service, one way.
 * @param maxCallNs             of a call to a service, one way.
 */
public record ClientSettings(
    int concurrency,
    int interactivePerMillion,
    int racingPerMillion,
    int rollbackPerMillion,
    int retryPerMillion,
    int acceptedPerMillion,
    int enlistedPerMillion,
    int countersLeft,
    int maxBranches,
    int minTimeoutMs,
    int maxTimeoutMs,
    long maxThinkNs,
    long minCallNs,
    long maxCallNs) {
}
