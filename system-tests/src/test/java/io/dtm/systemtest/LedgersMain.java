package io.dtm.systemtest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A process that has two {@link Ledgers} written until it is told to end, and then compares them. */
public final class LedgersMain {
    /** What it says again and again, when some more transactions have ended. */
    static final String WRITTEN = "written";
    /** What it says in the end, if all agree. */
    static final String GOOD = "ledgers agree";

    /** Then come the errors that its connections were told, a line each. */
    static final String ERRORS = "errors:";
    /** More than three connections are told of some causes in some minutes. */
    static final int FEW_ERRORS = 60;

    private static final int AT_ONCE = 20;

    private LedgersMain() {
    }

    /** @param arguments endpoint of the coordinator, directory for media drivers, a file that tells it to end. */
    public static void main(final String[] arguments) {
        final Path end = Path.of(arguments[2]);
        final Peer[] peers = new Peer[3];
        for (int i = 0; i < peers.length; i++) {
            peers[i] = new Peer(
                "peer-" + i, Path.of(arguments[1]).resolve("aeron-" + i), null, List.of(arguments[0]));
        }
        final Ledgers ledgers = new Ledgers(peers[0], peers[1], peers[2]);
        int written = 0;
        while (!Files.exists(end)) {
            ledgers.write(AT_ONCE);
            written += AT_ONCE;
            System.out.println(WRITTEN + " " + written);
        }
        ledgers.assertGood();
        System.out.println(GOOD);
        System.out.println(ERRORS);
        for (final Peer peer : peers) {
            peer.connections().stream().filter(line -> line.startsWith("error ")).forEach(System.out::println);
        }
        for (final Peer peer : peers) {
            peer.close();
        }
    }
}
