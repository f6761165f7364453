package io.dtm.simulation.node;

import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.CoordinatorRestorer;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.RecoveryOutput;

/**
 * A coordinator that isn't live, and how far it has come.
 *
 * @param coordinator its state.
 * @param output      its output, which still leads nowhere.
 * @param recovered   what it knows.
 */
record RecoveredState(CommitCoordinator coordinator, RecoveryOutput output, Recovered recovered) {
    static RecoveredState empty() {
        final RecoveryOutput output = new RecoveryOutput();
        return new RecoveredState(new CommitCoordinator(output), output, Recovered.NOTHING);
    }

    /** Another one in the same state, made as from a checkpoint. */
    RecoveredState copy() {
        final RecoveryOutput copiedOutput = new RecoveryOutput();
        final CoordinatorRestorer restorer = new CoordinatorRestorer(copiedOutput);
        coordinator.writeTo(restorer);
        return new RecoveredState(restorer.coordinator(), copiedOutput, recovered);
    }
}
