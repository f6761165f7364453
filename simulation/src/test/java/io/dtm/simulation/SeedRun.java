package io.dtm.simulation;

import java.util.function.Function;

/** Runs a seed, given as "seed transactions"; answers with the first violation, or null. */
public final class SeedRun implements Function<String, Object> {
    @Override
    public Object apply(final String seedAndTransactions) {
        final String[] words = seedAndTransactions.split(" ");
        final SimulationReport report = new Simulate(Long.parseLong(words[0]), Long.parseLong(words[1]), null).run();
        return report.isClean() ? null : report.texts().get(report.texts().size() - 1);
    }
}
