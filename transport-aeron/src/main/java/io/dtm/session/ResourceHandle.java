package io.dtm.session;

/**
 * A resource as a client names it: its id at the coordinator in the low 16 bits, above it the generation of the
 * coordinator's epochs in which the name was looked up (its low 15 bits). A restore from a backup raises the generation,
 * and resources that were registered after the backup get their ids anew, perhaps others (rule 12): so what was looked
 * up before is told from what was looked up since. Of a coordinator that was never restored the handle is the id.
 */
public final class ResourceHandle {
    private static final int ID_BITS = 16;
    private static final int ID_MASK = (1 << ID_BITS) - 1;
    private static final int GENERATION_MASK = (1 << 15) - 1;

    private ResourceHandle() {
    }

    /**
     * The resource's id, which in an interactive transaction is its branch's id too.
     *
     * @param handle that was found by a look-up.
     * @return the id, from 0 to 65535; it means something only in the handle's generation.
     */
    public static int resourceId(final int handle) {
        return handle & ID_MASK;
    }

    static int of(final int resourceId, final int generation) {
        return (generation & GENERATION_MASK) << ID_BITS | resourceId & ID_MASK;
    }

    static boolean isOf(final int handle, final int generation) {
        return handle >>> ID_BITS == (generation & GENERATION_MASK);
    }

    /** Why it can't be used any more. */
    static String staleText(final int handle) {
        return "the coordinator was restored from a backup since resource " + resourceId(handle)
            + " was looked up, and may have given that id to another: look the name up again";
    }
}
