package io.dtm.server.demo;

import io.dtm.server.process.EndedException;
import io.dtm.server.process.OrderlyEnd;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dtm demo}: the main job for a newcomer, on databases of its own. */
@Command(
    name = "demo",
    description = "Runs banks that move money between their databases, kills processes meanwhile, checks the books.",
    sortOptions = false,
    mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
    private static final int STOP_LIMIT_S = 60;
    /** The JVM ends with the signal's own status. */
    private static final int ENDED_BY_SIGNAL = 1;

    @Spec
    private CommandSpec spec;

    @Option(names = "--seconds", defaultValue = "60", paramLabel = "N",
        description = "How long transfers are made, 5 to 86400. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--services", defaultValue = "3", paramLabel = "N",
        description = "Number of banks, each with a service and a PostgreSQL, 2 to 20. Default: ${DEFAULT-VALUE}.")
    private int services;

    @Option(names = "--clients", defaultValue = "16", paramLabel = "N",
        description = "Number of clients that make one transfer after the other, 2 to 500. Default: ${DEFAULT-VALUE}.")
    private int clients;

    @Option(names = "--seed", paramLabel = "N",
        description = "Decides which transfers are made and who is killed. Default: drawn and printed.")
    private Long seed;

    @Option(names = "--keep", paramLabel = "DIR",
        description = "Leave all data here to look at: databases, logs, the journal. Must be empty or new.")
    private Path keep;

    @Option(names = "--tamper", hidden = true, paramLabel = "BANK",
        description = "Falsify one row of this bank before the final check, which must find it. For tests.")
    private Integer tamper;

    @Mixin
    private DemoConditions conditions;

    private volatile Path directory;

    @Override
    public Integer call() throws Exception {
        check(seconds >= 5 && seconds <= 86_400, "--seconds must be 5 to 86400: " + seconds);
        check(services >= 2 && services <= 20, "--services must be 2 to 20: " + services);
        check(clients >= 2 && clients <= 500, "--clients must be 2 to 500: " + clients);
        check(tamper == null || (tamper >= 1 && tamper <= services), "--tamper must name a bank by its number");
        final Thread run = Thread.currentThread();
        try (OrderlyEnd end = OrderlyEnd.within(STOP_LIMIT_S, () -> breakOff(run), this::tellWhatMayBeLeft)) {
            try {
                directory = directory();
                return run() ? 0 : 1;
            } catch (final Exception failed) {
                if (end.signal().getCount() == 0) {
                    tellWhatElseFailed(failed);
                    return ENDED_BY_SIGNAL;
                }
                throw failed;
            }
        }
    }

    private static void breakOff(final Thread run) {
        run.interrupt();
        System.out.println("demo: told to end; stopping all that it has started");
    }

    private void tellWhatMayBeLeft() {
        System.err.println("demo: not all has stopped within " + STOP_LIMIT_S
            + " s; processes may be left, and data in " + directory);
    }

    /** What the signal itself brings about isn't worth a word: waits are broken off, processes had it, too. */
    private static void tellWhatElseFailed(final Throwable failed) {
        if (isBroughtAboutBySignal(failed)) {
            for (final Throwable also : failed.getSuppressed()) {
                tellWhatElseFailed(also);
            }
        } else {
            failed.printStackTrace();
        }
    }

    private static boolean isBroughtAboutBySignal(final Throwable failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof InterruptedException || cause instanceof ClosedByInterruptException
                || cause instanceof EndedException) {
                return true;
            }
        }
        return false;
    }

    private boolean run() throws Exception {
        final long chosen = seed == null ? System.nanoTime() & 0x7FFF_FFFF : seed;
        try {
            return new Demo(directory, conditions, seconds, services, clients, chosen, tamper, System.out).run();
        } finally {
            if (keep == null) {
                delete();
            }
        }
    }

    private void delete() {
        try {
            DemoHouse.delete(directory);
        } catch (final IOException | RuntimeException failed) {
            System.err.println("demo: data is left in " + directory + ": " + failed);
        }
    }

    private Path directory() throws IOException {
        if (keep == null) {
            return Files.createTempDirectory("dtm-demo-");
        }
        try {
            final Path kept = Files.createDirectories(keep).toAbsolutePath();
            try (var entries = Files.list(kept)) {
                check(entries.findAny().isEmpty(), "--keep must name an empty or a new directory: " + keep);
            }
            check(Files.isWritable(kept), "--keep names a directory that can't be written to: " + keep);
            return kept;
        } catch (final IOException failed) {
            throw new ParameterException(
                spec.commandLine(), "--keep names a directory that can't be made or read: " + failed, failed);
        }
    }

    private void check(final boolean condition, final String message) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
