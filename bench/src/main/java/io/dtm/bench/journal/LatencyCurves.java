package io.dtm.bench.journal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Distributions of latencies as curves: microseconds over "one in so many". Both axes are logarithmic. */
final class LatencyCurves {
    private static final double MAX_ONE_IN = 1e7;
    private static final double STEP = 1.25;

    private final XYChart chart;
    private int curves;

    LatencyCurves(final String title) {
        chart = new XYChartBuilder().width(900).height(500).title(title)
            .xAxisTitle("one in so many takes longer (1,000: p99.9)").yAxisTitle("\u00b5s").build();
        chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true)
            .setLegendPosition(LegendPosition.InsideNW);
    }

    void add(final String name, final Histogram latencies) {
        final List<Double> oneIn = new ArrayList<>();
        final List<Double> micros = new ArrayList<>();
        for (double odds = STEP; odds <= Math.min(MAX_ONE_IN, latencies.getTotalCount()); odds *= STEP) {
            oneIn.add(odds);
            micros.add(Math.max(1, latencies.getValueAtPercentile(100 - 100 / odds)) / 1e3);
        }
        if (!oneIn.isEmpty()) {
            chart.addSeries(name, oneIn, micros).setMarker(SeriesMarkers.NONE);
            curves++;
        }
    }

    /** @param file takes an SVG picture. */
    void write(final Path file) throws IOException {
        if (curves > 0) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            try (OutputStream out = Files.newOutputStream(file)) {
                ChartEncoder.saveChart(chart, out, "svg");
            }
        }
    }
}
