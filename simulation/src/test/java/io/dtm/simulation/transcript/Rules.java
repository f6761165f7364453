package io.dtm.simulation.transcript;

import io.dtm.core.journal.Journal;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.resource.OnePhase;
import io.dtm.simulation.resource.ResourceListener;

/** What of the rules is in the hands of the world around coordinator and library. All hold, unless a test says not. */
class Rules {
    Journal journal(final Journal journal) {
        return journal;
    }

    long incarnation(final long drawn) {
        return drawn;
    }

    ScriptedParticipant participant(
        final ScriptedDatabase database,
        final Schedule schedule,
        final RandomStream random,
        final ResourceListener listener,
        final OnePhase onePhase) {
        return new ScriptedParticipant(database, schedule, random, listener, onePhase);
    }
}
