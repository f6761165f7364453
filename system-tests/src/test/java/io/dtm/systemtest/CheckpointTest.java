package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.client.Acknowledge;
import io.dtm.codec.SegmentDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A coordinator that writes more than its journal keeps: checkpoints, and starts from them. */
class CheckpointTest {
    private static final String[] SMALL = {"dtm.journal.segment.length=128k", "dtm.checkpoint.interval=256k"};
    private static final String LARGE_PAYLOAD = "x".repeat(8_000);
    private static final int BATCH = 16;
    private static final int JOURNAL_REFUSED = 72;
    private static final Pattern RENAME = Pattern.compile("rename (\\S+) to (\\S+) and start again");
    private static final Pattern CUT = Pattern.compile("--cut-at (\\d+)");
    private static final String CHECKPOINT = ".checkpoint";
    private static final String SEGMENT = ".segment";

    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void shouldLetTheJournalGoAndFinishWhatItHeldThen() {
        final CoordinatorChild coordinator = house.coordinator(SMALL);
        final Peer peer = house.peer("peer", coordinator);
        final HeldParticipant held = new HeldParticipant().withholdsVotes();
        peer.register("held", held);
        peer.register("one", new HeldParticipant());
        peer.register("two", new HeldParticipant());
        final CompletableFuture<Answer> open =
            peer.submit(peer.request("open", peer.lookUp("one"), peer.lookUp("held")));
        held.awaitPrepare();
        final Answer early = work(peer).get(0);

        writeUntilCheckpoints(peer, coordinator, 3);

        final List<String> segments = files(coordinator, SEGMENT);
        assertTrue(position(segments.get(0)) > 0, segments::toString);
        Conditions.await("older ones are deleted", () -> files(coordinator, CHECKPOINT).size() == 2);
        assertTrue(!coordinator.jvm().said().contains("checkpoint:"), coordinator.jvm().said());
        coordinator.kill();
        coordinator.start();
        Conditions.await("the participants are back", () -> peer.registeredEpoch("held") == 2);
        held.votes(true);
        held.prepares().get(held.prepares().size() - 1).yes();
        Conditions.await("outcome", open).assertCommitted();
        // an outcome that was told before the checkpoints, and is asked for after them
        Conditions.await("inquiry", peer.inquire(early.transactionId(), Acknowledge.DECIDED)).assertCommitted();
    }

    @Test
    void shouldStartFromTheOlderIfTheNewerIsDamaged() throws IOException {
        final CoordinatorChild coordinator = house.coordinator(SMALL);
        final Peer peer = house.peer("peer", coordinator);
        peer.register("one", new HeldParticipant());
        peer.register("two", new HeldParticipant());
        final Answer early = work(peer).get(0);
        writeUntilCheckpoints(peer, coordinator, 2);
        coordinator.kill();
        final List<String> checkpoints = files(coordinator, CHECKPOINT);
        final String newest = checkpoints.get(checkpoints.size() - 1);
        final Path file = coordinator.directory().resolve("journal").resolve(newest);
        final byte[] content = Files.readAllBytes(file);
        content[content.length / 2] ^= 4;
        Files.write(file, content);

        coordinator.start();

        assertTrue(coordinator.jvm().said().contains(newest), coordinator.jvm().said());
        Conditions.await("the participants are back", () -> peer.registeredEpoch("two") == 2);
        Conditions.await("inquiry", peer.inquire(early.transactionId(), Acknowledge.DECIDED)).assertCommitted();
        work(peer);
        // the next one is made from the older, and the damaged one goes
        writeUntilCheckpoints(peer, coordinator, 2);
        assertTrue(!files(coordinator, CHECKPOINT).contains(newest));
    }

    /** The header of the first segment behind the newest checkpoint: an operator does what he is told, step by step. */
    @Test
    void shouldCutBehindTheOlderCheckpointAsTheRefusalsSay() throws IOException {
        final CoordinatorChild coordinator = house.coordinator(SMALL);
        final Peer peer = house.peer("peer", coordinator);
        peer.register("one", new HeldParticipant());
        peer.register("two", new HeldParticipant());
        writeUntilCheckpoints(peer, coordinator, 2);
        coordinator.kill();
        final List<String> checkpoints = files(coordinator, CHECKPOINT);
        final String newest = checkpoints.get(checkpoints.size() - 1);
        final Path segment = coordinator.directory().resolve("journal").resolve(newest.replace(CHECKPOINT, SEGMENT));
        final byte[] content = Files.readAllBytes(segment);
        content[SegmentDescriptor.CRC_OFFSET] ^= 4;
        Files.write(segment, content);

        final Matcher rename = RENAME.matcher(refusal(coordinator));
        assertTrue(rename.find(), coordinator.jvm().said());
        assertTrue(rename.group(1).endsWith(newest), rename.group());
        Files.move(Path.of(rename.group(1)), Path.of(rename.group(2)));
        final Matcher named = CUT.matcher(refusal(coordinator));
        assertTrue(named.find(), coordinator.jvm().said());
        final String position = named.group(1);
        final CoordinatorChild cut = coordinator.again("--cut-at", position).start();

        assertTrue(cut.jvm().said().contains("cut at position " + position), cut.jvm().said());
        cut.kill();
        assertArrayEquals(content, Files.readAllBytes(Path.of(segment + ".cut")), "all of it was kept");
        coordinator.start();
    }

    private static String refusal(final CoordinatorChild coordinator) {
        assertEquals(JOURNAL_REFUSED, coordinator.jvm().start().exitStatus(Conditions.LIMIT_S));
        return coordinator.jvm().said();
    }

    /** Some transactions that leave a lot in the journal. */
    private static List<Answer> work(final Peer peer) {
        final int one = peer.lookUp("one");
        final int two = peer.lookUp("two");
        final List<CompletableFuture<Answer>> asked = new ArrayList<>();
        for (int i = 0; i < BATCH; i++) {
            asked.add(peer.submit(peer.request(LARGE_PAYLOAD, one, two)));
        }
        final List<Answer> answers = new ArrayList<>();
        for (final CompletableFuture<Answer> answer : asked) {
            answers.add(Conditions.await("outcome", answer).assertCommitted());
        }
        return answers;
    }

    /** Works until so many more have their name. */
    private static void writeUntilCheckpoints(final Peer peer, final CoordinatorChild coordinator, final int count) {
        final Set<String> seen = new HashSet<>(files(coordinator, CHECKPOINT));
        final int before = seen.size();
        Conditions.await(() -> seen + ": " + coordinator.jvm().said(), () -> {
            work(peer);
            seen.addAll(files(coordinator, CHECKPOINT));
            return seen.size() >= before + count;
        });
    }

    private static long position(final String name) {
        return Long.parseLong(name.substring(0, name.indexOf('.')));
    }

    private static List<String> files(final CoordinatorChild coordinator, final String suffix) {
        try (var files = Files.list(coordinator.directory().resolve("journal"))) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(suffix)).sorted()
                .toList();
        } catch (final IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
