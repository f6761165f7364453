package io.dtm.core.ingress;

/** Counts what ingress drops and logs it once: the port behind which counters and a distinct error log stand. */
@FunctionalInterface
public interface DropListener {
    /**
     * Called on the ingress agent; must not block, and must bound what it logs.
     *
     * @param reason why.
     * @param linkId of which link.
     */
    void onDropped(DropReason reason, int linkId);
}
