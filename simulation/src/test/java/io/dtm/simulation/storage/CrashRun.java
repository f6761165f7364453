package io.dtm.simulation.storage;

import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.storage.RecordedEvents.Record;
import java.util.List;
import java.util.function.Function;

/**
 * Records events, journals them and crashes everywhere; given as "model seed records survivals states", the last being
 * the greatest number of crash states. Answers with what was broken, or null.
 */
public final class CrashRun implements Function<String, Object> {
    private CrashStates crashes;
    private RecordedRun run;

    @Override
    public Object apply(final String settings) {
        final String[] words = settings.split(" ");
        final StorageModel model = StorageModel.valueOf(words[0]);
        final long seed = Long.parseLong(words[1]);
        final RandomStream random = new RandomStream(seed);
        final RecordedEvents recorded = RecordedEvents.of(seed, Integer.parseInt(words[2]));
        final List<Record> records = recorded.records();
        final History history = new History(recorded.coordinatorId());
        crashes = new CrashStates(model, records, history, random.split("crashes"), Integer.parseInt(words[3]),
            Long.parseLong(words[4]));
        run = new RecordedRun(model, records, history, crashes, random.split("run"));
        try {
            run.run();
        } catch (final CrashStates.Enough e) {
            return null;
        } catch (final AssertionError e) {
            return "seed " + seed + ", crash state " + crashes.summary() + ": " + crashes.what() + ": "
                + e.getMessage();
        }
        return null;
    }

    long distinct() {
        return crashes.distinct();
    }

    RecordedRun run() {
        return run;
    }

    String summary() {
        return crashes.summary() + "; " + run.summary();
    }
}
