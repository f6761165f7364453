package io.dtm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.journal.inspection.JournalInspector;
import io.dtm.core.journal.reading.JournalReader;
import io.dtm.core.recovery.CheckpointEncoder;
import io.dtm.core.recovery.InspectedCheckpoint;
import io.dtm.core.recovery.RestoredCoordinator;
import io.dtm.core.storage.MappedStorage;
import io.dtm.core.storage.SequentialFile;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The journal's tools where there are checkpoints, and traces of a cut. */
class JournalCheckpointCommandTest extends JournalCommandSuite {
    private static final String OLDER = "00000000000000065536.checkpoint";
    private static final String NEWER = "00000000000000098304.checkpoint";

    @ParameterizedTest
    @ValueSource(strings = {"life-1", "life-2", "life-3", "life-4", "life-16", "rare-events", "12-explicit-restore"})
    void shouldFindEveryGoldenJournalWhole(final String name) throws IOException {
        journal = GoldenJournal.unpack(name, directory.resolve("golden"));
        assertEquals(0, run("verify", journal.toString()), out::toString);
        assertFalse(out.toString().contains("ended early"), out::toString);
    }

    private void letGo() throws IOException {
        journal = GoldenJournal.unpack("life-16", directory.resolve("let-go"));
    }

    @Test
    void shouldReplayFromTheOldestCheckpointWhereSegmentsWereLetGo() throws IOException {
        letGo();
        final List<String> described = lines("describe", journal.toString());
        assertEquals(2, described.stream().filter(line ->
            line.matches("checkpoint +\\d{20}\\.checkpoint  position \\d+, epoch \\d+, made .*, \\d+ items, .* valid"))
            .count(), out::toString);
        Json.check(lines("describe", "--json", journal.toString()).get(0));

        assertEquals(0, run("verify", journal.toString()), out::toString);

        assertTrue(out.toString().contains("replay: from the checkpoint at position 65536 on 396 records"),
            out::toString);
        Files.delete(journal.resolve(OLDER));
        assertEquals(0, run("verify", journal.toString()), out::toString);
        assertTrue(out.toString().contains("replay: from the checkpoint at position 98304 on "), out::toString);
        Files.delete(journal.resolve(NEWER));
        assertEquals(1, run("verify", journal.toString()), out::toString);
        assertTrue(out.toString().contains("DAMAGE 00000000000000065536.segment, position 65536 (offset 0): the"
            + " segments before it are missing"), out::toString);
    }

    @Test
    void shouldNameTheSegmentThatTheFallbackNeeds() throws IOException {
        journal = GoldenJournal.unpack("life-4", directory.resolve("fallback"));
        Files.delete(journal.resolve("00000000000000131072.segment"));

        assertEquals(1, run("verify", journal.toString()), out::toString);

        assertTrue(out.toString().contains("DAMAGE 00000000000000131072.segment, position 131072 (offset 0): checkpoint"
            + " 00000000000000131072.checkpoint is of no use without the segment that starts at position 131072: it is"
            + " missing, the first one starts at position 163840\n"), out::toString);
        assertEquals("journal verify: DAMAGED: 1 place in 00000000000000131072.segment", lastLine());
        assertTrue(out.toString().contains("replay: from the checkpoint at position 163840 on "), out::toString);
        assertEquals(1, run("describe", journal.toString()), out::toString);
    }

    @Test
    void shouldTellOfAnOlderCheckpointWithoutItsSegments() throws IOException {
        letGo();
        assertEquals(0, run("checkpoint", journal.toString()), out::toString);
        final long third = newest().replayPosition();
        GoldenJournal.unpack("life-16", directory.resolve("again"));
        Files.move(directory.resolve("again").resolve(OLDER), journal.resolve(OLDER));
        assertFalse(Files.exists(journal.resolve("00000000000000065536.segment")), "let go of at " + third);

        assertEquals(0, run("verify", journal.toString()), out::toString);

        assertTrue(out.toString().contains("note: checkpoint " + OLDER + " is of no use without the segment that"
            + " starts at position 65536"), out::toString);
    }

