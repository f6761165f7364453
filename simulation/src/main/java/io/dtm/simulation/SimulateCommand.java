package io.dtm.simulation;

import io.dtm.simulation.fault.FaultOccurrence;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dtm simulate}: progress on the error stream, the summary as the last line of the output. */
@Command(name = "simulate", mixinStandardHelpOptions = true,
    description = "Runs the real coordinator and library through transactions with simulated faults, and checks them.",
    exitCodeListHeading = "%nExit statuses:%n",
    exitCodeList = {
        "0:Every promise was kept.",
        "1:A promise was broken: the smallest run found that breaks it is shown, and the command that repeats it.",
        "2:The command line was wrong."})
public final class SimulateCommand implements Callable<Integer> {
    private static final int VIOLATED = 1;
    private static final long SHRINK_RUNS = 1_000;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final double MINUTE_NS = 60e9;
    private static final double MAX_MINUTES = 1_000_000;
    private static final long MAX_SECONDS = 1_000_000_000;
    private static final String NO_FAULTS = "none";

    @Option(names = "--seed", paramLabel = "N", description = "Decides everything that happens. Default: drawn.")
    private Long seed;

    @Option(names = "--transactions", paramLabel = "N",
        description = "Business requests to be carried out. Default: 100000.")
    private Long transactions;

    @Option(names = "--minutes", paramLabel = "M",
        description = "Instead: begins no new episode after so long. How many transactions"
        + " that makes depends on the machine; the same seed with as many --transactions is the same run.")
    private Double minutes;

    @Option(names = "--log", paramLabel = "FILE",
        description = "Is overwritten with every event as text: long, and slow to write.")
    private Path log;

    @Option(names = "--shrink", paramLabel = "N",
        description = "Runs in which to look for a smaller one when a promise is broken."
        + " Default: 1000; with --episode 0. Decides, with the seed, what is found.")
    private Long shrink;

    @Option(names = "--shrink-seconds", paramLabel = "S", defaultValue = "120",
        description = "Stops looking after so long; what is found"
        + " then depends on the machine, too. 0: no limit. Default: ${DEFAULT-VALUE}.")
    private long shrinkSeconds;

    @Option(names = "--episode", paramLabel = "N",
        description = "Runs this episode alone; with the options below in another form.")
    private Integer episode;

    @Option(names = "--again", paramLabel = "N",
        description = "With --episode: everything but its settings is drawn in another way, one"
        + " for each number from 1, and faults occur more often.")
    private Integer again;

    @Option(names = "--requests", paramLabel = "N", description = "With --episode: number of business requests.")
    private Integer requests;

    @Option(names = "--clients", paramLabel = "N", description = "With --episode: number of clients.")
    private Integer clients;

    @Option(names = "--resources", paramLabel = "N", description = "With --episode: number of resources.")
    private Integer resources;

    @Option(names = "--plain", paramLabel = "WHAT", split = ",",
        description = "With --episode: what isn't as drawn, but plain:"
        + " ${COMPLETION-CANDIDATES}.")
    private Set<Plain> plain;

    @Option(names = "--faults", paramLabel = "FAULT", split = ",",
        description = "With --episode: exactly what goes wrong, as a failure shows"
        + " it, or none.")
    private List<String> faults;

    private final PrintStream output;
    private final PrintStream progress;

    @Spec
    private CommandSpec spec;

    /**
     * @param output   takes the summary, and what was violated.
     * @param progress takes a line a second.
     */
    public SimulateCommand(final PrintStream output, final PrintStream progress) {
        this.output = output;
        this.progress = progress;
    }

    @Override
    public Integer call() throws IOException {
        check();
        final EpisodePlan only = episode == null ? null : plan();
        final Simulate simulate = simulate();
        final SimulationReport report;
        if (log == null) {
            report = run(simulate, only);
        } else {
            try (PrintStream file = open()) {
                report = run(simulate.log(file::println), only);
                if (file.checkError()) {
                    throw wrong("--log can't be written: " + log + " isn't complete; is the disk full?");
                }
            }
        }
        if (!report.isClean()) {
            tell(report);
        }
        output.println(report.summary());
        return report.isClean() ? 0 : VIOLATED;
    }

    private static SimulationReport run(final Simulate simulate, final EpisodePlan only) {
        return only == null ? simulate.run() : simulate.runOnly(only);
    }

