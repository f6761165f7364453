package io.dtm.core.ring;

import io.dtm.core.journal.Journal;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.concurrent.Agent;

/**
 * Forces the journal, on whichever thread has the turn: the force agent's, or that of the other stages when little
 * waits for it and waking another thread would take longer than the force. Never two at a time; who doesn't have the
 * turn goes on.
 */
final class ForceStage implements Agent {
    private final Journal journal;
    private final AtomicBoolean isTaken = new AtomicBoolean();

    ForceStage(final Journal journal) {
        this.journal = journal;
    }

    @Override
    public String roleName() {
        return "force";
    }

    @Override
    public int doWork() {
        if (isTaken.getPlain() || !isTaken.compareAndSet(false, true)) {
            return 0;
        }
        try {
            return journal.force();
        } finally {
            isTaken.setRelease(false);
        }
    }
}
