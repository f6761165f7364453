package io.dtm.simulation.resource;

import io.dtm.participant.BranchId;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;

/**
 * One process's way to its database. A statement that was sent before the process died may still be carried out
 * afterwards; its answer goes nowhere then.
 */
public final class DatabaseSession {
    private final SimulatedDatabase database;
    private final Schedule schedule;
    private final RandomStream random;
    private final ResourceSettings settings;
    private boolean isDead;

    DatabaseSession(
        final SimulatedDatabase database,
        final Schedule schedule,
        final RandomStream random,
        final ResourceSettings settings) {
        this.database = database;
        this.schedule = schedule;
        this.random = random;
        this.settings = settings;
        database.sessionStarts();
    }

    /** The process dies. What it has sent may still happen. */
    void die() {
        if (!isDead) {
            isDead = true;
            database.sessionEnds();
        }
    }

    /**
     * Sends a statement.
     *
     * @param statement is carried out, maybe after the process has died.
     * @param answer    runs afterwards, if the process is still alive.
     */
    void execute(final Runnable statement, final Runnable answer) {
        if (isDead) {
            return;
        }
        if (random.chance(settings.syncPerMillion())) {
            statement.run();
            if (!isDead) {
                answer.run();
            }
            return;
        }
        schedule.after(drawDelayNs(), () -> {
            if (isDead && random.coin()) {
                return; // it was still on its way to the database
            }
            statement.run();
            if (!isDead) {
                schedule.after(drawDelayNs(), () -> {
                    if (!isDead) {
                        answer.run();
                    }
                });
            }
        });
    }

    /** As {@link #execute}; while it is under way it holds the branch's key, so that others wait. */
    void executeHoldingKey(final BranchId branch, final Runnable statement, final Runnable answer) {
        if (isDead) {
            return;
        }
        database.onePhaseStarts(branch);
        schedule.after(drawDelayNs(), () -> {
            database.onePhaseEnds(branch);
            if (isDead && random.coin()) {
                return;
            }
            statement.run();
            if (!isDead) {
                schedule.after(drawDelayNs(), () -> {
                    if (!isDead) {
                        answer.run();
                    }
                });
            }
        });
    }

    /** Runs when nobody holds the branch's key any more, as an insert under a unique key would. */
    void executeWhenKeyIsFree(final BranchId branch, final Runnable statement) {
        if (isDead) {
            return;
        }
        if (database.isOnePhaseInFlight(branch)) {
            schedule.after(drawDelayNs(), () -> executeWhenKeyIsFree(branch, statement));
        } else {
            statement.run();
        }
    }

    private long drawDelayNs() {
        return random.skewed(settings.minDelayNs(), settings.maxDelayNs());
    }
}
