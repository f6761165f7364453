package io.dtm.server.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {
    private static final int LIMIT_S = 60;
    private static final String GREETING = "here I am";

    @TempDir
    private Path directory;
    private ChildProcess child;

    /** The child's program: greets, and stays or goes. */
    public static final class Greeter {
        private Greeter() {
        }

        /** @param arguments whether to stay. */
        public static void main(final String[] arguments) throws InterruptedException {
            System.out.println(GREETING);
            if (Boolean.parseBoolean(arguments[0])) {
                Thread.sleep(LIMIT_S * 1_000L);
            }
            System.exit(3);
        }
    }

    @AfterEach
    void kill() throws InterruptedException {
        child.kill();
    }

    private ChildProcess child(final boolean stays) {
        child = new ChildProcess("greeter", directory.resolve("logs/greeter.log"), List.of(), Greeter.class.getName(),
            List.of(Boolean.toString(stays)));
        return child;
    }

    @Test
    void shouldHearOnlyWhatWasSaidSinceTheLastStart() throws Exception {
        child(true).start();
        child.awaitLine(GREETING, LIMIT_S);
        child.kill();

        child.start();
        child.awaitLine(GREETING, LIMIT_S);

        assertEquals(List.of(GREETING), child.said().lines().toList());
    }

    @Test
    void shouldTellHowItEndedWhenItEndsBeforeItSaysTheWord() throws Exception {
        child(false).start();

        final IOException failed = assertThrows(IOException.class, () -> child.awaitLine("something else", LIMIT_S));

        assertTrue(failed.getMessage().startsWith("greeter ended with status 3 before it said 'something else'"),
            failed::getMessage);
        assertTrue(failed.getMessage().contains(GREETING), failed::getMessage);
    }

    @Test
    void shouldStopAndGoOn() throws Exception {
        child(true).start();
        child.awaitLine(GREETING, LIMIT_S);

        child.pause();
        assertTrue(ChildProcess.isStopped(child.pid()));
        child.resume();

        while (ChildProcess.isStopped(child.pid())) {
            Thread.onSpinWait();
        }
        child.kill();
        assertFalse(child.isAlive());
        child.resume();
    }

    @Test
    void shouldGiveOutPairsOfPortsThatCanBeBound() throws Exception {
        child(false);
        final int port = FreePorts.udpPair();

        try (DatagramSocket first = new DatagramSocket(port, InetAddress.getLoopbackAddress());
             DatagramSocket second = new DatagramSocket(port + 1, InetAddress.getLoopbackAddress())) {
            assertTrue(first.isBound() && second.isBound());
        }
    }
}
