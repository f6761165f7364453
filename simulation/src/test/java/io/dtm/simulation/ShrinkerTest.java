package io.dtm.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.journal.Journal;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.fault.Fault;
import io.dtm.simulation.fault.FaultOccurrence;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ShrinkerTest {
    private static final int REQUESTS = 300;
    private static final int RUNS = 150;
    private static final String BROKEN = "I1";

    private static Episode makeWithABug(
        final RandomStream random, final EpisodeSettings settings, final int requests) {
        final Episode episode = new Episode(random, settings, requests);
        episode.coordinator().plant(AppendIsDurable::new);
        return episode;
    }

    private static Episode recorded(final EpisodePlan plan) {
        final Episode episode = plan.make(Episode::new);
        episode.faults().record();
        episode.run(() -> { });
        return episode;
    }

    private static SimulationReport run(final EpisodePlan plan) {
        return new Simulate(plan.seed(), 1, null).maker(ShrinkerTest::makeWithABug).runOnly(plan);
    }

    /** What shrinking rests on: faults that are given one by one make the run that drew them. */
    @Test
    void shouldTakeTheSameWayWhenFaultsAreGivenOneByOne() {
        long atCrashPoints = 0;
        for (int seed = 1; seed <= 12; seed++) {
            final EpisodePlan plan = EpisodePlan.drawn(seed, 0).withRequests(REQUESTS);
            final Episode drawn = recorded(plan);
            final List<FaultOccurrence> faults = drawn.faults().recorded();
            final Episode given = recorded(plan.withFaults(faults));
            assertEquals(drawn.trace().hash(), given.trace().hash(), "seed " + seed);
            assertEquals(faults, given.faults().recorded());
            atCrashPoints += faults.stream().filter(FaultOccurrence::isAtCrashPoint).count();
        }
        assertTrue(atCrashPoints > 0, "no process died between two of its steps: look for other seeds");
    }

    @Test
    void shouldLeaveTheOtherFaultsAsTheyAreWhenOneIsLeftOut() {
        int leftOut = 0;
        for (int seed = 1; seed <= 6; seed++) {
            final EpisodePlan plan = EpisodePlan.drawn(seed, 0).withRequests(REQUESTS);
            final List<FaultOccurrence> faults = recorded(plan).faults().recorded();
            if (faults.size() > 2) {
                final List<FaultOccurrence> others = faults.subList(1, faults.size());
                final List<FaultOccurrence> occurred = recorded(plan.withFaults(others)).faults().recorded();
                assertFalse(occurred.isEmpty());
                final HashSet<FaultOccurrence> byThemselves = new HashSet<>(occurred);
                byThemselves.removeIf(FaultOccurrence::isAtCrashPoint); // these wait for the process to come there
                assertTrue(new HashSet<>(others).containsAll(byThemselves));
                leftOut++;
            }
        }
        assertTrue(leftOut > 0, "no seed had faults");
    }

    @Test
    void shouldFindAMuchSmallerRunThatFailsInTheSameWay() {
        final SimulationReport first =
            new Simulate(1, 2_000, null).maker(ShrinkerTest::makeWithABug).run();
        assertEquals(BROKEN, first.invariant());
        final EpisodePlan smallest = new Shrinker(ShrinkerTest::makeWithABug, RUNS, 0, null)
            .shrink(first.failed(), first.invariant());
        assertTrue(smallest.requests() <= 2 && first.failed().requests() >= 100, smallest.command());
        assertEquals(List.of(), smallest.faults());
        assertEquals(1, smallest.settings().clients());
        assertEquals(BROKEN, run(smallest).invariant());
    }

    @Test
    void shouldFindTheSameTwice() {
        final SimulationReport first = new Simulate(1, 2_000, null).maker(ShrinkerTest::makeWithABug).run();
        final Shrinker once = new Shrinker(ShrinkerTest::makeWithABug, 40, 0, null);
        final Shrinker again = new Shrinker(ShrinkerTest::makeWithABug, 40, 0, null);
        final EpisodePlan found = once.shrink(first.failed(), first.invariant());
        assertEquals(found, again.shrink(first.failed(), first.invariant()));
        assertEquals(once.runs(), again.runs());
        assertEquals(run(found), run(found));
    }

    @Test
    void shouldMakeNoMoreRunsThanItMay() {
        final EpisodePlan failed =
            new Simulate(1, 2_000, null).maker(ShrinkerTest::makeWithABug).run().failed();
        for (final int runs : new int[] {0, 1, 2, 7}) {
            final Shrinker shrinker = new Shrinker(ShrinkerTest::makeWithABug, runs, 0, null);
            assertEquals(BROKEN, run(shrinker.shrink(failed, BROKEN)).invariant());
            assertTrue(shrinker.runs() <= runs, shrinker.runs() + " runs, of at most " + runs);
        }
    }

    @Test
    void shouldMakeNothingOfARunThatKeepsItsPromises() {
        final EpisodePlan clean = EpisodePlan.drawn(1, 0).withRequests(REQUESTS);
        final Shrinker shrinker = new Shrinker(Episode::new, RUNS, 0, null);
        assertEquals(clean, shrinker.shrink(clean, BROKEN));
        assertEquals(1, shrinker.runs());
    }

    @Test
    void shouldNotTakeAnotherViolationForTheSame() {
        final EpisodePlan failed =
            new Simulate(1, 2_000, null).maker(ShrinkerTest::makeWithABug).run().failed();
        assertEquals(failed, new Shrinker(ShrinkerTest::makeWithABug, RUNS, 0, null).shrink(failed, "I14"));
    }

    @Test
    void shouldGoAroundRunsThatEndInAnotherWay() {
        final EpisodePlan failed =
            new Simulate(1, 2_000, null).maker(ShrinkerTest::makeWithABug).run().failed();
        final EpisodePlan smallest = new Shrinker((random, settings, requests) -> {
            final Episode episode = makeWithABug(random, settings, requests);
            if (requests <= 3) {
                episode.coordinator().plant(ShrinkerTest::fail);
            }
            return episode;
        }, RUNS, 0, null).shrink(failed, BROKEN);
        assertEquals(4, smallest.requests());
        assertEquals(BROKEN, run(smallest).invariant());
    }

    private static Journal fail(final Journal journal) {
        throw new IllegalStateException("so few are too few for this world");
    }

    @Test
    void shouldShrinkWhatEndsInAnException() {
        final Episode.Maker maker = (random, settings, requests) -> {
            final Episode episode = new Episode(random, settings, requests);
            episode.coordinator().plant(ShrinkerTest::fail);
            return episode;
        };
        final SimulationReport first = new Simulate(1, 2_000, null).maker(maker).run();
        final EpisodePlan smallest = new Shrinker(maker, RUNS, 0, null).shrink(first.failed(), first.invariant());
        assertTrue(smallest.requests() <= 2, smallest.command());
        assertEquals(first.invariant(), new Simulate(1, 1, null).maker(maker).runOnly(smallest).invariant());
    }

    @Test
    void shouldDrawAnotherWayForEachNumber() {
        final EpisodePlan plan = EpisodePlan.drawn(3, 0).withRequests(20);
        final long hash = recorded(plan.withAgain(1)).trace().hash();
        assertEquals(hash, recorded(plan.withAgain(1)).trace().hash());
        assertNotEquals(hash, recorded(plan.withAgain(2)).trace().hash());
        assertNotEquals(hash, recorded(plan).trace().hash());
    }

    @Test
    void shouldReadTheFaultsThatItWrites() {
        for (final FaultOccurrence fault : List.of(
            new FaultOccurrence(Fault.POWER_LOSS, 34_512_881, 0, "", -1),
            new FaultOccurrence(Fault.PARTICIPANT_CRASH, 1, 3, "R1a", 255))) {
            assertEquals(fault, FaultOccurrence.parse(fault.toString()));
        }
        assertEquals("PARTICIPANT_CRASH@1+3/R1a:ff",
            new FaultOccurrence(Fault.PARTICIPANT_CRASH, 1, 3, "R1a", 255).toString());
    }
}
