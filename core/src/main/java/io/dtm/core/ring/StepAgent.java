package io.dtm.core.ring;

import java.util.function.IntSupplier;
import org.agrona.concurrent.Agent;

/** A stage that does one thing. */
final class StepAgent implements Agent {
    private final String roleName;
    private final IntSupplier step;

    StepAgent(final String roleName, final IntSupplier step) {
        this.roleName = roleName;
        this.step = step;
    }

    @Override
    public String roleName() {
        return roleName;
    }

    @Override
    public int doWork() {
        return step.getAsInt();
    }
}
