package io.dtm.server.demo;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The faults of a run: the coordinator is killed half way, one service and one database server later, each while
 * transactions are PREPARING and COMMITTING, and each is started again. The journal, read after the kill, proves where
 * the kill fell; one that hit no such moment is made again. One thread.
 */
final class KillSchedule {
    private static final int TRIES = 40;
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
    private Victim next = Victim.COORDINATOR;

    KillSchedule(final DemoHouse house, final long seed, final int seconds, final PrintStream out) {
        this.house = house;
        this.random = new Random(seed);
        this.seconds = seconds;
        this.out = out;
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
        for (int i = 0; i < TRIES; i++) {
            awaitMoment();
            house.killCoordinator();
            final JournalCensus census = JournalCensus.take(house.journal());
            record("coordinator", census);
            house.startCoordinator();
            out.println("     the coordinator is back");
            if (census.isInTheMiddle()) {
                return;
            }
        }
    }

    private void killService(final int bank) throws Exception {
        awaitMoment();
        house.killService(bank);
        record("service of " + DemoHouse.name(bank), JournalCensus.take(house.journal()));
        house.startService(bank);
        out.println("     the service is back");
    }

    private void killDatabase(final int bank) throws Exception {
        awaitMoment();
        house.killDatabase(bank);
        record("database server of " + DemoHouse.name(bank), JournalCensus.take(house.journal()));
        house.startDatabase(bank);
        out.println("     the database server is back");
    }

    private void awaitMoment() throws InterruptedException {
        for (int i = 0; i < TRIES && !JournalCensus.take(house.journal()).isInTheMiddle(); i++) {
            Thread.sleep(LOOK_AGAIN_MS);
        }
    }

    private void record(final String what, final JournalCensus census) {
        kills.add(new Kill(what, census));
        out.println("     SIGKILL to the " + what + " while " + census);
    }

    List<Kill> kills() {
        return kills;
    }

    int count(final String what) {
        return (int) kills.stream().filter(kill -> kill.what().startsWith(what)).count();
    }
}
