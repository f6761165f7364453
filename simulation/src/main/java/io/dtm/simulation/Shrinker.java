package io.dtm.simulation;

import io.dtm.simulation.fault.Fault;
import io.dtm.simulation.fault.FaultOccurrence;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks for a small episode that breaks the same promise as a large one. First the large one is tried with a handful
 * of requests, drawn again and again, until it fails; then whatever is left is taken away, piece by piece: kinds of
 * faults, single faults, requests, clients, resources, and what isn't plain. What still fails in the same way is gone
 * on with; at last what is left is drawn again some times, for others that need less. Every step depends on what the
 * runs before have shown, and on nothing else: only the limit in time, if there is one, makes the result depend on the
 * machine.
 */
public final class Shrinker {
    private static final int[] FEW = {3, 10, 30};
    private static final int OTHERS = 40;
    private static final long PROGRESS_NS = 1_000_000_000L;

    private final Episode.Maker maker;
    private final int runs;
    private final long limitNs;
    private final PrintStream progress;
    private final Set<EpisodePlan> tried = new HashSet<>();
    private final long startNs = System.nanoTime();
    private long lastProgressNs = startNs;
    private String invariant;
    /** The one that is being made smaller. */
    private EpisodePlan smallest;
    /** Of those that were made as small as can be; null: none was yet. */
    private EpisodePlan best;
    private int done;
    private boolean isOutOfTime;

    /** What a run showed. */
    private record Seen(boolean isSame, int started, long endNs, List<FaultOccurrence> faults) {
    }

    /**
     * @param maker    of episodes.
     * @param runs     greatest number of runs, not negative.
     * @param limitNs  no other run is begun after so many nanoseconds of real time; 0: no limit.
     * @param progress takes a line a second; null: none.
     */
    public Shrinker(final Episode.Maker maker, final int runs, final long limitNs, final PrintStream progress) {
        this.maker = maker;
        this.runs = runs;
        this.limitNs = limitNs;
        this.progress = progress;
    }

    /** @return number of runs that were made. */
    public int runs() {
        return done;
    }

    /** @return whether time ran out: with more of it, or on another machine, more might have been taken away. */
    public boolean isOutOfTime() {
        return isOutOfTime;
    }

    /**
     * Looks for a smaller one.
     *
     * @param plan     of an episode that breaks a promise.
     * @param violated the invariant.
     * @return the smallest that was found: it breaks the same one. The plan itself if none was.
     */
    public EpisodePlan shrink(final EpisodePlan plan, final String violated) {
        invariant = violated;
        smallest = plan;
        if (!mayRun() || !takeOver(plan)) {
            return plan;
        }
        drawFew(plan);
        reduce();
        return drawWhatIsLeft();
    }

    /** What a first failure is made of isn't the least that fails: others in the same world may need less. */
    private EpisodePlan drawWhatIsLeft() {
        best = smallest;
        for (int again = 1; again <= OTHERS && size(best) > 1 && mayRun(); again++) {
            final int requests = again % 2 == 0 ? best.requests() : (best.requests() + 1) / 2;
            final EpisodePlan other = best.withAgain(again).withRequests(requests).withFaults(null);
            if (tried.add(other) && takeOver(other)) {
                reduce();
                best = size(smallest) < size(best) ? smallest : best;
            }
        }
        return best;
    }

    private static int size(final EpisodePlan plan) {
        return plan.requests() + (plan.faults() == null ? Integer.MAX_VALUE / 2 : plan.faults().size());
    }

    private void reduce() {
        EpisodePlan before;
        do {
            before = smallest;
            dropFaults();
            dropRequests();
            dropActors();
            makePlain();
        } while (mayRun() && !before.equals(smallest));
    }

    /** Goes on with a run, if it fails in the same way; with its faults one by one, and without what didn't begin. */
    private boolean takeOver(final EpisodePlan plan) {
        final Seen seen = run(plan);
        if (!seen.isSame()) {
            return false;
        }
        smallest = plan;
        if (!tryInstead(plan.withFaults(seen.faults()))) {
            tryInstead(plan.withRequests(Math.max(1, seen.started())));
        }
        return true;
    }

