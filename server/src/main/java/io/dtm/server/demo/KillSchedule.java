package io.dtm.server.demo;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * The faults of a run: the coordinator is killed half way, one service and one database server later, each while
 * transactions are PREPARING and COMMITTING, as the journal says, and each is started again. One thread.
 */
final class KillSchedule {
    private static final int TRIES = 200;
    private static final int LOOK_AGAIN_MS = 5;
    private static final double COORDINATOR_AT = 0.50;
    private static final double SERVICE_AT = 0.68;
    private static final double DATABASE_AT = 0.84;

    /**
     * A kill and the states that it met.
     *
     * @param what   was killed.
     * @param census of the journal at that moment.
     */
    record Kill(String what, JournalCensus census) {
    }

    private enum Victim { COORDINATOR, SERVICE, DATABASE, NONE }

    private final DemoHouse house;
    private final Random random;
    private final double seconds;
    private final PrintStream out;
    private final List<Kill> kills = new ArrayList<>();
    private Victim next;

    KillSchedule(
        final DemoHouse house, final long seed, final int seconds, final boolean killing, final PrintStream out) {
        this.house = house;
        this.random = new Random(seed);
        this.seconds = seconds;
        this.out = out;
        this.next = killing ? Victim.COORDINATOR : Victim.NONE;
    }

    /** Does what is due. */
    void run(final double elapsedSeconds) throws Exception {
        final double part = elapsedSeconds / seconds;
        if (next == Victim.COORDINATOR && part >= COORDINATOR_AT) {
            next = Victim.SERVICE;
            killCoordinator();
        } else if (next == Victim.SERVICE && part >= SERVICE_AT) {
            next = Victim.DATABASE;
            killService(random.nextInt(house.banks()));
        } else if (next == Victim.DATABASE && part >= DATABASE_AT) {
            next = Victim.NONE;
            killDatabase(random.nextInt(house.banks()));
        }
    }

    /** @return whether all were made: on a slow machine that takes longer than the run. */
    boolean isDone() {
        return next == Victim.NONE;
    }

    private void killCoordinator() throws Exception {
        killInTheMiddle("coordinator", house::killCoordinator);
        house.startCoordinator();
        out.println("     the coordinator is back");
    }

    private void killService(final int bank) throws Exception {
        killInTheMiddle("service of " + DemoHouse.name(bank), () -> house.killService(bank));
        house.startService(bank);
        out.println("     the service is back");
    }

    private void killDatabase(final int bank) throws Exception {
        killInTheMiddle("database server of " + DemoHouse.name(bank), () -> house.killDatabase(bank));
        house.startDatabase(bank);
        out.println("     the database server is back");
    }

    /** One kill; the coordinator is stopped meanwhile, so that its journal tells of that very moment. */
    private void killInTheMiddle(final String what, final Killing killing) throws Exception {
        final JournalCensus census;
        try {
            census = pauseInTheMiddle();
            killing.run();
        } finally {
            house.resumeCoordinator();
        }
        kills.add(new Kill(what, census));
        out.println("     SIGKILL to the " + what + " while " + census);
    }

    private JournalCensus pauseInTheMiddle() throws Exception {
        house.pauseCoordinator();
        JournalCensus census = JournalCensus.take(house.journal());
        for (int i = 0; i < TRIES && !census.isInTheMiddle(); i++) {
            house.resumeCoordinator();
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
            house.pauseCoordinator();
            census = JournalCensus.take(house.journal());
        }
        return census;
    }

    @FunctionalInterface
    private interface Killing {
        void run() throws Exception;
    }

    /** @return whether every kill was made, and fell while some transactions were PREPARING and others COMMITTING. */
    boolean isComplete() {
        return isDone() && kills.stream().allMatch(kill -> kill.census().isInTheMiddle());
    }

    List<Kill> kills() {
        return kills;
    }

    int count(final String what) {
        return (int) kills.stream().filter(kill -> kill.what().startsWith(what)).count();
    }
}
