package io.dtm.simulation.node;

import java.util.List;

/**
 * What applications are to do: a number of business requests, and where they may be carried out. Shared by all clients
 * of an episode.
 */
public final class Workload {
    private final List<String> resources;
    private final int requests;
    private int started;
    private int finished;
    private int attempts;
    private int committed;
    private int aborted;
    private int unknown;

    /**
     * @param resources names of all resources.
     * @param requests  number of business requests.
     */
    public Workload(final List<String> resources, final int requests) {
        this.resources = resources;
        this.requests = requests;
    }

    /** @return names of all resources. */
    List<String> resources() {
        return resources;
    }

    /** @return the next request's id, from 1; 0: there is none left. */
    long next() {
        return started == requests ? 0 : ++started;
    }

    /** A transaction was begun for a request. */
    void attempted() {
        attempts++;
    }

    void finished(final boolean isCommitted, final boolean isAborted) {
        finished++;
        if (isCommitted) {
            committed++;
        } else if (isAborted) {
            aborted++;
        } else {
            unknown++;
        }
    }

    /** @return requests that some client has taken. */
    public int startedCount() {
        return started;
    }

    /** @return requests of which nothing more is heard. */
    public int finishedCount() {
        return finished;
    }

    /** @return whether every request is finished. */
    public boolean isDone() {
        return finished == requests;
    }

    /** @return transactions begun, repetitions of a request under a new id included. */
    public int attempts() {
        return attempts;
    }

    /** @return requests that are known to be carried out. */
    public int committedCount() {
        return committed;
    }

    /** @return requests that are known not to be carried out. */
    public int abortedCount() {
        return aborted;
    }

    /** @return requests whose client doesn't know, or died. */
    public int unknownCount() {
        return unknown;
    }
}
