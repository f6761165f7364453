package io.dtm.session;

/**
 * A resource as a client names it in one {@link CoordinatorSession}: its id at the coordinator in the low 16 bits, and
 * above it how often that session had seen the coordinator restored from a backup when the name was looked up (15
 * bits); so it serves in no other session. Resources that were registered after the backup was taken get their ids anew
 * then, perhaps others (rule 12): what was looked up before is told from what was looked up since. As long as no
 * restore was seen the handle is the id.
 */
public final class ResourceHandle {
    private static final int ID_BITS = 16;
    private static final int ID_MASK = (1 << ID_BITS) - 1;
    private static final int RESTORES_MASK = (1 << 15) - 1;

    private ResourceHandle() {
    }

    /**
     * The resource's id, which in an interactive transaction is its branch's id too.
     *
     * @param handle that was found by a look-up.
     * @return the id, from 0 to 65535; it means nothing any more after the next restore.
     */
    public static int resourceId(final int handle) {
        return handle & ID_MASK;
    }

    static int of(final int resourceId, final int restores) {
        return (restores & RESTORES_MASK) << ID_BITS | resourceId & ID_MASK;
    }

    /** Whether it was found since the last of so many restores. */
    static boolean isCurrent(final int handle, final int restores) {
        return handle >>> ID_BITS == (restores & RESTORES_MASK);
    }

    /** Why it can't be used any more. */
    static String staleText(final int handle) {
        return "the coordinator was restored from a backup since resource " + resourceId(handle)
            + " was looked up, and may have given that id to another: look the name up again";
    }
}
