package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A coordinator whose media driver is another process, which outlives it (aeron issue 1686). */
class ExternalDriverTest {
    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void shouldResumeWithEverybodyWhenTheCoordinatorIsKilledAndItsMediaDriverLivesOn() {
        final Path directory = house.path("driver");
        final ChildJvm driver = house.own(new ChildJvm("media driver", house.path("driver-log"),
            List.of("-Daeron.dir=" + directory, "-Daeron.threading.mode=SHARED", "-Daeron.shared.idle.strategy="
                + "org.agrona.concurrent.BackoffIdleStrategy", "-Daeron.dir.delete.on.start=true"),
            "io.aeron.driver.MediaDriver", List.of()));
        driver.start();
        Conditions.await(() -> "the driver is up:\n" + driver.said(), () -> Files.exists(directory.resolve("cnc.dat")));
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
        Conditions.await("PREPAREs", () -> held.prepares().size() == 2 && willing.prepares().size() == 2);
        Conditions.await("votes", () -> coordinator.story().count("vote") == 2);

        coordinator.kill();
        coordinator.start();
        held.prepares().forEach(HeldParticipant.Prepare::yes);

        Conditions.await(() -> "outcome, but: " + client.connections() + coordinator.jvm().said(), far::isDone);
        Conditions.await("outcome", far).assertCommitted();
        Conditions.await("outcome", near).assertCommitted();
        Conditions.await("COMMITs", () -> held.decisions().size() == 2 && willing.decisions().size() == 2);
        held.votes(true);
        Conditions.await("outcome", client.submit(client.request("work", heldId, willingId))).assertCommitted();
        Conditions.await("outcome", neighbour.submit(neighbour.request("work", heldId, willingId)))
            .assertCommitted();
        assertEquals(2, coordinator.story().epochs().size());
        assertTrue(driver.isAlive());
    }
}
