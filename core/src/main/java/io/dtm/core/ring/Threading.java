package io.dtm.core.ring;

/** How the stages share threads. */
public enum Threading {
    /** A thread a stage: where there are cores enough for all of them to spin. */
    DEDICATED,
    /** Ingress; journal, coordinator and egress; force; and space, which sleeps nearly always. */
    SHARED;

    private static final int CORES_FOR_DEDICATED = 8;

    /**
     * @param cores of the machine.
     * @return what suits it.
     */
    public static Threading of(final int cores) {
        return cores >= CORES_FOR_DEDICATED ? DEDICATED : SHARED;
    }
}
