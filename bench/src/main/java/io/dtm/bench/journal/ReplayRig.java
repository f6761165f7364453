package io.dtm.bench.journal;

import io.dtm.codec.FrameValidator;
import io.dtm.codec.Origin;
import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.journal.reading.JournalReader;
import io.dtm.core.journal.reading.RecordHandler;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.Recovery;
import io.dtm.core.recovery.RecoveryOutput;
import java.io.IOException;
import java.nio.file.Path;
import org.agrona.DirectBuffer;

/**
 * How fast recovery replays, in events a second: over a journal as it is at load, and over one whose frames hold one
 * message each. Also what of it is reading (checksums), and what checking frames; the rest is decoding and the
 * coordinator itself.
 */
final class ReplayRig {
    private static final int WARM_UPS = 3;

    private final Path parent;
    private final int transactions;
    private final int rounds;

    ReplayRig(final Path parent, final int transactions, final int rounds) {
        this.parent = parent;
        this.transactions = transactions;
        this.rounds = rounds;
    }

    Table run() throws IOException {
        final Table table = new Table("replay", "Replay of " + transactions + " transactions of two branches, million"
            + " events/s (median of " + rounds + " rounds)",
            "journal", "replay", "least", "greatest", "first, cold", "ns/event", "reading", "checking", "events",
            "records", "MB");
        measure(table, "MTU 1,408", Load.many(Load.DATAGRAM));
        measure(table, "MTU 8,192", Load.many(Load.LARGE_DATAGRAM));
        measure(table, "a message a frame", Load.messageAFrame());
        return table.note("goal: at least 5; reading and checking: ns of each event that these take alone");
    }

    private void measure(final Table table, final String name, final Load load) throws IOException {
        try (BenchDirectory directory = BenchDirectory.under(parent)) {
            final Path journal = directory.resolve("journal");
            LoopbackRun.journal(StorageKind.MAPPED, journal, load, transactions);
            final TransactionBytes bytes = TransactionBytesRig.of(journal);
            final double events = bytes.allEvents();
            final Rounds replay = new Rounds();
            final Rounds reading = new Rounds();
            final Rounds checking = new Rounds();
            double first = 0;
            for (int round = -WARM_UPS; round < rounds; round++) {
                final double replayNs = replayNs(journal);
                final double readNs = readNs(journal, (position, linkId, timeNs, frame, offset, length) -> { });
                final double checkedNs = readNs(journal, ReplayRig::check);
                if (round == -WARM_UPS) {
                    first = events * 1e3 / replayNs;
                }
                if (round >= 0) {
                    replay.add(events * 1e3 / replayNs);
                    reading.add(readNs / events);
                    checking.add((checkedNs - readNs) / events);
                }
            }
            table.row(name, replay.median(), replay.least(), replay.greatest(), first, 1e3 / replay.median(),
                reading.median(), checking.median(), bytes.allEvents(), bytes.records, bytes.bytes() / 1e6);
        }
    }

    static long replayNs(final Path journal) {
        final long startNs = System.nanoTime();
        final RecoveryOutput output = new RecoveryOutput();
        final CommitCoordinator coordinator = new CommitCoordinator(output);
        try (JournalReader reader = JournalReader.open(journal)) {
            new Recovery(coordinator, output, Recovered.NOTHING).replay(handler -> reader.replay(0, handler));
        }
        final long tookNs = System.nanoTime() - startNs;
        if (coordinator.transactionsInFlight() != 0) {
            throw new IllegalStateException(coordinator.transactionsInFlight() + " are in flight after the replay");
        }
        return tookNs;
    }

    private static long readNs(final Path journal, final RecordHandler handler) {
        final long startNs = System.nanoTime();
        try (JournalReader reader = JournalReader.open(journal)) {
            reader.replay(0, handler);
        }
        return System.nanoTime() - startNs;
    }

    private static void check(
        final long position,
        final int linkId,
        final long timeNs,
        final DirectBuffer frame,
        final int offset,
        final int length) {
        if (FrameValidator.validate(frame, offset, length, Origin.HOST) != FrameValidator.Verdict.VALID) {
            throw new IllegalStateException("a bad frame at " + position);
        }
    }
}
