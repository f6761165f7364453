package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.client.AbortReason;
import io.dtm.codec.MarkDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** For how long a killed coordinator was down: that brings deadlines nearer, and nothing else does. */
class DowntimeTest {
    private static final long TWO_HOURS_NS = TimeUnit.HOURS.toNanos(2);

    private final House house = new House();
    private final HeldParticipant held = new HeldParticipant().withholdsVotes();
    private CoordinatorChild coordinator;
    private Peer peer;

    @AfterEach
    void close() {
        house.close();
    }

    /** What was only appended isn't in a staged journal's segments yet: they are as old as the last force. */
    @ParameterizedTest
    @ValueSource(strings = {"staged", "mapped"})
    void shouldNotTakeAQuietTimeForADowntime(final String storage) throws IOException {
        start(storage);
        final CompletableFuture<Answer> open = submitAndKill();
        ageSegments();

        startAgain();
        held.votes(true);
        held.prepares().get(held.prepares().size() - 1).yes();
        Conditions.await("outcome", open).assertCommitted();
        assertTrue(downtimeNs() < TWO_HOURS_NS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"staged", "mapped"})
    void shouldBringADeadlineNearerByADowntime(final String storage) throws IOException {
        start(storage);
        final CompletableFuture<Answer> open = submitAndKill();
        ageSegments();
        ageMark();

        startAgain();
        Conditions.await("outcome", open).assertAborted(AbortReason.DEADLINE);
        assertTrue(downtimeNs() >= TWO_HOURS_NS);
    }

    private void start(final String storage) {
        coordinator = house.coordinator("dtm.journal.storage=" + storage);
        peer = house.peer("peer", coordinator);
        peer.register("held", held);
        peer.register("willing", new HeldParticipant());
    }

    private CompletableFuture<Answer> submitAndKill() {
        final CompletableFuture<Answer> open =
            peer.submit(peer.request("open", peer.lookUp("willing"), peer.lookUp("held")));
        held.awaitPrepare();
        coordinator.kill();
        return open;
    }

    private void startAgain() {
        coordinator.start();
        Conditions.await("the participant is back", () -> peer.registeredEpoch("held") == 2);
    }

    private long downtimeNs() {
        return (Long) coordinator.story().epochs().get(1).arguments().get(5);
    }

    private void ageSegments() throws IOException {
        try (var files = Files.list(journal())) {
            for (final Path file : files.filter(one -> one.toString().endsWith(".segment")).toList()) {
                Files.setLastModifiedTime(file, FileTime.fromMillis(twoHoursAgoMs()));
            }
        }
    }

    private void ageMark() throws IOException {
        final ByteBuffer time = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        time.putLong(0, twoHoursAgoMs());
        try (FileChannel file =
            FileChannel.open(journal().resolve("coordinator.mark"), StandardOpenOption.WRITE)) {
            file.write(time, MarkDescriptor.TIMESTAMP_OFFSET);
        }
    }

    private static long twoHoursAgoMs() {
        return System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(TWO_HOURS_NS);
    }

    private Path journal() {
        return coordinator.directory().resolve("journal");
    }
}
