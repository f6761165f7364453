package io.dtm.server;

import io.dtm.core.recovery.Consent;
import io.dtm.core.storage.JournalException;
import io.dtm.server.process.OrderlyEnd;
import io.dtm.server.process.ReadyLine;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dtm coordinator}: runs a coordinator until it is told to stop. */
@Command(
    name = "coordinator",
    description = "Runs a coordinator until SIGTERM. Prints its settings at start; every one of them can be given in a "
        + "property file or by -D.",
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class CoordinatorCommand implements Callable<Integer> {
    private static final int STOP_LIMIT_S = 10;
    private static final String NO_START = "the coordinator doesn't start: ";

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "Property files; a later one overrides.")
    private List<Path> files = List.of();

    @Option(names = "-D", paramLabel = "KEY=VALUE", description = "A property; overrides the files.")
    private Map<String, String> properties = Map.of();

    @Option(names = "--settings", description = "Print all settings with unit, default and meaning, and exit.")
    private boolean settingsOnly;

    @Option(names = "--restored", description = "For one start: this directory was put back to an earlier point, by a "
        + "backup or a snapshot, and what came after is lost. Peers that saw it go on; what was prepared before, and "
        + "is unknown here, waits for you to settle it in its database.")
    private boolean isRestored;

    @Option(names = "--confirm-recovered", description = "For one start: nothing is missing at the journal's end, and "
        + "this is no copy. Branches in doubt are then told to roll back although a participant that is gone for good "
        + "hasn't called.")
    private boolean isRecoveryConfirmed;

    @Option(names = "--accept-contradictions", description = "For one start after a refused one: take the "
        + "acknowledgements that contradict the journal for the participants' fault. Recorded in the journal.")
    private boolean acceptsContradictions;

    @Option(names = "--cut-at", paramLabel = "POSITION", description = "For one start after a refused one, the last "
        + "resort: give up the journal from the position on that the refusal names. Whatever was promised by it is "
        + "lost; its bytes are kept aside, the loss is recorded, and the start is that of a restored directory.")
    private Long cutAt;

    @Override
    public Integer call() throws InterruptedException {
        try {
            files.forEach(CoordinatorCommand::load);
            properties.forEach(CoordinatorCommand::set);
            ServerSetting.checkValues();
            if (settingsOnly) {
                describeSettings();
                return 0;
            }
            return run(new HostLog(System.out, System.err), consents(),
                cutAt == null ? JournalException.NOWHERE : cutAt, isRecoveryConfirmed);
        } catch (final SettingException refused) {
            throw new ParameterException(spec.commandLine(), refused.getMessage(), refused);
        }
    }

    private static void load(final Path file) {
        final Properties loaded = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            loaded.load(in);
        } catch (final IOException | IllegalArgumentException unreadable) {
            throw new SettingException("can't read the property file " + file + ": " + unreadable);
        }
        loaded.stringPropertyNames().stream().sorted().forEach(name -> set(name, loaded.getProperty(name)));
    }

    private static void set(final String name, final String value) {
        ServerSetting.checkName(name);
        System.setProperty(name, value);
    }

    private static void describeSettings() {
        for (final ServerSetting setting : ServerSetting.values()) {
            System.out.printf(Locale.ROOT, "%s=%s%n    %s. %s%n",
                setting.property(), setting.defaultText(), setting.description(), setting.kind().unit());
        }
        System.out.println("Other properties of Aeron (aeron.*) reach an embedded media driver.");
    }

    private Set<Consent> consents() {
        final Set<Consent> consents = EnumSet.noneOf(Consent.class);
        // What was cut off is lost history too.
        if (isRestored || cutAt != null) {
            consents.add(Consent.RESTORED);
        }
        if (acceptsContradictions) {
            consents.add(Consent.CONTRADICTIONS);
        }
        return consents;
    }

    private static int run(
        final HostLog log, final Set<Consent> consents, final long cutAt, final boolean isRecoveryConfirmed)
        throws InterruptedException {
        final CoordinatorProcess coordinator;
        final FailStop failStop = new FailStop(log);
        try {
            coordinator = CoordinatorProcess.launch(log, failStop::halt, consents, cutAt);
        } catch (final JournalException refused) {
            log.sayLast(NO_START + refused.getMessage());
            return ExitStatus.of(refused).code();
        } catch (final IllegalStateException | IllegalArgumentException | UncheckedIOException refused) {
            log.sayLast(NO_START + refused.getMessage()
                + (refused.getCause() == null ? "" : ": " + refused.getCause().getMessage()));
            return ExitStatus.of(refused).code();
        } catch (final Error failed) {
            // Threads of the media driver may run by now: without an end by force they would keep lock and port.
            failStop.halt("start", failed);
            throw failed;
        }
        try (OrderlyEnd end = OrderlyEnd.within(STOP_LIMIT_S)) {
            onceServing(coordinator::isServing, end.signal(), () -> {
                log.say(ReadyLine.COORDINATOR + ": id " + Long.toHexString(coordinator.coordinatorId())
                    + ", listening on " + ServerSetting.ENDPOINT.text());
                if (isRecoveryConfirmed) {
                    coordinator.confirmRecovered();
                }
            });
            end.signal().await();
            coordinator.close();
            log.say("coordinator stopped");
        }
        return 0;
    }

    /** Does it never if it is told to stop before: nobody is served then. */
    static void onceServing(final BooleanSupplier isServing, final CountDownLatch stop, final Runnable ready)
        throws InterruptedException {
        while (!isServing.getAsBoolean() && !stop.await(1, TimeUnit.MILLISECONDS)) {
            Thread.onSpinWait();
        }
        if (isServing.getAsBoolean()) {
            ready.run();
        }
    }
}
