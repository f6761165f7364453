package io.dtm.systemtest;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A process that serves one resource, a directory, until it is killed. */
public final class ParticipantMain {
    /** What it says when the coordinator knows it. */
    static final String READY = "participant ready";
    /** A JVM option: never carry out or answer a decision. */
    static final String SILENT = "-Dsilent.on.decisions=true";

    private ParticipantMain() {
    }

    /**
     * @param arguments endpoint of the coordinator, directory for the media driver, directory of the resource, name of
     *                  the resource.
     * @throws InterruptedException if it is interrupted.
     */
    public static void main(final String[] arguments) throws InterruptedException {
        final Peer peer = new Peer(arguments[3], Path.of(arguments[1]), null, List.of(arguments[0]));
        peer.register(arguments[3], new DirectoryParticipant(
            Path.of(arguments[2]), Boolean.getBoolean("silent.on.decisions")));
        System.out.println(READY);
        new CountDownLatch(1).await();
    }
}
