package io.dtm.bench.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts, never times: the machine may be busy. */
class JournalRigsTest {
    private static final List<StorageKind> BOTH = List.of(StorageKind.values());

    @TempDir
    private Path parent;

    /** Everything that a rig has written is gone when it has ended. */
    @AfterEach
    void shouldLeaveNothingBehind() throws IOException {
        try (Stream<Path> left = Files.list(parent)) {
            assertEquals(List.of(), left.filter(path -> !path.toString().endsWith(".svg")).toList());
        }
    }

    @Test
    void shouldAppendAsOftenAsAskedWhileForcesRun() throws IOException {
        final LatencyCurves curves = new LatencyCurves("test");

        final Table table = new AppendLatencyRig(parent, 1_000, 1, 1).run(BOTH, curves);
        curves.write(parent.resolve("curves.svg"));

        assertEquals(3 * BOTH.size(), table.size());
        assertEquals(1_000L, table.cell(0, "appends"));
        assertTrue((double) table.cell(0, "forces/s") > 0);
        assertTrue(Files.readString(parent.resolve("curves.svg")).contains("<svg"));
    }

    @Test
    void shouldForceEachRecordOfBothStoragesAndOfTheBareFile() throws IOException {
        final Table table = new ForceLatencyRig(parent, 20, 2).run(BOTH, new LatencyCurves("test"));

        assertEquals(BOTH.size() + 1, table.size());
        for (int row = 0; row < table.size(); row++) {
            assertTrue((double) table.cell(row, "p50") > 0);
            assertTrue((double) table.cell(row, "ratio to bare") > 0);
        }
    }

    @Test
    void shouldWriteAsManyBytesBareAsTheGroupsHad() throws IOException {
        final Table table = new AppendRateRig(parent, 4, 1024 * 1024, 1).run(BOTH, 64);

        assertEquals(BOTH.size(), table.size());
        assertTrue((double) table.cell(0, "KiB a group") > 0);
        assertTrue((double) table.cell(0, "bare") > 0);
    }

    @Test
    void shouldCompareChunksOfZeros() throws IOException {
        final Table table = new PreallocationRig(parent, 5, 1).run();

        assertEquals("4", table.cell(0, "chunk, KiB"));
        assertEquals(1.0, table.cell(0, "ratio to 4 KiB"));
    }

    @Test
    void shouldCountEveryByteAndEveryEventOfARun() throws IOException {
        try (BenchDirectory directory = BenchDirectory.under(parent)) {
            final Path journal = directory.resolve("journal");
            LoopbackRun.journal(StorageKind.MAPPED, journal, Load.messageAFrame(), 100);

            final TransactionBytes bytes = TransactionBytesRig.of(journal);

            assertEquals(100, bytes.transactions);
            assertEquals(100 * 2 * 32, bytes.payloads);
            assertEquals(100 * 2 * (13 + 12), bytes.votes);
            assertEquals(100 * 2 * (9 + 12), bytes.acknowledgements);
            assertTrue(bytes.allEvents() >= 100 * 5, () -> "events: " + bytes.allEvents());
            assertEquals(bytes.messages, bytes.records);
        }
    }

    @Test
    void shouldPackManyMessagesIntoAFrameAtLoad() throws IOException {
        final Table table = new TransactionBytesRig(parent, 5_000).run();

        final double oneInFlight = (double) table.cell(0, "all");
        final double atLoad = (double) table.cell(2, "all");
        assertTrue(atLoad < oneInFlight / 2, () -> table.text());
    }

    @Test
    void shouldReplayAllThatWasRun() throws IOException {
        final Table table = new ReplayRig(parent, 1_000, 1).run();

        assertEquals(3, table.size());
        assertTrue((long) table.cell(0, "events") >= 5_000);
        assertTrue((long) table.cell(0, "records") < (long) table.cell(2, "records"));
    }

    @Test
    void shouldStartAgainWithAllThatWasInFlight() throws Exception {
        final Table table = new RestartRig(parent, 20_000, 1, 1).run(BOTH);

        assertEquals(6 * BOTH.size(), table.size());
        for (int row = 0; row < table.size(); row++) {
            assertTrue((double) table.cell(row, "serving") > 0);
        }
    }

    @Test
    void shouldMakeCheckpointsBesideThePipeline() throws Exception {
        final Table table = new CheckpointRig(parent, 1_000, 20_000, 1, 1).run(StorageKind.STAGED,
            new LatencyCurves("test"));

        assertEquals(6, table.size());
        for (final int withCheckpoint : new int[] {1, 3}) {
            assertTrue((long) table.cell(withCheckpoint, "items") > 1_000, table::text);
            assertTrue((double) table.cell(withCheckpoint, "child's peak, MB") > 0, table::text);
        }
        assertEquals("", table.cell(0, "items"));
    }

    @Test
    void shouldSayWhatTheChildSaidThatDidNotStart() throws IOException {
        try (BenchDirectory directory = BenchDirectory.under(parent)) {
            LoopbackRun.inFlight(
                1024 * 1024, StorageKind.MAPPED, directory.resolve("journal"), Load.oneInFlight(), 1, 1, 1);

            final IOException thrown = assertThrows(IOException.class,
                () -> RestartRig.child(StorageKind.MAPPED, directory.resolve("journal"), 1, 3));

            assertTrue(thrown.getMessage().contains("not 3 in flight"), thrown::getMessage);
        }
    }

    @Test
    void shouldTakeTheMedianOfRatiosNotTheRatioOfMedians() {
        final Rounds rounds = new Rounds();
        final Rounds base = new Rounds();
        for (final double[] pair : new double[][] {{10, 10}, {40, 20}, {90, 30}}) {
            rounds.add(pair[0]);
            base.add(pair[1]);
        }

        assertEquals(2.0, rounds.medianRatioTo(base));
        assertEquals(1.0, rounds.leastRatioTo(base));
        assertEquals(3.0, rounds.greatestRatioTo(base));
        assertEquals(40.0, rounds.median());
    }

    @Test
    void shouldKeepFiguresAsJson() {
        final Table table = new Table("name", "a \"title\"", "word", "count", "figure").row("x", 5L, Double.NaN)
            .note("a note");

        assertEquals("    \"name\": {\n      \"title\": \"a \\\"title\\\"\",\n      \"notes\": [\"a note\"],\n"
            + "      \"rows\": [\n      {\"word\": \"x\", \"count\": 5, \"figure\": null}\n      ]\n    }",
            table.json());
        assertThrows(IllegalArgumentException.class, () -> table.row("too few"));
    }
}
