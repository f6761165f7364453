package io.dtm.bench;

import io.dtm.server.process.FreePorts;
import io.dtm.server.process.ReadyLine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.agrona.IoUtil;

/** The processes of one run, and the run itself. */
final class RigHouse implements AutoCloseable {
    private static final int START_SECONDS = 60;

    private final RigConfiguration configuration;
    private final Path directory;
    private final ArrayDeque<RigProcess> processes = new ArrayDeque<>();
    private final Thread atExit = new Thread(this::clear, "rig-exit");

    RigHouse(final RigConfiguration configuration) {
        this.configuration = configuration;
        this.directory = configuration.directory();
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    RigReport run() throws IOException, InterruptedException {
        final Histogram roundTrip = configuration.floorSeconds() > 0 ? roundTripFloor() : null;
        final Histogram force = configuration.floorSeconds() > 0
            ? ForceFloor.measure(directory, configuration.floorSeconds()) : null;

        final int port = FreePorts.udpPair();
        final RigProcess coordinator = coordinator(port);
        final List<RigProcess> participants = new ArrayList<>();
        for (int i = 0; i < configuration.participants(); i++) {
            participants.add(participant(port, i));
        }
        for (final RigProcess participant : participants) {
            participant.await(RigParticipant.READY, START_SECONDS);
        }
        final RigProcess client = client(port);
        client.await(RigClient.READY, START_SECONDS);
        final List<RigLevel> levels = new ArrayList<>();
        for (final int level : configuration.inFlight()) {
            levels.add(level(client, coordinator, participants, level));
        }
        final long committed = Long.parseLong(client.await(RigClient.TOTAL, START_SECONDS).trim());
        client.close();
        final List<long[]> branches = counts(participants);
        return new RigReport(
            conditions(), roundTrip, force, levels, committed, branches, problem(committed, branches));
    }

    private RigLevel level(
        final RigProcess client, final RigProcess coordinator, final List<RigProcess> participants, final int level)
        throws IOException, InterruptedException {
        final int limit = 180 + configuration.warmUpSeconds() + configuration.seconds();
        client.await(RigClient.MEASURING + level, limit);
        final Map<String, Long> before = cpu(client, coordinator, participants);
        final String text = client.await(RigClient.LEVEL, limit);
        final Map<String, Long> cpu = cpu(client, coordinator, participants);
        cpu.replaceAll((name, ns) -> ns - before.get(name));
        return RigLevel.parse(text, cpu, ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private static Map<String, Long> cpu(
        final RigProcess client, final RigProcess coordinator, final List<RigProcess> participants) {
        final Map<String, Long> cpu = new LinkedHashMap<>();
        cpu.put("client", client.cpuNs());
        cpu.put("coordinator", coordinator.cpuNs());
        cpu.put("participants", participants.stream().mapToLong(RigProcess::cpuNs).sum());
        return cpu;
    }

    private Histogram roundTripFloor() throws IOException, InterruptedException {
        final String here = "localhost:" + FreePorts.udpPair();
        final String there = "localhost:" + FreePorts.udpPair();
        final String idle = configuration.idle().name();
        try (RigProcess echo = start("echo", AeronFloor.class, configuration.jvmOptions(),
                List.of(directory.resolve("echo/aeron").toString(), there, here, idle));
            AeronFloor floor =
                AeronFloor.open(directory.resolve("floor/aeron").toString(), here, there, configuration.idle())) {
            echo.await(AeronFloor.READY, START_SECONDS);
            return floor.roundTrips(configuration.floorSeconds());
        }
    }

    private RigProcess coordinator(final int port) throws IOException, InterruptedException {
        final List<String> options = new ArrayList<>(configuration.jvmOptions());
        options.addAll(configuration.coordinatorJvmOptions());
        mtu(options);
        final RigProcess coordinator = start("coordinator", RigCoordinator.class, options, List.of(
            "coordinator",
            "-D", "dtm.directory=" + directory.resolve("coordinator"),
            "-D", "dtm.ingress.endpoint=localhost:" + port,
            "-D", "dtm.durability=" + configuration.durability()));
        coordinator.await(ReadyLine.COORDINATOR, START_SECONDS);
        return coordinator;
    }

    private RigProcess participant(final int port, final int index) throws IOException {
        final String name = "participant-" + index;
        final List<String> arguments = peer(port, name);
        for (int resource = index; resource < configuration.branches(); resource += configuration.participants()) {
            arguments.add(resource(resource));
        }
        return start(name, RigParticipant.class, mtu(new ArrayList<>(configuration.jvmOptions())), arguments);
    }

    private RigProcess client(final int port) throws IOException {
        final List<String> arguments = peer(port, "client");
        arguments.add(Integer.toString(configuration.warmUpSeconds()));
        arguments.add(Integer.toString(configuration.seconds()));
        arguments.add(Integer.toString(configuration.payloadBytes()));
        arguments.add(String.join(",", Arrays.stream(configuration.inFlight()).mapToObj(Integer::toString).toList()));
        for (int resource = 0; resource < configuration.branches(); resource++) {
            arguments.add(resource(resource));
        }
        return start("client", RigClient.class, mtu(new ArrayList<>(configuration.jvmOptions())), arguments);
    }

    private List<String> peer(final int port, final String name) {
        final Path driver = configuration.driver() == RigDriver.EMBEDDED
            ? directory.resolve(name).resolve("aeron")
            : directory.resolve("coordinator").resolve("aeron");
        return new ArrayList<>(List.of("localhost:" + port, configuration.idle().name(),
            configuration.driver().text(), driver.toString()));
    }

    private List<String> mtu(final List<String> options) {
        if (configuration.mtu() > 0) {
            options.add("-Ddtm.transport.mtu.length=" + configuration.mtu());
        }
        return options;
    }

    private static String resource(final int index) {
        return "resource-" + index;
    }

    private RigProcess start(
        final String name, final Class<?> main, final List<String> options, final List<String> arguments)
        throws IOException {
        final RigProcess process = RigProcess.start(name, main, options, arguments);
        synchronized (processes) {
            processes.push(process);
        }
        return process;
    }

    private static List<long[]> counts(final List<RigProcess> participants) throws IOException, InterruptedException {
        participants.forEach(RigProcess::order);
        final List<long[]> counts = new ArrayList<>();
        for (final RigProcess participant : participants) {
            counts.add(Arrays.stream(participant.await(RigParticipant.COUNTS, START_SECONDS).trim().split(" "))
                .mapToLong(Long::parseLong).toArray());
        }
        return counts;
    }

    /** Every branch of every transaction that was reported committed was committed, once, and no other was prepared. */
    private String problem(final long committed, final List<long[]> counts) {
        final long prepared = counts.stream().mapToLong(count -> count[0]).sum();
        final long branchesCommitted = counts.stream().mapToLong(count -> count[1]).sum();
        final long rolledBack = counts.stream().mapToLong(count -> count[2]).sum();
        final long expected = committed * configuration.branches();
        return prepared == expected && branchesCommitted == expected && rolledBack == 0 ? null
            : "told " + committed + " commits, but branches prepared " + prepared + ", committed "
                + branchesCommitted + ", rolled back " + rolledBack;
    }

    private Map<String, String> conditions() throws IOException {
        final Map<String, String> conditions = new LinkedHashMap<>();
        final FileStore store = Files.getFileStore(directory);
        conditions.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        conditions.put("jvm", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        conditions.put("jvm options", String.join(" ", configuration.jvmOptions()) + " | coordinator: "
            + String.join(" ", configuration.coordinatorJvmOptions()));
        conditions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        conditions.put("storage", store.name() + " " + store.type() + " at " + directory.getParent());
        conditions.put("durability", configuration.durability());
        conditions.put("transport", (configuration.driver() == RigDriver.IPC ? "IPC" : "UDP loopback") + ", driver "
            + configuration.driver().text() + ", mtu "
            + (configuration.mtu() > 0 ? configuration.mtu() : "default"));
        conditions.put("idle", configuration.idle().name() + " (client, participants, floor)");
        conditions.put("transactions", configuration.branches() + " branches over " + configuration.participants()
            + " processes, payload " + configuration.payloadBytes() + " bytes a branch, one shot, DECIDED");
        conditions.put("seconds", configuration.seconds() + " after " + configuration.warmUpSeconds() + " of warm-up");
        return conditions;
    }

    private void clear() {
        synchronized (processes) {
            processes.forEach(RigProcess::order);
            processes.forEach(RigProcess::close);
            processes.clear();
        }
        IoUtil.delete(directory.toFile(), true);
    }

    @Override
    public void close() {
        clear();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (final IllegalStateException ignore) {
            // The hook is running already.
        }
    }
}
