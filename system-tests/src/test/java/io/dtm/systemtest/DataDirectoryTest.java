package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A coordinator that doesn't start on a directory that isn't its own. */
class DataDirectoryTest {
    private static final int NOT_OWNER = 73;
    private static final Path ID = Path.of("journal", "coordinator.id");

    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    private void assertServes(final CoordinatorChild coordinator) {
        final Peer peer = house.peer("peer", coordinator);
        peer.register("one", new HeldParticipant());
        peer.register("two", new HeldParticipant());
        Conditions.await("outcome", peer.submit(peer.request("work", peer.lookUp("one"), peer.lookUp("two"))))
            .assertCommitted();
    }

    @Test
    void shouldRefuseASecondCoordinatorOnADirectoryWhileTheFirstGoesOn() {
        final CoordinatorChild first = house.coordinator();
        final ChildJvm second = first.second().jvm().start();

        assertEquals(NOT_OWNER, second.exitStatus(Conditions.LIMIT_S));

        final String said = second.said();
        assertTrue(said.contains("the coordinator doesn't start"), said);
        assertTrue(said.contains("data directory " + first.directory().resolve("journal") + " belongs to a coordinator"
            + " in another process (" + first.jvm().pid() + ")"), said);
        assertTrue(said.contains("stop that one first, or name another directory"), said);
        assertServes(first);

        // when the first is gone it starts, though it was killed
        first.kill();
        final CoordinatorChild third = first.second().start();
        assertEquals(2, third.story().epochs().size());
        assertServes(third);
    }

    @Test
    void shouldRefuseADirectoryWhoseIdIsAnotherCoordinators() throws IOException {
        final CoordinatorChild coordinator = house.coordinator();
        final CoordinatorChild other = house.coordinator();
        coordinator.kill();
        other.kill();
        final Path id = coordinator.directory().resolve(ID);
        final Path kept = Files.copy(id, house.path("kept-id"));
        Files.copy(other.directory().resolve(ID), id, StandardCopyOption.REPLACE_EXISTING);

        final ChildJvm foreign = coordinator.jvm().start();

        assertEquals(NOT_OWNER, foreign.exitStatus(Conditions.LIMIT_S));
        final String said = foreign.said();
        assertTrue(said.contains("the coordinator doesn't start"), said);
        assertTrue(said.contains(".segment"), said);
        assertTrue(said.contains(Files.readString(kept).trim()), said);
        assertTrue(said.contains(Files.readString(id).trim()), said);

        // nothing was changed: with its own id it starts
        Files.copy(kept, id, StandardCopyOption.REPLACE_EXISTING);
        assertServes(coordinator.start());
        assertEquals(2, coordinator.story().epochs().size());
    }
}
