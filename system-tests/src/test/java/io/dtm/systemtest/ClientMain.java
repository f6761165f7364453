package io.dtm.systemtest;

import io.dtm.session.SubmitRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** A process that submits a transaction, says how it ended, and then another one. */
public final class ClientMain {
    /** What it says when it has submitted. */
    static final String SUBMITTED = "submitted";
    /** What it says of the first transaction; its outcome follows. */
    static final String FIRST = "first ended ";
    /** What it says of the second transaction; its outcome follows. */
    static final String SECOND = "second ended ";

    private ClientMain() {
    }

    /** @param arguments endpoint of the coordinator, directory for the media driver, names of resources. */
    public static void main(final String[] arguments) {
        final Peer peer = new Peer("client", Path.of(arguments[1]), null, List.of(arguments[0]));
        final int[] resources = Stream.of(arguments).skip(2).mapToInt(peer::lookUp).toArray();
        final SubmitRequest request = peer.request("work", resources);
        final CompletableFuture<Answer> first = peer.submit(request);
        System.out.println(SUBMITTED);
        System.out.println(FIRST + first.join() + peer.connections());
        System.out.println(SECOND + peer.submit(peer.request("work", resources)).join());
        peer.close();
    }
}
