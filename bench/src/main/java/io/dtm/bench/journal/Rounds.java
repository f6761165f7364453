package io.dtm.bench.journal;

import java.util.Arrays;

/** One figure for each of several rounds. */
final class Rounds {
    private double[] figures = new double[0];

    void add(final double figure) {
        figures = Arrays.copyOf(figures, figures.length + 1);
        figures[figures.length - 1] = figure;
    }

    double median() {
        final double[] sorted = figures.clone();
        Arrays.sort(sorted);
        final int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    double least() {
        return Arrays.stream(figures).min().orElse(Double.NaN);
    }

    double greatest() {
        return Arrays.stream(figures).max().orElse(Double.NaN);
    }

    /** @return median of the quotients of rounds that stood side by side: what disturbs both drops out. */
    double medianRatioTo(final Rounds base) {
        return ratiosTo(base).median();
    }

    double leastRatioTo(final Rounds base) {
        return ratiosTo(base).least();
    }

    double greatestRatioTo(final Rounds base) {
        return ratiosTo(base).greatest();
    }

    private Rounds ratiosTo(final Rounds base) {
        final Rounds ratios = new Rounds();
        for (int i = 0; i < figures.length; i++) {
            ratios.add(figures[i] / base.figures[i]);
        }
        return ratios;
    }
}
