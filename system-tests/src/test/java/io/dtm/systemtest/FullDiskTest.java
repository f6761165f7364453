package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.client.Acknowledge;
import io.dtm.client.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A coordinator's process on a real file system that fills up, and on one whose device fails. The media driver lies
 * elsewhere: only the journal needs space there.
 */
class FullDiskTest {
    private static final int STORAGE_FAILED = 71;
    private static final int DISK_MB = 48;
    private static final String PAYLOAD = "x".repeat(16 * 1024);

    private final House house = new House();
    private final HeldParticipant willing = new HeldParticipant();
    private final HeldParticipant held = new HeldParticipant();
    private CoordinatorChild coordinator;
    private Peer peer;
    private int willingId;
    private int heldId;

    @AfterEach
    void close() {
        house.close();
    }

    private void start(final SmallDisk disk, final String storage, final String segmentLength) {
        coordinator = house.own(new CoordinatorChild(house, disk.directory().resolve("data"), List.of(), List.of(
            "dtm.journal.storage=" + storage, "dtm.journal.low.space=0",
            "dtm.journal.segment.length=" + segmentLength, "dtm.session.timeout=60s"))).start();
        peer = house.peer("peer", coordinator);
        peer.register("willing", willing);
        peer.register("held", held);
        willingId = peer.lookUp("willing");
        heldId = peer.lookUp("held");
    }

    private CompletableFuture<Answer> submit() {
        return peer.submit(peer.request(PAYLOAD, willingId, heldId));
    }

    private Answer serve() {
        Answer answer;
        do {
            answer = Conditions.await("outcome", submit());
        } while (answer.outcome() != null && answer.outcome().neverBegun());
        return answer;
    }

    /** @return what was committed until the first was refused. */
    private List<Answer> fillUntilRefused() {
        final List<Answer> committed = new ArrayList<>();
        Answer answer = serve();
        while (answer.refusal() == null) {
            committed.add(answer.assertCommitted());
            answer = serve();
        }
        answer.assertRefused(Refusal.STORAGE_FULL);
        assertTrue(answer.text().contains("make room; it resumes by itself"), answer.text());
        return committed;
    }

    private void assertKnown(final List<Answer> committed) {
        for (final Answer answer : committed) {
            Conditions.await("inquiry", peer.inquire(answer.transactionId(), Acknowledge.DECIDED)).assertCommitted();
        }
    }

    private void assertNoFault() {
        final String said = coordinator.jvm().said();
        assertFalse(said.contains("HALT") || said.contains("InternalError") || said.contains("SIGBUS"), said);
        assertTrue(coordinator.jvm().isAlive(), said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mapped", "staged"})
    void shouldRefuseNewOnesOnAFullDiskAndFinishRunningOnesAndResumeByItself(final String storage) {
        final SmallDisk disk = SmallDisk.of(house, DISK_MB);
        start(disk, storage, "4m");
        serve().assertCommitted();
        held.votes(false);
        final CompletableFuture<Answer> running = submit();
        Conditions.await("PREPARE", () -> held.prepares().stream().anyMatch(HeldParticipant.Prepare::isOpen));
        held.votes(true);

        disk.fill();
        final List<Answer> committed = fillUntilRefused();

        held.prepares().stream().filter(HeldParticipant.Prepare::isOpen).forEach(HeldParticipant.Prepare::yes);
        committed.add(Conditions.await("a running one", running).assertCommitted());
        assertEquals(1, coordinator.story().count("storageRefused"));
        assertEquals(0, coordinator.story().count("storageAvailable"));
        assertTrue(coordinator.jvm().said().contains("journal: no space for segment"), coordinator.jvm().said());
        assertNoFault();

        coordinator.kill();
        coordinator.start(); // Still full.
        assertKnown(committed);
        serve().assertRefused(Refusal.STORAGE_FULL);
        assertNoFault();

        disk.empty();
        Conditions.await("taken again", () -> serve().refusal() == null);
        serve().assertCommitted();
        assertEquals(1, coordinator.story().count("storageAvailable"));
        assertTrue(coordinator.jvm().said().contains("journal: there is space again"), coordinator.jvm().said());
        assertKnown(committed);
        assertNoFault();
    }

    /** Only what is reserved is left, and everything that may still be said eats of it. */
    @ParameterizedTest
    @ValueSource(strings = {"mapped", "staged"})
    void shouldStopWhenTheReserveIsUsedUpAndLoseNothing(final String storage) {
        final SmallDisk disk = SmallDisk.of(house, DISK_MB);
        start(disk, storage, "256k");
        disk.fill();
        final List<Answer> committed = fillUntilRefused();

        final String unknown = "u".repeat(200);
        final Peer talker = house.peer("talker", coordinator);
        while (coordinator.jvm().isAlive()) {
            final CompletableFuture<Integer> asked = talker.lookUpLater(0, unknown);
            Conditions.await("an answer, or its end", () -> asked.isDone() || !coordinator.jvm().isAlive());
        }

        assertEquals(STORAGE_FAILED, coordinator.jvm().exitStatus(Conditions.LIMIT_S));
        final String said = coordinator.jvm().said();
        assertTrue(said.contains("NO_SPACE - segment") && said.contains("Make space on it"), said);
        assertFalse(said.contains("InternalError") || said.contains("SIGBUS"), said);

        disk.empty();
        coordinator.start();
        assertKnown(committed);
        serve().assertCommitted();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mapped", "staged"})
    void shouldStopWhenAForceFailsAndLoseNothingThatWasAnswered(final String storage) {
        final SmallDisk disk = SmallDisk.overcommitted(house, DISK_MB, DISK_MB);
        start(disk, storage, "256k");
        final List<Answer> committed = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            committed.add(serve().assertCommitted());
        }
        disk.exhaustDevice();

        final List<CompletableFuture<Answer>> asked = new ArrayList<>();
        while (coordinator.jvm().isAlive()) {
            final CompletableFuture<Answer> one = submit();
            asked.add(one);
            Conditions.await("an answer, or its end", () -> one.isDone() || !coordinator.jvm().isAlive());
        }

        assertEquals(STORAGE_FAILED, coordinator.jvm().exitStatus(Conditions.LIMIT_S));
        final String said = coordinator.jvm().said();
        assertTrue(said.contains("HALT STORAGE_FAILED") && said.contains("FORCE_FAILED"), said);
        assertFalse(asked.get(asked.size() - 1).isDone(), "nothing is answered that a failed force was for");
    }
}
