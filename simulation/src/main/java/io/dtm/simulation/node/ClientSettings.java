package io.dtm.simulation.node;

import io.dtm.session.SessionContext;
import io.dtm.simulation.engine.RandomStream;
import org.agrona.collections.IntArrayList;

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
 * @param exactlyOncePerMillion how many of the clients need each request done exactly once.
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
    long maxCallNs,
    int exactlyOncePerMillion) {
    private static final long LAST_COUNTER = 0xFFFF_FFFEL;

    /** @return the context of a process whose sessions have so many ids. */
    SessionContext counters(final SessionContext context) {
        return countersLeft == 0 ? context : context.counters(LAST_COUNTER - countersLeft, countersLeft / 2);
    }

    /**
     * @param random    decides.
     * @param resources number of them.
     * @return resources for one transaction, by index, in drawn order.
     */
    int[] choose(final RandomStream random, final int resources) {
        final int count = 1 + random.nextInt(Math.min(maxBranches, resources));
        final IntArrayList chosen = new IntArrayList();
        while (chosen.size() < count) {
            final int index = random.nextInt(resources);
            if (!chosen.containsInt(index)) {
                chosen.addInt(index);
            }
        }
        return chosen.toIntArray();
    }

    int drawTimeoutMs(final RandomStream random) {
        return random.nextInt(3) == 0 ? 0 : (int) random.between(minTimeoutMs, maxTimeoutMs);
    }

    long drawCallNs(final RandomStream random) {
        return random.skewed(minCallNs, maxCallNs);
    }
}
