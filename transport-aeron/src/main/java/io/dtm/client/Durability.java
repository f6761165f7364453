package io.dtm.client;

/** What an outcome survives. An open list: replicated levels may follow. */
public enum Durability {
    /** Nothing is claimed: nothing was decided, or the library itself answered. */
    NONE,
    /** The death of the coordinator's process. */
    APPEND,
    /** A power loss. */
    FORCE;

    private static final Durability[] BY_VALUE = values();

    /**
     * @param value a DurabilityLevel of the schema.
     * @return the level; {@link #APPEND}, the least, if this version doesn't know it.
     */
    public static Durability of(final int value) {
        return value >= 1 && value < BY_VALUE.length ? BY_VALUE[value] : APPEND;
    }
}
