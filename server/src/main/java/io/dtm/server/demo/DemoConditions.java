package io.dtm.server.demo;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * For tests: under which conditions the demo runs, above all what lies between its processes and the coordinator.
 * Without any of these options all of them are on loopback, each with a media driver of its own.
 */
final class DemoConditions {
    @Option(names = "--coordinator-under", hidden = true, paramLabel = "WORDS", split = " ",
        description = "What comes before the coordinator's command line and becomes that command, as nsenter(1).")
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

    @Option(names = "--no-kills", hidden = true, description = "Nobody is killed.")
    private boolean noKills;

    @Option(names = "--until", hidden = true, paramLabel = "FILE",
        description = "Transfers are made until this is there, also after the seconds are over.")
    private Path until;

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

    /** @return whether processes are killed. */
    boolean kills() {
        return !noKills;
    }

    /** @return whether transfers are to be made though the time is over. */
    boolean goOn() {
        return until != null && !Files.exists(until);
    }
}
