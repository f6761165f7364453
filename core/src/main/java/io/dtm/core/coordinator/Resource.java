package io.dtm.core.coordinator;

import java.util.ArrayList;
import java.util.List;

/**
 * What a participant serves, by name. Holds its unfinished branches in the order of their PREPAREs, so that they are
 * sent again in that order (rule 6).
 */
final class Resource {
    /** What a sweep over the branches does; PREPAREs come before decisions. */
    enum Pass { NONE, PREPARES, DECISIONS }

    final int id;
    final byte[] name;
    final byte[] principal;
    final List<Instance> instances = new ArrayList<>(1);
    /** Latest epoch in which one of its instances registered. */
    int connectedEpoch;
    Branch head;
    Branch tail;
    Branch cursor;
    Pass pass = Pass.NONE;
    /** Stamps the submit that named it last, to see a resource named twice. */
    long submitStamp;

    Resource(final int id, final byte[] name, final byte[] principal) {
        this.id = id;
        this.name = name;
        this.principal = principal;
    }

    void append(final Branch branch, final long ordinal) {
        branch.ordinal = ordinal;
        branch.listed = true;
        branch.previousOfResource = tail;
        branch.nextOfResource = null;
        if (tail == null) {
            head = branch;
        } else {
            tail.nextOfResource = branch;
        }
        tail = branch;
        if (pass != Pass.NONE && cursor == null) {
            cursor = branch;
        }
    }

    void remove(final Branch branch) {
        if (!branch.listed) {
            return;
        }
        if (cursor == branch) {
            cursor = branch.nextOfResource;
        }
        if (branch.previousOfResource == null) {
            head = branch.nextOfResource;
        } else {
            branch.previousOfResource.nextOfResource = branch.nextOfResource;
        }
        if (branch.nextOfResource == null) {
            tail = branch.previousOfResource;
        } else {
            branch.nextOfResource.previousOfResource = branch.previousOfResource;
        }
        branch.previousOfResource = null;
        branch.nextOfResource = null;
        branch.listed = false;
    }

    /** Starts, or starts again, a sweep over the branches. */
    void startSweep() {
        pass = Pass.PREPARES;
        cursor = head;
    }

    /** @return the next branch of the pass, which may be removed at once; null: the pass is at its end. */
    Branch sweepNext() {
        final Branch branch = cursor;
        if (branch != null) {
            cursor = branch.nextOfResource;
        }
        return branch;
    }

    /**
     * @return the instance that new branches are bound to: the one there longest; null if there is none. In the grace
     *     period one counts only when its session is back: its process may have died with the coordinator.
     */
    Instance primary(final int epoch) {
        Instance present = null;
        for (int i = 0; i < instances.size(); i++) {
            final Instance instance = instances.get(i);
            if (instance.isReady()) {
                return instance;
            }
            if (present == null && instance.isPresent() && instance.session.seenInEpoch == epoch) {
                present = instance;
            }
        }
        return present;
    }

    /** @return an instance that can be sent something now, preferably this one; null if there is none. */
    Instance ready(final Instance preferred) {
        if (preferred != null && preferred.isReady()) {
            return preferred;
        }
        for (int i = 0; i < instances.size(); i++) {
            if (instances.get(i).isReady()) {
                return instances.get(i);
            }
        }
        return null;
    }

    /** The session has ended: its processes are gone. Returns whether there was one. */
    boolean leave(final Session session) {
        boolean left = false;
        for (int i = 0; i < instances.size(); i++) {
            if (instances.get(i).session == session) {
                instances.get(i).leave();
                left = true;
            }
        }
        return left;
    }

    /** @return the instance that registered over this link, or null. */
    Instance over(final int linkId) {
        for (int i = 0; i < instances.size(); i++) {
            final Instance instance = instances.get(i);
            if (instance.readyLink == linkId && instance.isReady()) {
                return instance;
            }
        }
        return null;
    }
}