    @Test
    void shouldNameADamagedCheckpoint() throws IOException {
        letGo();
        for (final String name : List.of(OLDER, NEWER)) {
            for (final int offset : List.of(0, 8, 60, 200, 1_000)) {
                flip(name, offset, 16);
                assertEquals(1, run("verify", journal.toString()), out::toString);
                assertTrue(out.toString().contains("DAMAGE " + name + ", "), out::toString);
                assertEquals(1, run("describe", journal.toString()));
                assertTrue(out.toString().contains(" DAMAGED"), out::toString);
                assertEquals(1, found("(?m)^damage +(" + name + ", .*)$").size(), out::toString);
                assertFalse(out.toString().contains("DAMAGE "), out::toString);
                flip(name, offset, 16);
            }
        }
    }

    /** Its checksums are right, and every item fits: only the records before it know better. */
    @Test
    void shouldNameACheckpointThatIsNotWhatTheRecordsBeforeItGive() throws IOException {
        letGo();
        final MappedStorage storage = new MappedStorage(journal);
        final InspectedCheckpoint newer =
            InspectedCheckpoint.all(storage, JournalInspector.open(journal).coordinatorId()).get(1);
        final RestoredCoordinator older =
            RestoredCoordinator.of(storage, OLDER, newer.header().coordinatorId());
        storage.delete(NEWER);
        try (SequentialFile file = storage.createSequential(NEWER)) {
            older.coordinator().writeTo(new CheckpointEncoder(file, newer.header()));
        }

        assertEquals(1, run("verify", journal.toString()), out::toString);

        assertTrue(out.toString().contains("DAMAGE " + NEWER + ", position 98304 (offset 0): from offset "),
            out::toString);
        assertEquals("journal verify: DAMAGED: 1 place in " + NEWER, lastLine());
    }

    @Test
    void shouldShowTheItemsOfACheckpoint() throws IOException {
        letGo();
        final List<String> newest = lines("dump", journal.toString(), "--checkpoint");
        assertEquals(95, newest.size());
        assertTrue(newest.get(0).startsWith("0  Coordinator coordinatorId="), newest.get(0));
        assertTrue(newest.stream().filter(line -> line.contains("  Session ")).allMatch(line ->
            line.contains("tokenHigh=(secret) tokenLow=(secret)")), out::toString);
        assertShownAsEventsAre(newest);
        assertEquals(newest, lines("dump", "--checkpoint", journal.toString()));
        assertEquals(newest, lines("dump", "--checkpoint=98304", journal.toString()));
        assertEquals(newest, lines("dump", journal.toString(), "--checkpoint=98304"));
        final List<String> older = lines("dump", "--json", "--checkpoint=65536", journal.toString());
        assertEquals(109, older.size());
        older.forEach(Json::check);
        final List<String> outcomes =
            lines("dump", "--checkpoint=98304", "--template", "RetainedOutcome", journal.toString());
        assertFalse(outcomes.isEmpty());
        assertEquals(newest.stream().filter(line -> line.contains("  RetainedOutcome ")).toList(), outcomes);

        assertRefused("there is no checkpoint at position 5; there are " + OLDER,
            "dump", "--checkpoint=5", journal.toString());
        assertRefused("there is no checkpoint at position -1; ", "dump", "--checkpoint=-1", journal.toString());
        assertRefused("Unmatched argument", "dump", "--checkpoint", "98304", journal.toString());
        assertRefused("'x' is no position", "dump", "--checkpoint=x", journal.toString());
        assertRefused("--from and --to", "dump", "--checkpoint=98304", "--from", "5", journal.toString());
        assertRefused("--template Votes is unknown; there are Branch, ",
            "dump", "--checkpoint=98304", "--template", "Votes", journal.toString());
        flip(NEWER, 1_000, 1);
        assertEquals(1, run("dump", "--checkpoint=98304", journal.toString()));
        assertTrue(err.toString().contains("DAMAGE " + NEWER), err::toString);
    }

    private static void assertShownAsEventsAre(final List<String> items) {
        final String all = String.join("\n", items);
        assertTrue(all.contains(" durability=FORCE"), all);
        assertTrue(all.contains(" outcome=COMMITTED reason=NONE flags=NONE branchId=NONE "), all);
        assertTrue(all.matches("(?s).* resourceName=\"[a-zA-Z0-9-]+\" .*"), all);
        assertTrue(all.matches("(?s).* capabilities=(NONE|[a-zA-Z+]+) .*"), all);
        assertFalse(all.contains("65535"), all);
        assertFalse(all.matches("(?s).* flags=\\d.*"), all);
    }

