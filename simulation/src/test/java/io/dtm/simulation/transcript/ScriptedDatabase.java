package io.dtm.simulation.transcript;

import io.dtm.simulation.resource.SimulatedDatabase;
import java.util.ArrayList;
import java.util.List;

/** A database that can stall: statements then stay in its hands, also when the process that sent them is gone. */
final class ScriptedDatabase {
    private final SimulatedDatabase database;
    private final List<Runnable> waiting = new ArrayList<>();
    private boolean isStalled;

    ScriptedDatabase(final SimulatedDatabase database) {
        this.database = database;
    }

    SimulatedDatabase database() {
        return database;
    }

    void stall() {
        isStalled = true;
    }

    void goOn() {
        isStalled = false;
        while (!waiting.isEmpty()) {
            waiting.remove(0).run();
        }
    }

    void execute(final Runnable statement, final Runnable answer) {
        final Runnable both = () -> {
            statement.run();
            answer.run();
        };
        if (isStalled) {
            waiting.add(both);
        } else {
            both.run();
        }
    }

    /** Behind what is under way, as an insert under the same unique key would be. */
    void whenKeyIsFree(final Runnable task) {
        execute(() -> { }, task);
    }
}
