package io.dtm.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures the whole: a client, a coordinator and participants that do nothing, each in a process of its own, on this
 * machine. Prints commits a second and latency by the number of one-shot transactions in flight, and in the same run
 * the floor under them.
 * <pre>
 *   mvn -q -B -DskipTests -pl bench -am package
 *   java --add-opens java.base/jdk.internal.misc=ALL-UNNAMED -cp "bench/target/classes:bench/target/lib/*" \
 *       io.dtm.bench.LoadRig --seconds 20 --in-flight 1,64,1024,4096 --branches 2
 * </pre>
 * Everything that it starts ends with it, and what it writes goes, but for the results.
 */
@Command(
    name = "LoadRig",
    description = "Measures commits a second and latency with client, coordinator and participants in processes of "
        + "their own. Started by: java --add-opens java.base/jdk.internal.misc=ALL-UNNAMED "
        + "-cp \"bench/target/classes:bench/target/lib/*\" io.dtm.bench.LoadRig",
    sortOptions = false,
    showDefaultValues = true,
    mixinStandardHelpOptions = true)
public final class LoadRig implements Callable<Integer> {
    @Option(names = "--seconds", description = "Measured time of each level.")
    private int seconds = 10;

    @Option(names = "--warm-up", description = "Seconds before that, of each level.")
    private int warmUpSeconds = 5;

    @Option(names = "--in-flight", split = ",", description = "Numbers of transactions in flight, one level each.")
    private int[] inFlight = {1, 64, 1024, 4096};

    @Option(names = "--branches", description = "Of each transaction: 1 to 100.")
    private int branches = 2;

    @Option(names = "--participants", description = "Processes that the branches are spread over.")
    private int participants = 2;

    @Option(names = "--payload", description = "Bytes of each branch.")
    private int payloadBytes = 32;

    @Option(names = "--durability", description = "Of the coordinator: force or append.")
    private String durability = "force";

    @Option(names = "--driver", description = "Media driver of client and participants: ${COMPLETION-CANDIDATES}; "
        + "the last two use the coordinator's.")
    private RigDriver driver = RigDriver.EMBEDDED;

    @Option(names = "--ipc", description = "The same as --driver IPC: shared memory instead of UDP.")
    private boolean isIpc;

    @Option(names = "--mtu", description = "Greatest UDP payload, bytes; 0: the default of the transport.")
    private int mtu;

    @Option(names = "--idle", description = "Of client, participants and floor: ${COMPLETION-CANDIDATES}.")
    private RigIdle idle = RigIdle.BACKOFF;

    @Option(names = "--directory", description = "Parent of the journal's directory: which disk is measured. "
        + "Default: that of temporary files.")
    private Path parent;

    @Option(names = "--jvm", description = "An option for the JVM of every process; may be repeated.")
    private List<String> jvmOptions = new ArrayList<>();

    @Option(names = "--coordinator-jvm", description = "An option for the coordinator's JVM alone; may be repeated.")
    private List<String> coordinatorJvmOptions = new ArrayList<>();

    @Option(names = "--floor-seconds", description = "For each of the two floors; 0: none.")
    private int floorSeconds = 3;

    @Option(names = "--json", description = "File for the results.")
    private Path json = Path.of("bench/results/load-rig.json");

    private LoadRig() {
    }

    /** @param arguments see {@code --help}. */
    public static void main(final String[] arguments) {
        System.exit(new CommandLine(new LoadRig()).setCaseInsensitiveEnumValuesAllowed(true).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        final RigReport report = run(configuration());
        System.out.print(report.text());
        if (json.toAbsolutePath().getParent() != null) {
            Files.createDirectories(json.toAbsolutePath().getParent());
        }
        Files.writeString(json, report.json());
        System.out.println("written to " + json);
        return report.problem() == null ? 0 : 1;
    }

    /** Everything in a directory that is deleted at the end. */
    static RigReport run(final RigConfiguration configuration) throws IOException, InterruptedException {
        try (RigHouse house = new RigHouse(configuration)) {
            return house.run();
        }
    }

    private RigConfiguration configuration() throws IOException {
        if (branches < 1 || branches > 100 || participants < 1 || payloadBytes < 0
            || inFlight.length == 0 || Arrays.stream(inFlight).anyMatch(level -> level < 1)) {
            throw new IllegalArgumentException("branches are 1 to 100, participants and numbers in flight at least 1");
        }
        final Path directory = parent == null
            ? Files.createTempDirectory("dtm-rig-")
            : Files.createTempDirectory(Files.createDirectories(parent), "dtm-rig-");
        return new RigConfiguration(
            directory, seconds, warmUpSeconds, floorSeconds, inFlight, branches, Math.min(participants, branches),
            payloadBytes, durability, isIpc ? RigDriver.IPC : driver, mtu, idle, jvmOptions, coordinatorJvmOptions);
    }
}
