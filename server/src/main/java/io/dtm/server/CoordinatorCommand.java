package io.dtm.server;

import io.dtm.core.journal.JournalException;
import io.dtm.server.process.ReadyLine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dtm coordinator}: runs a coordinator until it is told to stop. */
@Command(
    name = "coordinator",
    description = "Runs a coordinator until SIGTERM. Prints its settings at start; every one of them can be given in a "
        + "property file or by -D.",
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class CoordinatorCommand implements Callable<Integer> {
    private static final int STOP_LIMIT_S = 10;

    @Parameters(paramLabel = "FILE", description = "Property files; a later one overrides.")
    private List<Path> files = List.of();

    @Option(names = "-D", paramLabel = "KEY=VALUE", description = "A property; overrides the files.")
    private Map<String, String> properties = Map.of();

    @Option(names = "--settings", description = "Print all settings with unit, default and meaning, and exit.")
    private boolean settingsOnly;

    @Override
    public Integer call() throws Exception {
        for (final Path file : files) {
            load(file);
        }
        properties.forEach(System::setProperty);
        refuseUnknown();
        if (settingsOnly) {
            describeSettings();
            return 0;
        }
        return run(new HostLog(System.out));
    }

    private static void load(final Path file) throws IOException {
        final Properties loaded = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            loaded.load(in);
        }
        loaded.forEach((key, value) -> System.setProperty((String) key, (String) value));
    }

    /** A misspelt setting must not be ignored. */
    private void refuseUnknown() {
        properties.keySet().stream()
            .filter(key -> key.startsWith("dtm.") && !ServerSetting.isKnown(key))
            .findFirst()
            .ifPresent(key -> {
                throw new IllegalArgumentException("no such setting: " + key + ". See: dtm coordinator --settings");
            });
    }

    private static void describeSettings() {
        for (final ServerSetting setting : ServerSetting.values()) {
            System.out.printf(Locale.ROOT, "%s=%s%n    %s%n",
                setting.property(), setting.defaultText(), setting.description());
        }
    }

    private static int run(final HostLog log) throws InterruptedException {
        for (final ServerSetting setting : ServerSetting.values()) {
            log.say("setting " + setting.property() + "=" + setting.text());
        }
        final CoordinatorProcess coordinator;
        try {
            coordinator = CoordinatorProcess.launch(log, (stage, cause) -> halt(log, stage, cause));
        } catch (final JournalException refused) {
            log.say("the coordinator doesn't start: " + refused.getMessage());
            return ExitStatus.of(refused).code();
        }
        final CountDownLatch stop = new CountDownLatch(1);
        // Not the main thread's end: that calls exit, which waits for the hooks.
        final CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stop.countDown();
            try {
                stopped.await(STOP_LIMIT_S, TimeUnit.SECONDS);
            } catch (final InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }, "dtm-shutdown"));
        while (!coordinator.isServing() && !stop.await(1, TimeUnit.MILLISECONDS)) {
            Thread.onSpinWait();
        }
        log.say(ReadyLine.COORDINATOR + ": id " + Long.toHexString(coordinator.coordinatorId()) + ", listening on "
            + ServerSetting.ENDPOINT.text());
        stop.await();
        coordinator.close();
        log.say("coordinator stopped");
        stopped.countDown();
        return 0;
    }

    /** Fail-stop: nothing may be sent after a stage has failed, so not even shutdown hooks run. */
    private static void halt(final HostLog log, final String stage, final Throwable cause) {
        final ExitStatus status = ExitStatus.of(cause);
        log.say("HALT " + status + ": stage " + stage + " failed: " + cause);
        cause.printStackTrace();
        Runtime.getRuntime().halt(status.code());
    }
}
