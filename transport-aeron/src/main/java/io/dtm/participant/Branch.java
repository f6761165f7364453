package io.dtm.participant;

import java.util.concurrent.CompletionStage;

/** This process's branch of an interactive transaction, as {@link ServedResource#join} gave it. Any thread. */
public interface Branch {
    /** @return its identity, of which the resource's own is made (an Xid): the work may start under it at once. */
    BranchId id();

    /**
     * When it is part of the transaction. The service answers its caller only after that (rule 5); the work may overlap
     * with it. If the stage fails with a {@link io.dtm.client.RefusedException} the branch is rolled back by a call of
     * {@link Participant#rollback}, and the service reports an error to its caller.
     *
     * @return completed on the duty cycle's thread, which must not be blocked.
     */
    CompletionStage<Void> joined();
}
