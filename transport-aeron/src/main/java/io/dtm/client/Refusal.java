package io.dtm.client;

import java.util.EnumSet;
import java.util.Set;

/**
 * Why a request was refused before anything was begun for it. Those down to {@link #OPERATION_REFUSED} come from the
 * coordinator and stand in the order of the schema's values, from 1; the others are the library's own.
 */
public enum Refusal {
    /** The coordinator speaks another version of the schema. */
    SCHEMA_VERSION,
    /** The credentials weren't accepted. */
    NOT_AUTHENTICATED,
    /** The principal may not do that. */
    NOT_AUTHORISED,
    /** The coordinator doesn't know the session, or lost it. */
    SESSION_UNKNOWN,
    /** The coordinator's limit of sessions is reached. */
    TOO_MANY_SESSIONS,
    /**
     * No participant of that name was ever registered; or it was looked up before the coordinator was restored from a
     * backup, and has to be looked up again.
     */
    UNKNOWN_PARTICIPANT,
    /** The coordinator's limit of resources is reached. */
    TOO_MANY_RESOURCES,
    /** Another principal holds the name. */
    NAME_TAKEN,
    /** The coordinator has no such transaction. */
    UNKNOWN_TRANSACTION,
    /** The transaction is finished. */
    TRANSACTION_FINISHED,
    /** The id was used before. */
    BELOW_HIGH_WATER_MARK,
    /** The session was opened in an earlier epoch and begins nothing more. */
    STALE_SESSION_EPOCH,
    /** The context's join token isn't that of the transaction. */
    WRONG_JOIN_TOKEN,
    /** The timeout is longer than the coordinator allows. */
    TIMEOUT_TOO_LONG,
    /** A payload, or the sum of them, is larger than the coordinator allows. */
    PAYLOAD_TOO_LARGE,
    /** More branches than the coordinator allows. */
    TOO_MANY_BRANCHES,
    /** A transaction without a branch. */
    NO_BRANCHES,
    /** Two branches for one resource. */
    DUPLICATE_PARTICIPANT,
    /** Two branches of the same id. */
    DUPLICATE_BRANCH,
    /** Too much is in flight; try again later. */
    OVERLOADED,
    /** The coordinator's disk is full. */
    STORAGE_FULL,
    /** The transaction no longer takes branches or requests. */
    NOT_ACTIVE,
    /** Another process of the resource has taken this one's place. */
    STALE_INCARNATION,
    /** Meant for another coordinator. */
    FOREIGN_COORDINATOR,
    /** The coordinator couldn't read it. */
    MALFORMED,
    /** The transaction belongs to another session. */
    NOT_OWNER,
    /** The limit of processes of one resource is reached. */
    TOO_MANY_INSTANCES,
    /** Not now, or not in this state; the text says more. */
    OPERATION_REFUSED,
    /** No session with the coordinator could be had in time. */
    NOT_CONNECTED,
    /** The library was closed. */
    CLOSED,
    /** The library's own queue or table is full. */
    LIBRARY_OVERLOADED;

    private static final Set<Refusal> FINAL = EnumSet.of(
        SCHEMA_VERSION, NOT_AUTHENTICATED, NOT_AUTHORISED, TOO_MANY_RESOURCES, NAME_TAKEN, STALE_INCARNATION,
        FOREIGN_COORDINATOR, MALFORMED, CLOSED);
    private static final Refusal[] BY_VALUE = values();

    /** @return whether the same process may as well give up: time alone won't mend it, somebody has to. */
    public boolean isFinal() {
        return FINAL.contains(this);
    }

    /**
     * @param value a RejectCode of the schema.
     * @return the refusal, {@link #OPERATION_REFUSED} if this version doesn't know it.
     */
    public static Refusal of(final int value) {
        return value >= 1 && value <= OPERATION_REFUSED.ordinal() + 1 ? BY_VALUE[value - 1] : OPERATION_REFUSED;
    }
}
