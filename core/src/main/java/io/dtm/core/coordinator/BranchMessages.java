package io.dtm.core.coordinator;

/**
 * What participants are told: which process a branch's next message goes to, and whether it may go there now. Nobody
 * reachable is no loss: the sweep at that resource's next registration sends what was left out.
 */
final class BranchMessages {
    private final CoordinatorState state;
    private final CoordinatorOutput output;

    BranchMessages(final CoordinatorState state) {
        this.state = state;
        this.output = state.output;
    }

    /**
     * @return who gets the branch's next message; null if that one can't be reached. A branch that may have work in a
     *     process and no vote is that process's alone; a prepared one is anybody's (rule 3); a delegate's too, but only
     *     when its process has gone, since another one would stop it (rule 9).
     */
    private static Instance receiver(final Branch branch) {
        return switch (branch.state) {
            case ENLISTED, ASKED -> branch.isOfFormerIncarnation() ? null : ifReady(branch.instance);
            case DELEGATED -> branch.isOfFormerIncarnation() || !branch.instance.isPresent()
                ? branch.resource.ready(null) : ifReady(branch.instance);
            case PREPARED -> branch.resource.ready(branch.instance);
            case DONE -> null;
        };
    }

    private static Instance ifReady(final Instance instance) {
        return instance != null && instance.isReady() ? instance : null;
    }

    /** @return whether nothing was sent yet over the link that the branch's next message would take. */
    boolean isUnsent(final Branch branch) {
        final Instance instance = receiver(branch);
        return instance != null && branch.sentOver != state.over(instance.readyLink);
    }

    /**
     * Sends PREPARE. Nothing new goes to a resource while a sweep still sends it old ones (rule 6): the sweep comes to
     * this one too.
     *
     * @return whether it was sent.
     */
    boolean prepare(final Branch branch, final boolean bySweep) {
        final Instance instance = receiver(branch);
        if (instance == null || (!bySweep && branch.resource.pass == Resource.Pass.PREPARES)) {
            return false;
        }
        branch.sentOver = state.over(instance.readyLink);
        output.prepare(
            instance.session.id, !branch.boundLate, branch.resource.id, branch.incarnation, branch.transaction.id,
            branch.branchId, branch.enlistEpoch, state.payloads.at(branch.payloadBlock, branch.payloadLength));
        return true;
    }

    /** Asks the delegate, or whoever serves the resource after it: that one finds out by the evidence (rule 9). */
    boolean commitOnePhase(final Branch branch, final boolean bySweep) {
        final Instance instance = receiver(branch);
        if (instance == null || (!bySweep && branch.resource.pass == Resource.Pass.PREPARES)) {
            return false;
        }
        branch.sentOver = state.over(instance.readyLink);
        output.commitOnePhase(
            instance.session.id, branch.resource.id, branch.incarnation, branch.transaction.id, branch.branchId,
            branch.enlistEpoch, state.payloads.at(branch.payloadBlock, branch.payloadLength));
        return true;
    }

    /** Sends COMMIT or ROLLBACK; after the PREPAREs of a sweep, and not if an operator has finished the branch. */
    boolean decision(final Branch branch, final int cause) {
        final Instance instance = receiver(branch);
        if (instance == null || branch.settledBy != 0 || branch.resource.pass == Resource.Pass.PREPARES) {
            return false;
        }
        branch.sentOver = state.over(instance.readyLink);
        output.decision(
            instance.session.id, branch.resource.id, branch.transaction.id, branch.branchId, branch.enlistEpoch,
            TwoPhaseCommit.decisionOf(branch.transaction), cause);
        return true;
    }

    /**
     * Sends what the branch was sent last, once more; but for what a sweep is about to send.
     *
     * @return whether somebody can be reached who owes an answer.
     */
    boolean again(final Branch branch) {
        if (receiver(branch) == null || branch.settledBy != 0) {
            return false;
        }
        if (branch.transaction.isDecided()) {
            decision(branch, ProtocolCodes.Cause.DECIDED);
            return true;
        }
        if (branch.state == Branch.State.ASKED) {
            prepare(branch, false);
            return true;
        }
        if (branch.state == Branch.State.DELEGATED) {
            commitOnePhase(branch, false);
            return true;
        }
        return false;
    }
}
