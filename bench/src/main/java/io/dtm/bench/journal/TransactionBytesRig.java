package io.dtm.bench.journal;

import io.dtm.core.journal.reading.JournalReader;
import java.io.IOException;
import java.nio.file.Path;

/** Bytes in the journal for a one-shot transaction of two branches, by what they are for. */
final class TransactionBytesRig {
    private final Path parent;
    private final int transactions;

    TransactionBytesRig(final Path parent, final int transactions) {
        this.parent = parent;
        this.transactions = transactions;
    }

    Table run() throws IOException {
        final Table table = new Table("transactionBytes", "Bytes in the journal for a transaction of two branches, one"
            + " shot, payload apart", "run", "all", "record headers", "alignment", "frame headers", "prefixes",
            "submit", "votes", "acknowledgements", "other events", "payload", "records", "messages");
        measure(table, "one in flight", Load.oneInFlight(), Math.min(transactions, 2_000));
        measure(table, "4,096 in flight, a message a frame", Load.messageAFrame(), transactions);
        measure(table, "4,096 in flight, MTU 1,408", Load.many(Load.DATAGRAM), transactions);
        measure(table, "4,096 in flight, MTU 8,192", Load.many(Load.LARGE_DATAGRAM), transactions);
        return table.note("\"all\" is without payload; what the plan for less is, is in docs/benchmarks.md");
    }

    private void measure(final Table table, final String name, final Load load, final int count)
        throws IOException {
        try (BenchDirectory directory = BenchDirectory.under(parent)) {
            LoopbackRun.journal(StorageKind.MAPPED, directory.resolve("journal"), load, count);
            final TransactionBytes bytes = of(directory.resolve("journal"));
            final double all = bytes.transactions;
            table.row(name, (bytes.bytes() - bytes.payloads) / all, bytes.recordHeaders / all, bytes.alignment / all,
                bytes.frameHeaders / all, bytes.prefixes / all, bytes.submits / all, bytes.votes / all,
                bytes.acknowledgements / all, bytes.others / all, bytes.payloads / all, bytes.records / all,
                bytes.messages / all);
        }
    }

    static TransactionBytes of(final Path journal) {
        final TransactionBytes bytes = new TransactionBytes();
        try (JournalReader reader = JournalReader.open(journal)) {
            reader.replay(0, bytes);
        }
        return bytes;
    }
}