    @Test
    void shouldSayThatNoItemIsSelected() throws IOException {
        letGo();
        assertEquals(List.of(), lines("dump", "--checkpoint", "--transaction", "7fffffff00000001", journal.toString()));
        assertTrue(err.toString().contains("no item of " + NEWER + " is selected"), err::toString);
        Files.delete(journal.resolve(OLDER));
        Files.delete(journal.resolve(NEWER));
        assertRefused("dtm.checkpoint.interval", "dump", "--checkpoint", journal.toString());
        assertTrue(err.toString().contains("./dtm journal checkpoint"), err::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"life-1", "life-2", "life-16", "09-delegated", "00-commit"})
    void shouldMakeACheckpointBehindTheLastRecordOfAStoppedCoordinator(final String name) throws IOException {
        journal = GoldenJournal.unpack(name, directory.resolve("stopped"));
        final long digest = newest().coordinator().digest();

        final List<String> said = lines("checkpoint", journal.toString());

        assertTrue(said.get(said.size() - 1).endsWith(" holds all that there is"), said::toString);
        final long position = newest().replayPosition();
        assertEquals(digest, newest().coordinator().digest());
        assertEquals(List.of(), lines("dump", "--from", Long.toString(position), journal.toString()));
        assertEquals(0, run("verify", journal.toString()), out::toString);
        assertFalse(out.toString().contains("ended early"), out::toString);
        lines("checkpoint", journal.toString());
        assertEquals(position, newest().replayPosition(), "there was nothing new");
        final List<String> described = lines("describe", journal.toString());
        final long forced = Long.parseLong(found("(?m)^positions +forced (\\d+), ").get(0));
        assertTrue(Long.parseLong(found("appended at least (\\d+); ").get(0)) >= forced, described::toString);
        assertFalse(out.toString().contains(" 0 stay free"), described::toString);
        assertEquals(0, run("verify", journal.toString()), out::toString);
    }

    /** With the records after its checkpoint. */
    private RestoredCoordinator newest() {
        try (JournalReader reader = JournalReader.open(journal)) {
            final RestoredCoordinator restored =
                RestoredCoordinator.newest(new MappedStorage(journal), reader.coordinatorId(), Assertions::fail);
            restored.replay(handler -> reader.replay(restored.replayPosition(), handler));
            return restored;
        }
    }

    @Test
    void shouldMakeNoCheckpointOfWhatAStartWouldRefuse() throws IOException {
        Files.writeString(journal.resolve("coordinator.cut"), "40000\n17\nit was damaged");
        assertEquals(1, run("checkpoint", journal.toString()), out::toString);
        assertTrue(lastLine().contains("was interrupted"), lastLine());
        Files.delete(journal.resolve("coordinator.cut"));
        flip(SECOND, SegmentDescriptor.HEADER_LENGTH + 64, 4);
        assertEquals(1, run("checkpoint", journal.toString()), out::toString);
        assertTrue(lastLine().startsWith("CORRUPT - a bad record (wrong checksum) in segment "), lastLine());
        assertFalse(lastLine().contains("Keep a copy"), "a start says that: " + lastLine());
        assertTrue(lastLine().contains("docs/journal-format.md"), lastLine());

        journal = GoldenJournal.unpack("rare-events", directory.resolve("rare"));
        assertEquals(1, run("checkpoint", journal.toString()), out::toString);
        assertTrue(lastLine().contains("since the journal was cut"), lastLine());
    }

    @Test
    void shouldTellOfACut() throws IOException {
        Files.writeString(journal.resolve(SECOND + ".cut"), "");
        assertEquals(0, run("verify", journal.toString()), out::toString);
        assertTrue(out.toString().contains("note: " + SECOND + ".cut was kept aside by a cut"), out::toString);
        Files.writeString(journal.resolve("coordinator.cut"), "40000\n17\nit was damaged");
        assertEquals(1, run("describe", journal.toString()));
        assertTrue(out.toString().contains("damage       coordinator.cut, position 40000 (offset 0): the cut at"
            + " position 40000 that an operator ordered was interrupted"), out::toString);
        Files.writeString(journal.resolve("coordinator.cut"), "x");
        assertEquals(1, run("verify", journal.toString()));
        assertTrue(out.toString().contains("doesn't hold an order"), out::toString);

        journal = GoldenJournal.unpack("rare-events", directory.resolve("rare"));
        assertTrue(lines("dump", "--template", "HistoryCut", journal.toString()).get(0)
            .contains("lostBytes=0 reason=\"golden\""), out::toString);
    }
}
