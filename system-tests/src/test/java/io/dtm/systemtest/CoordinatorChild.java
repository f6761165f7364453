package io.dtm.systemtest;

import io.dtm.server.process.ReadyLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A coordinator's process and its data directory: started, killed and started again on the same ground. */
final class CoordinatorChild implements AutoCloseable {
    private static final String MAIN = "io.dtm.server.Dtm";

    private final House house;
    private final Path directory;
    private final String endpoint;
    private final List<String> jvmOptions;
    private final List<String> settings;
    private final ChildJvm jvm;

    CoordinatorChild(
        final House house, final Path directory, final List<String> jvmOptions, final List<String> settings) {
        this(house, directory, "localhost:" + House.freeUdpPorts(), jvmOptions, settings, List.of());
    }

    private CoordinatorChild(
        final House house,
        final Path directory,
        final String endpoint,
        final List<String> jvmOptions,
        final List<String> settings,
        final List<String> options) {
        this.house = house;
        this.directory = directory;
        this.endpoint = endpoint;
        this.jvmOptions = jvmOptions;
        this.settings = settings;
        final List<String> arguments = new ArrayList<>(List.of("coordinator",
            "-D", "dtm.directory=" + directory,
            "-D", "dtm.driver.directory=" + house.path("coordinator-aeron"),
            "-D", "dtm.ingress.endpoint=" + endpoint,
            "-D", "dtm.journal.segment.length=1m"));
        for (final String setting : settings) {
            arguments.addAll(List.of("-D", setting));
        }
        arguments.addAll(options);
        jvm = new ChildJvm("coordinator", house.path("coordinator-log"), jvmOptions, MAIN, arguments);
    }

    /** @return another process on the same data directory, with another endpoint, not started. */
    CoordinatorChild second() {
        return house.own(new CoordinatorChild(house, directory, List.of(), List.of()));
    }

    /** @return another process on the same data directory and endpoint, as set, with more options, not started. */
    CoordinatorChild again(final String... options) {
        return house.own(
            new CoordinatorChild(house, directory, endpoint, jvmOptions, settings, List.of(options)));
    }

    /** Starts it and waits until it serves. */
    CoordinatorChild start() {
        jvm.start().awaitLine(ReadyLine.COORDINATOR);
        return this;
    }

    void kill() {
        jvm.kill();
    }

    ChildJvm jvm() {
        return jvm;
    }

    Path directory() {
        return directory;
    }

    String endpoint() {
        return endpoint;
    }

    /** @return what the journal holds now; it may be running. */
    JournalStory story() {
        return JournalStory.read(directory.resolve("journal"));
    }

    /** Of a killed one: what it had staged and not forced goes, as at a reboot. */
    void loseMemory() {
        final Path pointer = directory.resolve("journal/coordinator.tail");
        try {
            if (Files.exists(pointer)) {
                Files.deleteIfExists(Path.of(Files.readAllLines(pointer).get(0)));
            }
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        jvm.close();
        loseMemory();
    }
}
