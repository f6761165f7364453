package io.dtm.server.demo;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * What lies between the demo's processes and the coordinator, for tests that put a bad network there. Without any of
 * these options all of them are on loopback, each with a media driver of its own.
 */
final class DemoNetwork {
    @Option(names = "--coordinator-under", hidden = true, paramLabel = "WORD",
        description = "A word before the coordinator's command line, as 'nsenter'. May be given several times.")
    private List<String> coordinatorUnder = List.of();

    @Option(names = "--coordinator-setting", hidden = true, paramLabel = "NAME=VALUE",
        description = "Of the coordinator, in addition to the demo's own. May be given several times.")
    private List<String> coordinatorSettings = List.of();

    @Option(names = "--way-to-coordinator", hidden = true, paramLabel = "HOST:PORT",
        description = "What services and clients take for the coordinator's endpoint.")
    private String wayToCoordinator;

    @Option(names = "--media-driver", hidden = true, paramLabel = "DIR",
        description = "Of services and clients, instead of one of their own each.")
    private Path mediaDriver;

    /** @return words before the coordinator's command line. */
    List<String> coordinatorUnder() {
        return coordinatorUnder;
    }

    /** @return the coordinator's further settings. */
    List<String> coordinatorSettings() {
        return coordinatorSettings;
    }

    /** @return where services and clients find a coordinator that listens at an endpoint. */
    String wayTo(final String endpoint) {
        return wayToCoordinator == null ? endpoint : wayToCoordinator;
    }

    /** @return directory of the media driver that services and clients share; null: each has its own. */
    Path mediaDriver() {
        return mediaDriver;
    }
}
