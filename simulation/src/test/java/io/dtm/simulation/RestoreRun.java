package io.dtm.simulation;

import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.fault.Fault;
import java.util.List;
import java.util.function.Function;

/** An episode in which directories are put back all the time, beside whatever else its stream draws. */
public final class RestoreRun implements Function<String, Object> {
    private static final int REQUESTS = 200;
    private static final long INTERVAL_NS = 300_000_000L;

    /**
     * What came of it.
     *
     * @param violations none, if all is well.
     * @param restores   how often a directory was copied or put back.
     */
    record Result(List<String> violations, int restores) {
    }

    static Result run(final long stream) {
        final RandomStream random = new RandomStream(stream);
        final EpisodeSettings settings = EpisodeSettings.draw(random.split("settings"));
        settings.faults().with(Fault.CLOCK_JUMP, 0).with(Fault.RESTORE, INTERVAL_NS);
        final Episode episode = new Episode(random, settings, REQUESTS);
        episode.faults().record();
        episode.run(() -> { });
        final long restores = episode.faults().recorded().stream()
            .filter(occurrence -> occurrence.fault() == Fault.RESTORE).count();
        return new Result(episode.violations().texts(), (int) restores);
    }

    /** @return the first violation in a stream, or null. */
    @Override
    public Object apply(final String stream) {
        final List<String> violations = run(Long.parseLong(stream)).violations();
        return violations.isEmpty() ? null : violations.get(0);
    }
}