    private Simulate simulate() {
        final long drawn = seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed;
        return minutes == null
            ? new Simulate(drawn, transactions == null ? 100_000 : transactions, progress)
            : Simulate.lasting(drawn, Duration.ofNanos((long) (minutes * MINUTE_NS)), progress);
    }

    private PrintStream open() {
        try {
            return new PrintStream(new FileOutputStream(log.toFile()), false, StandardCharsets.UTF_8);
        } catch (final IOException ex) {
            throw wrong("--log can't be written: " + ex.getMessage());
        }
    }

    private void tell(final SimulationReport report) {
        final int runs = (int) (shrink != null ? shrink : episode == null ? SHRINK_RUNS : 0);
        EpisodePlan smallest = report.failed();
        if (runs > 0) {
            progress.println("simulation: episode " + smallest.episode() + " of seed " + smallest.seed() + " fails ("
                + report.invariant() + "); looking for a smaller run that fails in the same way");
            final Shrinker shrinker = new Shrinker(Episode::new, runs, shrinkSeconds * SECOND_NS, progress);
            smallest = shrinker.shrink(smallest, report.invariant());
            output.println("Broken: " + report.firstViolation());
            output.println("First seen in: " + report.failed().command());
            output.println("The smallest that was found in " + shrinker.runs() + " other runs"
                + (shrinker.isOutOfTime() ? ", for more there was no time:" : ":"));
            output.println();
        }
        final SimulationReport shown = smallest.equals(report.failed())
            ? report : new Simulate(report.seed(), 1, null).runOnly(smallest);
        shown.texts().forEach(output::println);
        output.println();
        output.println("What " + report.invariant() + " says: docs/testing.md, \"What the checker asserts\".");
        if (runs > 0) {
            output.println("The run in which it was seen first:");
        }
    }

    private EpisodePlan plan() {
        final EpisodePlan drawn = EpisodePlan.drawn(seed, episode);
        return new EpisodePlan(
            seed,
            episode,
            again == null ? 0 : again,
            requests == null ? drawn.requests() : requests,
            clients == null ? 0 : clients,
            resources == null ? 0 : resources,
            plain == null ? Set.of() : plain,
            faults == null ? null : occurrences());
    }

    private List<FaultOccurrence> occurrences() {
        if (faults.equals(List.of(NO_FAULTS))) {
            return List.of();
        }
        try {
            return faults.stream().map(FaultOccurrence::parse).toList();
        } catch (final IllegalArgumentException ex) {
            throw wrong("--faults: " + ex.getMessage());
        }
    }

    private void check() {
        if (transactions != null && minutes != null) {
            throw wrong("--transactions and --minutes exclude each other");
        }
        if (minutes != null && !(minutes > 0 && minutes <= MAX_MINUTES)) {
            throw wrong("--minutes must be greater than 0 and at most 1000000: " + minutes);
        }
        inRange("--transactions", transactions, 1, Long.MAX_VALUE);
        inRange("--shrink", shrink, 0, Integer.MAX_VALUE);
        inRange("--shrink-seconds", shrinkSeconds, 0, MAX_SECONDS);
        inRange("--episode", episode, 0, Integer.MAX_VALUE);
        inRange("--again", again, 1, Integer.MAX_VALUE);
        inRange("--requests", requests, 1, Integer.MAX_VALUE);
        inRange("--clients", clients, 1, 9);
        inRange("--resources", resources, 1, 9);
        if (episode == null) {
            if (again != null || requests != null || clients != null || resources != null || plain != null
                || faults != null) {
                throw wrong("--again, --requests, --clients, --resources, --plain and --faults are of an --episode");
            }
        } else if (seed == null) {
            throw wrong("--episode needs a --seed");
        } else if (transactions != null || minutes != null) {
            throw wrong("--episode is run alone, without --transactions or --minutes");
        }
    }

    private void inRange(final String name, final Number value, final long min, final long max) {
        if (value != null && (value.longValue() < min || value.longValue() > max)) {
            throw wrong(name + " must be at least " + min
                + (max < Integer.MAX_VALUE ? " and at most " + max : "") + ": " + value);
        }
    }

    private ParameterException wrong(final String text) {
        return new ParameterException(spec.commandLine(), text);
    }
}
