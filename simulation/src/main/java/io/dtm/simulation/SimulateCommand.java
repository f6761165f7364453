package io.dtm.simulation;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dtm simulate}: progress on the error stream, the summary as the last line of the output. */
@Command(name = "simulate", mixinStandardHelpOptions = true,
    description = "Runs the real coordinator and library through transactions with simulated faults, and checks them.")
public final class SimulateCommand implements Callable<Integer> {
    private static final int VIOLATED = 1;

    @Option(names = "--seed", description = "Decides everything that happens. Default: drawn.")
    private Long seed;

    @Option(names = "--transactions", defaultValue = "100000",
        description = "Business requests to be carried out. Default: ${DEFAULT-VALUE}.")
    private long transactions;

    @Option(names = "--log", description = "Takes every event as text. Slow.")
    private Path log;

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
        if (transactions < 1) {
            throw new ParameterException(spec.commandLine(), "--transactions must be at least 1: " + transactions);
        }
        final Simulate simulate =
            new Simulate(seed == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : seed, transactions, progress);
        final SimulationReport report;
        if (log == null) {
            report = simulate.run();
        } else {
            try (PrintStream file = new PrintStream(new FileOutputStream(log.toFile()), false,
                StandardCharsets.UTF_8)) {
                report = simulate.log(file::println).run();
            }
        }
        report.texts().forEach(output::println);
        output.println(report.summary());
        return report.isClean() ? 0 : VIOLATED;
    }
}
