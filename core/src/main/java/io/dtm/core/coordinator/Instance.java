package io.dtm.core.coordinator;

/** One of the places at which a resource is served: a process, and those that ran there before it. */
final class Instance {
    private static final int FORMER_KEPT = 16;

    final Resource resource;
    final byte[] name;
    long incarnation;
    int capabilities;
    /** Of its process; null if that is gone. */
    Session session;
    /** The link over which it registered: only there it may be sent anything; 0: it must register again. */
    int readyLink;
    /** Incarnations that were replaced, newest first: none of them may come back. */
    long[] former = {};

    Instance(final Resource resource, final byte[] name) {
        this.resource = resource;
        this.name = name;
    }

    /** Its process has registered. */
    void arrive(final Session over, final int capabilitiesOfProcess) {
        leave();
        session = over;
        session.servedInstances++;
        readyLink = over.linkId;
        capabilities = capabilitiesOfProcess;
    }

    /** Its process has left, or its session has ended. */
    void leave() {
        if (session != null) {
            session.servedInstances--;
        }
        session = null;
        readyLink = 0;
    }

    /** @return whether messages can be sent to it now. */
    boolean isReady() {
        return session != null && readyLink != 0 && session.linkId == readyLink;
    }

    /** @return whether its process is thought to be there, if perhaps between two links. */
    boolean isPresent() {
        return session != null;
    }

    boolean canDo(final int capability) {
        return (capabilities & capability) != 0;
    }

    boolean wasReplaced(final long other) {
        for (final long one : former) {
            if (one == other) {
                return true;
            }
        }
        return false;
    }

    void replaceBy(final long other) {
        final long[] kept = new long[Math.min(former.length + 1, FORMER_KEPT)];
        kept[0] = incarnation;
        System.arraycopy(former, 0, kept, 1, kept.length - 1);
        former = kept;
        incarnation = other;
    }
}
