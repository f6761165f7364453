package io.dtm.systemtest;

import io.dtm.server.process.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * All that one test starts, on a directory of its own; closed in the reverse order, also when the test fails. One
 * thread.
 */
final class House implements AutoCloseable {
    private final Path directory;
    private final Deque<AutoCloseable> owned = new ArrayDeque<>();
    private int numbers;

    House() {
        try {
            directory = Files.createTempDirectory("dtm-system-test-");
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    Path directory() {
        return directory;
    }

    /** @return a path that nobody else uses. */
    Path path(final String name) {
        return directory.resolve(name + "-" + ++numbers);
    }

    <T extends AutoCloseable> T own(final T closeable) {
        owned.push(closeable);
        return closeable;
    }

    /** Starts a coordinator and waits until it serves. */
    CoordinatorChild coordinator(final String... settings) {
        return coordinator(List.of(), settings);
    }

    CoordinatorChild coordinator(final List<String> jvmOptions, final String... settings) {
        return own(new CoordinatorChild(this, path("coordinator"), jvmOptions, List.of(settings))).start();
    }

    /** Starts a media driver, a process of its own, and waits until it is there. */
    ChildJvm mediaDriver(final Path driverDirectory) {
        final ChildJvm driver = own(new ChildJvm("media driver", path("driver-log"),
            List.of("-Daeron.dir=" + driverDirectory, "-Daeron.threading.mode=SHARED",
                "-Daeron.shared.idle.strategy=org.agrona.concurrent.BackoffIdleStrategy",
                "-Daeron.client.liveness.timeout=5s"),
            "io.aeron.driver.MediaDriver", List.of()));
        driver.start();
        Conditions.await(() -> "the driver is up:\n" + driver.said(),
            () -> Files.exists(driverDirectory.resolve("cnc.dat")));
        return driver;
    }

    /** A connection of this JVM. */
    Peer peer(final String name, final CoordinatorChild... coordinators) {
        final List<String> endpoints = List.of(coordinators).stream().map(CoordinatorChild::endpoint).toList();
        return own(new Peer(name, path(name + "-aeron"), null, endpoints));
    }

    /** A participant with a resource on disk, in a process of its own; not started. */
    ChildJvm participantProcess(final String resource, final Path store, final CoordinatorChild coordinator,
        final String... options) {
        return own(new ChildJvm(resource, path(resource + "-log"), List.of(options), ParticipantMain.class.getName(),
            List.of(coordinator.endpoint(), path(resource + "-aeron").toString(), store.toString(), resource)));
    }

    @Override
    public void close() {
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (final Exception failed) {
                System.err.println("not closed: " + failed);
            }
        }
        try (var paths = Files.walk(directory)) {
            for (final Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (final IOException failed) {
            System.err.println("not deleted: " + failed);
        }
    }

    /** @return a free UDP port whose successor is free too. */
    static int freeUdpPorts() {
        try {
            return FreePorts.udpPair();
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