    /** In the plainest of worlds, where it is seen best, then in the one that it was found in. */
    private void drawFew(final EpisodePlan plan) {
        final EpisodePlan plainest = plan.withClients(1).withResources(2).withPlain(EnumSet.allOf(Plain.class));
        for (final int few : FEW) {
            for (final EpisodePlan world : List.of(plainest, plan)) {
                if (few < smallest.requests() && drawAgain(world, few, runs / (4 * FEW.length))) {
                    return;
                }
            }
        }
    }

    private boolean drawAgain(final EpisodePlan world, final int requests, final int times) {
        for (int again = 1; again <= times && mayRun(); again++) {
            final EpisodePlan other = world.withAgain(again).withRequests(requests).withFaults(null);
            if (tried.add(other) && takeOver(other)) {
                return true;
            }
        }
        return false;
    }

    private void dropFaults() {
        if (smallest.faults() == null || smallest.faults().isEmpty()) {
            return;
        }
        tryInstead(smallest.withFaults(List.of()));
        for (final Fault fault : EnumSet.allOf(Fault.class)) {
            tryInstead(smallest.withFaults(
                smallest.faults().stream().filter(occurrence -> occurrence.fault() != fault).toList()));
        }
        tryInstead(smallest.withFaults(
            smallest.faults().stream().filter(occurrence -> !occurrence.isAtCrashPoint()).toList()));
        for (int length = smallest.faults().size() / 2; length > 0; length /= 2) {
            for (int from = smallest.faults().size() - length; from > -length; from -= length) {
                dropFaults(Math.max(0, from), length);
            }
        }
    }

    private void dropFaults(final int from, final int length) {
        if (from < smallest.faults().size()) {
            final List<FaultOccurrence> fewer = new ArrayList<>(smallest.faults());
            fewer.subList(from, Math.min(fewer.size(), from + length)).clear();
            tryInstead(smallest.withFaults(fewer));
        }
    }

    private void dropRequests() {
        int fewer = smallest.requests() / 2;
        while (fewer > 0) {
            if (smallest.requests() <= fewer || !tryInstead(smallest.withRequests(smallest.requests() - fewer))) {
                fewer /= 2;
            }
        }
    }

    private void dropActors() {
        for (int clients = 1; clients < smallest.settings().clients(); clients++) {
            tryInstead(smallest.withClients(clients));
        }
        for (int resources = 1; resources < smallest.settings().resources(); resources++) {
            tryInstead(smallest.withResources(resources));
        }
    }

    private void makePlain() {
        for (final Plain plain : Plain.values()) {
            tryInstead(smallest.withPlain(EnumSet.of(plain)));
        }
    }

    /** Goes on with a smaller one if it fails in the same way; and without what it didn't come to. */
    private boolean tryInstead(final EpisodePlan plan) {
        if (plan.equals(smallest) || !mayRun() || !tried.add(plan)) {
            return false;
        }
        final Seen seen = run(plan);
        if (!seen.isSame()) {
            return false;
        }
        smallest = plan;
        if (seen.started() > 0 && seen.started() < plan.requests()) {
            tryInstead(plan.withRequests(seen.started()));
        }
        if (smallest.faults() != null) {
            tryInstead(smallest.withFaults(
                smallest.faults().stream().filter(fault -> fault.timeNs() <= seen.endNs()).toList()));
        }
        return true;
    }

    private boolean mayRun() {
        isOutOfTime |= limitNs > 0 && System.nanoTime() - startNs > limitNs;
        return done < runs && !isOutOfTime;
    }

    private Seen run(final EpisodePlan plan) {
        done++;
        tell();
        final Episode episode = plan.make(maker);
        episode.faults().record();
        episode.run(this::tell);
        return new Seen(invariant.equals(episode.violations().invariant()), episode.workload().startedCount(),
            episode.virtualNs(), episode.faults().recorded());
    }

    private void tell() {
        final long nowNs = System.nanoTime();
        if (progress != null && nowNs - lastProgressNs >= PROGRESS_NS) {
            lastProgressNs = nowNs;
            final EpisodePlan found = best == null || size(smallest) < size(best) ? smallest : best;
            final String faults = found.faults() == null ? "faults as drawn" : found.faults().size() + " faults";
            progress.println("shrinking: run " + done + " of " + runs + ", smallest so far: " + found.requests()
                + " requests, " + faults);
        }
    }
}
