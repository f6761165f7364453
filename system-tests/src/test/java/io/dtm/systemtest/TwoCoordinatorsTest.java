package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How the design scales: a participant serves several coordinators at once. */
class TwoCoordinatorsTest {
    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void shouldServeTwoCoordinatorsAtOnceAndGoOnWithOneWhenTheOtherIsKilled() {
        final CoordinatorChild first = house.coordinator();
        final CoordinatorChild second = house.coordinator();
        final HeldParticipant held = new HeldParticipant().withholdsVotes();
        final Peer service = house.peer("service", first, second);
        service.register("held", held);
        service.register("willing", new HeldParticipant());
        final Peer client = house.peer("client", first, second);

        final CompletableFuture<Answer> one = submit(client, 0);
        final CompletableFuture<Answer> two = submit(client, 1);
        Conditions.await("both PREPAREs", () -> held.prepares().size() == 2);
        assertNotEquals(
            held.prepares().get(0).branch.coordinatorId(), held.prepares().get(1).branch.coordinatorId());
        held.prepares().forEach(HeldParticipant.Prepare::yes);
        Conditions.await("outcome", one).assertCommitted();
        Conditions.await("outcome", two).assertCommitted();
        Conditions.await("both COMMITs", () -> held.decisions().size() == 2);

        // one of them dies while it is being served
        final CompletableFuture<Answer> interrupted = submit(client, 0);
        Conditions.await("PREPARE", () -> held.prepares().size() == 3);
        first.kill();
        final CompletableFuture<Answer> undisturbed = submit(client, 1);
        Conditions.await("PREPARE", () -> held.prepares().size() == 4);
        held.prepares().get(3).yes();
        Conditions.await("outcome", undisturbed).assertCommitted();
        assertFalse(interrupted.isDone());

        first.start();
        held.prepares().get(2).yes();
        Conditions.await("outcome", interrupted).assertCommitted();
        Conditions.await("all COMMITs", () -> held.decisions().stream().filter(decision -> decision.isCommit).count() == 4);
        Conditions.await("the end", () ->
            first.story().transactionsInFlight() + second.story().transactionsInFlight() == 0);
        assertEquals(2, first.story().count("submitStart"));
        assertEquals(2, second.story().count("submitStart"));
    }

    private static CompletableFuture<Answer> submit(final Peer client, final int coordinator) {
        return client.submit(coordinator, client.request("work",
            client.lookUp(coordinator, "held"), client.lookUp(coordinator, "willing")).timeoutMs(50_000));
    }
}
