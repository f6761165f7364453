package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Two networks of their own (namespaces of the kernel) and a link between them, which can be taken down, and made
 * silent in one direction. The machine's own network isn't touched. A test is skipped where they can't be had: they
 * need root or user namespaces, and unshare(1), nsenter(1), ip(8). One thread.
 */
final class TwoNetworks implements AutoCloseable {
    private static final int LIMIT_S = 30;
    /** Aeron sends something more often, with a link or without. */
    private static final long QUIET_MS = 500;
    private static final String NOBODYS_ADDRESS = "02:00:00:00:00:99";

    /** Who is in which. */
    enum Side {
        COORDINATOR("dtm-c", "10.77.0.1"),
        PEERS("dtm-p", "10.77.0.2");

        private final String device;
        private final String address;

        Side(final String device, final String address) {
            this.device = device;
            this.address = address;
        }

        /** @return the other one. */
        Side other() {
            return this == COORDINATOR ? PEERS : COORDINATOR;
        }
    }

    private final Path log;
    private final boolean isRoot;
    private final List<Process> holders = new ArrayList<>();

    private TwoNetworks(final Path log, final boolean isRoot) {
        this.log = log;
        this.isRoot = isRoot;
    }

    /** Makes them, with the link up. */
    static TwoNetworks of(final House house) {
        final TwoNetworks networks = house.own(new TwoNetworks(house.path("networks-log"), isRoot()));
        for (final Side side : Side.values()) {
            if (!networks.hold(side)) {
                return abort("no network namespaces: unshare(1) -n needs root, and -rn isn't allowed or not there: "
                    + networks.said());
            }
        }
        final boolean isLinked = networks.run(Side.COORDINATOR, "ip", "link", "add", "name", Side.COORDINATOR.device,
            "type", "veth", "peer", "name", Side.PEERS.device, "netns", networks.pid(Side.PEERS));
        boolean isUp = isLinked;
        for (final Side side : Side.values()) {
            isUp = isUp && networks.run(side, "ip", "link", "set", "lo", "up")
                && networks.run(side, "ip", "address", "add", side.address + "/24", "dev", side.device)
                && networks.run(side, "ip", "link", "set", side.device, "up");
        }
        return isUp ? networks : abort("no link between network namespaces, by ip(8): " + networks.said());
    }

    private static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Starts a process that does nothing but be in a network. */
    private boolean hold(final Side side) {
        final List<String> command = new ArrayList<>();
        if (isRoot) {
            command.addAll(List.of("unshare", "-n"));
        } else if (side == Side.COORDINATOR) {
            command.addAll(List.of("unshare", "-rn"));
        } else {
            // the same user namespace, so that the two may be linked
            command.addAll(List.of(
                "nsenter", "-U", "--preserve-credentials", "-t", pid(Side.COORDINATOR), "unshare", "-n"));
        }
        command.addAll(List.of("sleep", "infinity"));
        try {
            final Process holder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
            holders.add(holder);
            Conditions.await("a network, or the end of unshare", () -> !holder.isAlive() || isAsleep(holder));
            return holder.isAlive();
        } catch (final IOException noSuchProgram) {
            return false;
        }
    }

    private static boolean isAsleep(final Process holder) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(holder.pid()), "comm")).strip().equals("sleep");
        } catch (final IOException gone) {
            return false;
        }
    }

    private String pid(final Side side) {
        return Long.toString(holders.get(side.ordinal()).pid());
    }

    /** @return words before the command line of what is to run in a network; it becomes that command. */
    List<String> inside(final Side side) {
        return isRoot ? fromOther(side)
            : List.of("nsenter", "-U", "--preserve-credentials", "-n", "-t", pid(side));
    }

    /** @return the same for a command line that is begun in the other network. */
    List<String> fromOther(final Side side) {
        return List.of("nsenter", "-n", "-t", pid(side));
    }

    /** @return at which that side listens for the other one. */
    String address(final Side side) {
        return side.address;
    }

    /** Takes that side's end of the link down: both ends are without a carrier, that side is without a route too. */
    void takeDown(final Side side) {
        change(side, "ip", "link", "set", side.device, "down");
    }

    void putUp(final Side side) {
        change(side, "ip", "link", "set", side.device, "up");
    }

    /** What that side sends goes to an Ethernet address that nobody has, from now on; what it receives arrives. */
    void silence(final Side side) {
        change(side, "ip", "neighbour", "replace", side.other().address, "lladdr", NOBODYS_ADDRESS,
            "dev", side.device, "nud", "permanent");
    }

    void endSilence(final Side side) {
        change(side, "ip", "neighbour", "del", side.other().address, "dev", side.device);
    }

    /** @return how many UDP datagrams were received there, by the kernel's count. */
    long datagrams(final Side side) {
        try {
            final List<String> udp = Files.readAllLines(Path.of("/proc", pid(side), "net/snmp")).stream()
                .filter(line -> line.startsWith("Udp: ")).toList();
            final int column = List.of(udp.get(0).split(" ")).indexOf("InDatagrams");
            return Long.parseLong(udp.get(1).split(" ")[column]);
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Waits until what had arrived there before is read, and nothing more comes. */
    void awaitDeaf(final Side side) {
        final long[] last = {-1};
        Conditions.await(side + " receives nothing any more", () -> {
            DemoRun.sleep(QUIET_MS);
            final long before = last[0];
            last[0] = datagrams(side);
            return last[0] == before;
        });
    }

    private void change(final Side side, final String... command) {
        if (!run(side, command)) {
            fail(String.join(" ", command) + ": " + said());
        }
    }

    private boolean run(final Side side, final String... command) {
        final List<String> all = new ArrayList<>(inside(side));
        all.addAll(List.of(command));
        try {
            final Process process = new ProcessBuilder(all).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
            if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (final IOException noSuchProgram) {
            return false;
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private String said() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        // the link goes with the networks
        holders.forEach(holder -> holder.destroyForcibly().onExit().join());
    }
}
