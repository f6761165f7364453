package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A process that closes its connection says so: it isn't waited for, as if it were silent. */
class OrderlyEndTest {
    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    private static void assertSaysSo(final CoordinatorChild coordinator, final Peer participant, final Peer client) {
        participant.register("held", new HeldParticipant());
        final int id = client.lookUp("held");
        Conditions.await("outcome", client.submit(client.request("work", id))).assertCommitted();

        participant.close();
        client.close();

        Conditions.await(() -> "both sessions are closed, but " + coordinator.story().sessionsLost() + " were lost",
            () -> coordinator.story().count("sessionClose") == 2);
        assertEquals(0, coordinator.story().sessionsLost());
    }

    @Test
    void shouldSayThatItLeavesThroughAMediaDriverOfItsOwn() {
        final CoordinatorChild coordinator = house.coordinator();

        assertSaysSo(coordinator, house.peer("participant", coordinator), house.peer("client", coordinator));
    }

    @Test
    void shouldSayThatItLeavesThroughAMediaDriverOfAnotherProcess() {
        final Path directory = house.path("driver");
        house.mediaDriver(directory);
        final CoordinatorChild coordinator = house.coordinator();
        final List<String> endpoints = List.of(coordinator.endpoint());

        assertSaysSo(coordinator, house.own(new Peer("participant", null, directory, endpoints)),
            house.own(new Peer("client", null, directory, endpoints)));
    }
}
