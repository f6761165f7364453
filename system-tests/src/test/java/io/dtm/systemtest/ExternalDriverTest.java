package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.client.Acknowledge;
import io.dtm.session.ClientTransaction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A coordinator whose media driver is another process, which outlives it (aeron issue 1686). */
class ExternalDriverTest {
    private static final String WARNING = "its media driver tells peers only after";

    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    private static CompletableFuture<Answer> commitInteractive(
        final Peer client, final int oneResource, final int otherResource) {
        final ClientTransaction transaction = client.begin(60_000);
        assertEquals(Peer.JOINED, Conditions.await("one", client.enlist(transaction, oneResource, 8)));
        assertEquals(Peer.JOINED, Conditions.await("other", client.enlist(transaction, otherResource, 8)));
        return client.commit(transaction, Acknowledge.DECIDED);
    }

    @Test
    void shouldWarnOfAMediaDriverThatNoticesItsDeathTooLate() {
        final Path directory = house.path("driver");
        house.mediaDriver(directory);

        final CoordinatorChild coordinator = house.coordinator("aeron.dir=" + directory, "dtm.session.timeout=6s");

        assertTrue(coordinator.jvm().said().contains(
            WARNING + " 5000 ms, and their sessions are lost 6000 ms after"),
            coordinator.jvm()::said);
    }

    @Test
    void shouldResumeWithEverybodyWhenTheCoordinatorIsKilledAndItsMediaDriverLivesOn() {
        final Path directory = house.path("driver");
        final ChildJvm driver = house.mediaDriver(directory);
        final CoordinatorChild coordinator = house.coordinator("aeron.dir=" + directory);
        assertFalse(Files.exists(coordinator.directory().resolve("aeron")), "no driver of its own");
        final HeldParticipant held = new HeldParticipant().withholdsVotes();
        final HeldParticipant willing = new HeldParticipant();
        final Peer neighbour = house.own(
            new Peer("neighbour", null, directory, List.of(coordinator.endpoint())));
        neighbour.register("held", held);
        house.peer("far", coordinator).register("willing", willing);
        final Peer client = house.peer("client", coordinator);
        final int heldId = client.lookUp("held");
        final int willingId = client.lookUp("willing");
        final CompletableFuture<Answer> far = client.submit(client.request("work", heldId, willingId));
        final CompletableFuture<Answer> near = neighbour.submit(neighbour.request("work", heldId, willingId));
        // their sessions must be resumed in time: when they are lost, so is what isn't submitted
        final CompletableFuture<Answer> farInteractive = commitInteractive(client, heldId, willingId);
        final CompletableFuture<Answer> nearInteractive = commitInteractive(neighbour, heldId, willingId);
        Conditions.await("PREPAREs", () -> held.prepares().size() == 4 && willing.prepares().size() == 4);
        Conditions.await("votes", () -> coordinator.story().count("vote") == 4);

        coordinator.kill();
        coordinator.start();
        held.prepares().forEach(HeldParticipant.Prepare::yes);

        Conditions.await(() -> "outcome, but: " + client.connections() + coordinator.jvm().said(), far::isDone);
        Conditions.await("outcome", far).assertCommitted();
        Conditions.await("outcome", near).assertCommitted();
        Conditions.await("outcome", farInteractive).assertCommitted();
        Conditions.await("outcome", nearInteractive).assertCommitted();
        Conditions.await("COMMITs", () -> held.decisions().size() == 4 && willing.decisions().size() == 4);
        assertFalse(coordinator.jvm().said().contains(WARNING), coordinator.jvm()::said);
        held.votes(true);
        Conditions.await("outcome", client.submit(client.request("work", heldId, willingId))).assertCommitted();
        Conditions.await("outcome", neighbour.submit(neighbour.request("work", heldId, willingId)))
            .assertCommitted();
        assertEquals(2, coordinator.story().epochs().size());
        assertTrue(driver.isAlive());
    }
}
