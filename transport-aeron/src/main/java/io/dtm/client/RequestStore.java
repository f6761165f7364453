package io.dtm.client;

import io.dtm.session.Reservation;

/**
 * Where a client keeps, durably, under which transaction id it runs a business request that must be done exactly once
 * (rule 2). May block; is called on the executor that {@link ExactlyOnce} was given. Usually a table of the client's
 * own database, in which the request itself is kept.
 */
public interface RequestStore {
    /**
     * @param requestKey of a business request.
     * @return the id under which it was last run, null if it never was.
     */
    Reservation load(String requestKey);

    /**
     * Replaces the id in one atomic, durable step: of two processes that do it at once only one may succeed.
     *
     * @param requestKey of a business request.
     * @param expected   that must be there, null for none.
     * @param next       to be there.
     * @return false if it wasn't there, and nothing was changed.
     */
    boolean replace(String requestKey, Reservation expected, Reservation next);
}
