package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A directory that is put back to an earlier point, as a backup or a snapshot of a machine does it (rule 12). */
class RestoredDirectoryTest {
    private static final int OTHER_HISTORY = 74;

    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void shouldHaltOnACopyUntilAnOperatorSaysThatItIsRestored() throws IOException {
        final CoordinatorChild first = house.coordinator();
        final Peer peer = house.peer("peer", first);
        peer.register("one", new HeldParticipant());
        peer.register("two", new HeldParticipant());
        int served = peer.assertServes(0, "one", "two");
        first.kill();
        final Path copy = house.path("copy");
        copy(first.directory(), copy);
        first.start();
        served = peer.assertServes(served, "one", "two");
        first.kill();

        // its next epoch is the one that the peer has seen, with another nonce
        first.loseMemory();
        delete(first.directory());
        copy(copy, first.directory());
        final ChildJvm restored = first.jvm().start();
        assertEquals(OTHER_HISTORY, restored.exitStatus(Conditions.LIMIT_S));
        assertTrue(restored.said().contains("dtm coordinator --restored"), restored.said());

        final CoordinatorChild explicit = first.again("--restored").start();
        served = peer.assertServes(served, "one", "two");
        explicit.kill();
        // for one start
        first.again("--confirm-recovered").start();
        peer.assertServes(served, "one", "two");
        Conditions.await("the operator's word", () -> first.story().count("operatorConfirmRecovered") == 1);
        final List<Integer> epochs =
            first.story().epochs().stream().map(epoch -> (Integer) epoch.arguments().get(1)).toList();
        assertEquals(List.of(1, 2), epochs.subList(0, 2));
        assertTrue(epochs.get(2) >= 1002, epochs::toString);
        assertEquals(List.of(epochs.get(2) + 1), epochs.subList(3, epochs.size()));
    }

    private static void copy(final Path from, final Path to) throws IOException {
        try (var paths = Files.walk(from)) {
            for (final Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    private static void delete(final Path directory) throws IOException {
        try (var paths = Files.walk(directory)) {
            for (final Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
