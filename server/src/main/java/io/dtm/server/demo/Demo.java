package io.dtm.server.demo;

import io.dtm.server.demo.FinalCheck.Books;
import io.dtm.server.demo.TransferLog.Ending;
import io.dtm.server.process.EndedException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One run: start everything, make transfers, kill processes meanwhile, wait until nothing is in doubt, hold the books
 * against what the clients were told.
 */
final class Demo {
    private static final int QUIET_TIMEOUT_S = 120;

    private final Path directory;
    private final DemoConditions conditions;
    private final int seconds;
    private final int banks;
    private final int clients;
    private final long seed;
    private final Integer tamper;
    private final PrintStream out;

    Demo(
        final Path directory,
        final DemoConditions conditions,
        final int seconds,
        final int banks,
        final int clients,
        final long seed,
        final Integer tamper,
        final PrintStream out) {
        this.directory = directory;
        this.conditions = conditions;
        this.seconds = seconds;
        this.banks = banks;
        this.clients = clients;
        this.seed = seed;
        this.tamper = tamper;
        this.out = out;
    }

    /** @return whether all checks hold. */
    boolean run() throws Exception {
        out.println("demo: " + banks + " banks, " + clients + " clients, " + seconds + " s, seed " + seed);
        out.println("demo: data in " + directory);
        final TransferLog log = new TransferLog();
        try (DemoHouse house = new DemoHouse(directory, conditions)) {
            out.println("demo: starting " + banks + " PostgreSQL servers, the coordinator and " + banks + " services");
            house.launch(banks);
            out.println("demo: in doubt: branches that are prepared in the databases now, without those of one that is"
                + " down (?)");
            out.println("demo: p50, p99: of the transfers that have ended since the line before");
            final KillSchedule kills = new KillSchedule(house, seed, seconds, conditions.kills(), out);
            transfer(house, log, kills);
            final int inDoubt = awaitQuiet(house, log);
            if (tamper != null) {
                house.tamper(tamper - 1);
            }
            return report(house, log, kills, inDoubt);
        }
    }

    private void transfer(final DemoHouse house, final TransferLog log, final KillSchedule kills) throws Exception {
        try (TransferClients running = TransferClients.launch(house, log, directory, clients, seed)) {
            final Progress progress = new Progress(log, house, out);
            final long startNs = System.nanoTime();
            long printedSecond = 0;
            double elapsed = 0;
            while (elapsed < seconds || !kills.isDone() || conditions.goOn()) {
                kills.run(elapsed);
                elapsed = (System.nanoTime() - startNs) / 1e9;
                if ((long) elapsed > printedSecond) {
                    printedSecond = (long) elapsed;
                    progress.print();
                }
                final String dead = house.firstDead();
                if (dead != null) {
                    throw new EndedException(dead + " has ended by itself");
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
            out.println("demo: no more transfers; waiting for those that run");
            running.finish(QUIET_TIMEOUT_S, progress);
        }
        log.closeBooks();
    }

    /** @return how many branches are still prepared when the time is over: 0 is what must come. */
    private int awaitQuiet(final DemoHouse house, final TransferLog log) throws InterruptedException {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(QUIET_TIMEOUT_S);
        int inDoubt;
        do {
            inDoubt = JournalCensus.take(house.journal()).inFlight();
            for (int bank = 0; bank < banks; bank++) {
                inDoubt += Math.abs(house.prepared(bank));
            }
            if (inDoubt > 0) {
                TimeUnit.MILLISECONDS.sleep(200);
            }
        } while (inDoubt > 0 && System.nanoTime() < deadlineNs);
        return inDoubt;
    }

    private boolean report(
        final DemoHouse house, final TransferLog log, final KillSchedule kills, final int inDoubt) throws Exception {
        final List<Books> books = new ArrayList<>();
        for (int bank = 0; bank < banks; bank++) {
            books.add(house.books(bank));
        }
        final FinalCheck.Result result = new FinalCheck(books).run(log.all());
        final Map<Ending, Integer> endings = log.endings();
        final EndingTable table = new EndingTable(endings, log.refusals(), result, seconds);
        out.println();
        table.print(out);
        out.println("Transactions at the moment of each SIGKILL, by the journal");
        kills.kills().forEach(kill -> out.printf(Locale.ROOT, "  %-30s %s%n", kill.what(), kill.census()));
        result.findings().stream().limit(20).forEach(finding -> out.println("WRONG: " + finding));
        table.missing().forEach(missing -> out.println("WRONG: " + missing));
        if (!kills.isComplete()) {
            out.println("WRONG: not every kill fell while transactions were PREPARING and others COMMITTING");
        }
        if (inDoubt > 0) {
            out.println("WRONG: " + inDoubt + " transactions or branches did not end");
        }
        out.println();
        final long all = Progress.committed(endings) + Progress.rolledBack(endings) + endings.get(Ending.UNKNOWN);
        out.printf(Locale.ROOT,
            "demo: transactions=%d committed=%d rolledBack=%d unknown=%d inDoubt=%d coordinatorKills=%d "
                + "serviceKills=%d databaseKills=%d conserved=%b atomic=%b%n",
            all, Progress.committed(endings), Progress.rolledBack(endings), endings.get(Ending.UNKNOWN), inDoubt,
            kills.count("coordinator"), kills.count("service"), kills.count("database"),
            result.conserved(), result.atomic());
        return result.atomic() && result.conserved() && table.missing().isEmpty() && inDoubt == 0
            && kills.isComplete();
    }
}
