package io.dtm.core.ring;

import io.dtm.core.egress.EgressAgent;
import org.agrona.concurrent.Agent;

/**
 * With shared threads: forces on the stages' own thread while few messages wait for it and nothing else is to be done.
 * With more in flight the force agent does it, so that the next group gathers meanwhile.
 */
final class InlineForce implements Agent {
    private final EventRing ring;
    private final EgressAgent egress;
    private final ForceStage force;
    private final int limit;

    InlineForce(final EventRing ring, final EgressAgent egress, final ForceStage force, final int limit) {
        this.ring = ring;
        this.egress = egress;
        this.force = force;
        this.limit = limit;
    }

    @Override
    public String roleName() {
        return "inline-force";
    }

    @Override
    public int doWork() {
        final int waiting = egress.waitingForForce();
        return waiting > 0 && waiting <= limit && ring.isEmpty() ? force.doWork() : 0;
    }
}
