package io.dtm.bench.journal;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine;

/**
 * Measures the journal: append, force, rate, replay, restart, bytes. One command for all of it, on a quiet machine:
 * <pre>
 *   mvn -q -B -DskipTests -pl bench -am package
 *   java --add-opens java.base/jdk.internal.misc=ALL-UNNAMED -cp "bench/target/classes:bench/target/lib/*" \
 *       io.dtm.bench.journal.JournalBench
 * </pre>
 * What it writes goes, but for the results.
 */
@Command(
    name = "JournalBench",
    description = "Measures the journal. Started by: java --add-opens java.base/jdk.internal.misc=ALL-UNNAMED "
        + "-cp \"bench/target/classes:bench/target/lib/*\" io.dtm.bench.journal.JournalBench",
    sortOptions = false,
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
public final class JournalBench implements Callable<Integer> {
    @Option(names = "--only", split = ",", description = "Some of: ${COMPLETION-CANDIDATES}. Default: all.")
    private List<Part> parts = List.of(Part.values());

    @Option(names = "--storages", split = ",", description = "Some of: ${COMPLETION-CANDIDATES}.")
    private List<StorageKind> storages = List.of(StorageKind.values());

    @Option(names = "--directory", description = "Parent of what is written: which disk is measured. Default: that of"
        + " temporary files.")
    private Path parent = Path.of(System.getProperty("java.io.tmpdir"));

    @Option(names = "--quick", description = "Short runs, to see that all of it works; no figures to keep.")
    private boolean isQuick;

    @Option(names = "--results", description = "Directory for what was found: JSON and curves.")
    private Path results = Path.of("bench/results");

    private final List<Table> tables = new ArrayList<>();

    /** What can be measured. */
    enum Part { APPEND, LATENCY, FORCE, RATE, PREALLOCATION, BYTES, REPLAY, RESTART, CHECKPOINT }

    private JournalBench() {
    }

    /** @param arguments see {@code --help}. */
    public static void main(final String[] arguments) {
        System.exit(new CommandLine(new JournalBench()).setCaseInsensitiveEnumValuesAllowed(true).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException, RunnerException {
        Files.createDirectories(parent);
        final Map<String, String> conditions = conditions();
        conditions.forEach((name, value) -> System.out.printf(Locale.ROOT, "%-14s %s%n", name, value));
        for (final Part part : Set.copyOf(parts).stream().sorted().toList()) {
            final Table table = measure(part);
            tables.add(table);
            System.out.print(table.text());
            System.out.flush();
        }
        conditions.put("load at end", load());
        Files.createDirectories(results);
        final Path json = results.resolve("journal-bench.json");
        Files.writeString(json, json(conditions));
        System.out.println("\nload at end " + conditions.get("load at end") + "\nwritten to " + json);
        return 0;
    }

    private Table measure(final Part part) throws IOException, InterruptedException, RunnerException {
        return switch (part) {
            case APPEND -> append();
            case LATENCY -> {
                final LatencyCurves curves = new LatencyCurves("Append of 64 bytes at 100,000/s");
                final Table table = new AppendLatencyRig(parent, 100_000, isQuick ? 1 : 10, isQuick ? 1 : 3)
                    .run(storages, curves);
                curves.write(results.resolve("journal-append-latency.svg"));
                yield table;
            }
            case FORCE -> {
                final LatencyCurves curves = new LatencyCurves("A record of 128 bytes for each force");
                final Table table = new ForceLatencyRig(parent, isQuick ? 100 : 500, isQuick ? 3 : 21)
                    .run(storages, curves);
                curves.write(results.resolve("journal-force-latency.svg"));
                yield table;
            }
            case RATE -> new AppendRateRig(parent, isQuick ? 32 : 256, 4 * 1024 * 1024, isQuick ? 1 : 7)
                .run(storages, 64, Load.DATAGRAM);
            case PREALLOCATION -> new PreallocationRig(parent, isQuick ? 50 : 500, isQuick ? 3 : 11).run();
            case BYTES -> new TransactionBytesRig(parent, isQuick ? 20_000 : 500_000).run();
            case REPLAY -> new ReplayRig(parent, isQuick ? 50_000 : 1_000_000, isQuick ? 3 : 9).run();
            case RESTART -> new RestartRig(parent, isQuick ? 10_000 : 100_000, isQuick ? 10_000 : 100_000,
                isQuick ? 2 : 7).run(storages);
            case CHECKPOINT -> {
                final LatencyCurves curves = new LatencyCurves("A pipeline at 10,000 transactions/s");
                final Table table = new CheckpointRig(
                    parent, isQuick ? 50_000 : 1_000_000, 10_000, isQuick ? 2 : 10, isQuick ? 1 : 4)
                    .run(storages.get(storages.size() - 1), curves);
                curves.write(results.resolve("journal-checkpoint.svg"));
                yield table;
            }
        };
    }

    private Table append() throws RunnerException {
        final OptionsBuilder options = new OptionsBuilder();
        options.include(JournalAppendBenchmark.class.getName() + ".append")
            .param("storage", storages.stream().map(StorageKind::text).toArray(String[]::new))
            .jvmArgsPrepend("-D" + JournalAppendBenchmark.DIRECTORY_PROPERTY + "=" + parent.toAbsolutePath())
            .addProfiler(GCProfiler.class);
        if (isQuick) {
            options.forks(1).warmupIterations(2).measurementIterations(2);
        }
        final Table table = new Table("append", "JMH: append of a frame of 64 bytes without force, ns",
            "storage", "mean", "error (99.9 %)", "p50 of iterations", "slowest iteration",
            "heap bytes/append", "forks");
        for (final RunResult run : new Runner(options.build()).run()) {
            table.row(run.getParams().getParam("storage"),
                run.getPrimaryResult().getScore(), run.getPrimaryResult().getScoreError(),
                run.getPrimaryResult().getStatistics().getPercentile(50),
                run.getPrimaryResult().getStatistics().getMax(),
                allocatedBytes(run), run.getParams().getForks());
        }
        return table.note("heap bytes: of -prof gc, and so with those of making segments and of JMH itself between runs"
            + " of " + JournalAppendBenchmark.APPENDS + " appends");
    }

    private static double allocatedBytes(final RunResult run) {
        for (final String name : run.getSecondaryResults().keySet()) {
            if (name.contains("alloc.rate.norm")) {
                return run.getSecondaryResults().get(name).getScore();
            }
        }
        return Double.NaN;
    }

    private Map<String, String> conditions() throws IOException {
        final Map<String, String> conditions = new LinkedHashMap<>();
        final FileStore store = Files.getFileStore(parent);
        conditions.put("at", Instant.now().toString());
        conditions.put("machine", machine());
        conditions.put("jvm", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        conditions.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        conditions.put("storage", store.name() + " " + store.type() + " at " + parent.toAbsolutePath());
        conditions.put("load at start", load());
        conditions.put("run", isQuick ? "quick: no figures to keep" : "full");
        return conditions;
    }

    private static String machine() {
        final String cores = Runtime.getRuntime().availableProcessors() + " cores";
        try {
            return cores + ", " + Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name")).findFirst().orElse(": " + System.getProperty("os.arch"))
                .split(":")[1].trim();
        } catch (final IOException notLinux) {
            return cores;
        }
    }

    private static String load() {
        return String.format(Locale.ROOT, "%.2f",
            ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private String json(final Map<String, String> conditions) {
        return "{\n  \"conditions\": {\n"
            + String.join(",\n", conditions.entrySet().stream()
                .map(entry -> "    " + Table.quoted(entry.getKey()) + ": " + Table.quoted(entry.getValue())).toList())
            + "\n  },\n  \"tables\": {\n" + String.join(",\n", tables.stream().map(Table::json).toList())
            + "\n  }\n}\n";
    }
}
