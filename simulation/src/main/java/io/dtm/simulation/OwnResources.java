package io.dtm.simulation;

import io.dtm.participant.BranchId;
import io.dtm.simulation.resource.ResourceListener;
import io.dtm.simulation.resource.Work;
import java.util.List;

/** What happens in databases that domains share: each checker sees the branches of its own coordinator. */
final class OwnResources implements ResourceListener {
    private final List<Domain> domains;

    /** @param domains all that there will be. */
    OwnResources(final List<Domain> domains) {
        this.domains = domains;
    }

    private ResourceListener of(final BranchId branch) {
        for (final Domain domain : domains) {
            if (domain.coordinator.coordinatorId() == branch.coordinatorId()) {
                return domain.checker.resources();
            }
        }
        throw new IllegalStateException("a branch of nobody's: " + branch);
    }

    @Override
    public void onPrepared(final String resource, final BranchId branch, final Work work) {
        of(branch).onPrepared(resource, branch, work);
    }

    @Override
    public void onCommitted(
        final String resource, final BranchId branch, final Work work, final boolean onePhase) {
        of(branch).onCommitted(resource, branch, work, onePhase);
    }

    @Override
    public void onRolledBack(final String resource, final BranchId branch) {
        of(branch).onRolledBack(resource, branch);
    }

    @Override
    public void onVoted(final String resource, final BranchId branch, final int vote) {
        of(branch).onVoted(resource, branch, vote);
    }

    @Override
    public void onOnePhaseAborted(final String resource, final BranchId branch) {
        of(branch).onOnePhaseAborted(resource, branch);
    }
}
