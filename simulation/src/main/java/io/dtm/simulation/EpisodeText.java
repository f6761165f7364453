package io.dtm.simulation;

import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.simulation.fault.FaultOccurrence;
import io.dtm.simulation.network.NetworkSettings;
import io.dtm.simulation.node.ClientSettings;
import io.dtm.simulation.node.CoordinatorTimes;
import io.dtm.simulation.resource.ResourceSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An episode in words: what it is made of, and what became of it. */
final class EpisodeText {
    private static final int MOST_FAULTS = 40;

    private EpisodeText() {
    }

    /**
     * @param plan    of the episode.
     * @param episode that broke a promise.
     * @return the episode's settings, the command that runs it again, its end as a diagram, and what was broken.
     */
    static List<String> failure(final EpisodePlan plan, final Episode episode) {
        final List<String> lines = new ArrayList<>(settings(plan));
        lines.add("");
        lines.addAll(new TraceDiagram(episode.trace(), episode.violations().texts()).lines());
        lines.add("");
        lines.add("To run just this again: " + plan.command());
        lines.addAll(episode.violations().texts());
        return lines;
    }

    /**
     * @param plan of an episode.
     * @return what it is made of, a line for each part.
     */
    static List<String> settings(final EpisodePlan plan) {
        final EpisodeSettings settings = plan.settings();
        final List<String> lines = new ArrayList<>();
        lines.add("seed " + plan.seed() + ", episode " + plan.episode()
            + (plan.again() > 0 ? ", drawn again: " + plan.again() : ""));
        lines.add("  requests:    " + plan.requests() + ", by " + count(settings.clients(), "client"));
        lines.add("  resources:   " + settings.resources() + ", each with " + count(settings.instances(), "process")
            + (settings.takesTurns() ? " of the same name" : "")
            + (settings.servesTwo() ? ", some of which serve two" : "")
            + "; " + (settings.onePhase() - settings.lastAgents()) + " can commit in one phase, "
            + settings.lastAgents() + " can't prepare");
        lines.add("  clients:     " + text(settings.client()));
        lines.add("  databases:   " + text(settings.resource()));
        lines.add("  network:     " + text(settings.network()));
        lines.add("  coordinator: " + text(settings.coordinator()) + "; "
            + count(settings.settings().maxTransactions(), "transaction") + " in flight, "
            + count(settings.settings().retainedOutcomes(), "outcome") + " kept"
            + (settings.settings().durability() == CoordinatorSettings.DURABILITY_APPEND ? ", durability=append" : ""));
        faults(plan, settings, lines);
        return lines;
    }

    private static void faults(final EpisodePlan plan, final EpisodeSettings settings, final List<String> lines) {
        final List<FaultOccurrence> faults = plan.faults();
        if (faults == null) {
            lines.add("  faults:      " + settings.faults());
        } else if (faults.isEmpty()) {
            lines.add("  faults:      none");
        } else {
            for (final FaultOccurrence fault : faults.subList(0, Math.min(MOST_FAULTS, faults.size()))) {
                lines.add(String.format(Locale.ROOT, "  fault:       %s at %.6f s%s", fault.fault(),
                    fault.timeNs() / 1e9, fault.isAtCrashPoint() ? ", between two steps of " + fault.node() : ""));
            }
            if (faults.size() > MOST_FAULTS) {
                lines.add("               and " + (faults.size() - MOST_FAULTS) + " more");
            }
        }
    }

    private static String text(final ClientSettings client) {
        return client.concurrency() + " at a time, of up to " + count(client.maxBranches(), "branch")
            + rate(client.interactivePerMillion(), "interactive")
            + rate(client.racingPerMillion(), "racing")
            + rate(client.rollbackPerMillion(), "given up")
            + rate(client.retryPerMillion(), "tried again")
            + rate(client.acceptedPerMillion(), "only accepted")
            + rate(client.enlistedPerMillion(), "enlisted by the client")
            + rate(client.exactlyOncePerMillion(), "of the clients exactly once")
            + (client.countersLeft() > 0 ? ", " + client.countersLeft() + " transactions a session" : "")
            + "; timeouts of " + client.minTimeoutMs() + " to " + client.maxTimeoutMs() + " ms";
    }

    private static String text(final ResourceSettings resource) {
        return resource.syncPerMillion() / 10_000 + " % answer at once, the others within "
            + micros(resource.maxDelayNs())
            + rate(resource.noPerMillion(), "vote NO")
            + rate(resource.readOnlyPerMillion(), "vote READ_ONLY")
            + rate(resource.retryPerMillion(), "can't be asked");
    }

    private static String text(final NetworkSettings network) {
        return "a frame takes up to " + micros(network.maxDelayNs()) + ", the end of a link is noticed within "
            + micros(network.maxNoticeNs()) + ", windows of " + network.windowBytes() + " bytes"
            + rate(network.pushBackPerMillion(), "pushed back");
    }

    private static String text(final CoordinatorTimes times) {
        return "a round of its stages takes up to " + micros(times.maxStepNs()) + ", a force up to "
            + micros(times.maxForceNs()) + ", a restart up to " + micros(times.maxRestartNs())
            + rate(times.skippedPerMillion(), "of its stages skipped");
    }

    private static String micros(final long nanos) {
        return nanos / 1_000 + " us";
    }

    private static String rate(final int perMillion, final String what) {
        return perMillion == 0 ? "" : String.format(Locale.ROOT, ", %.1f %% %s", perMillion / 10_000.0, what);
    }

    private static String count(final int number, final String what) {
        final boolean hisses = what.endsWith("s") || what.endsWith("h");
        return number + " " + what + (number == 1 ? "" : hisses ? "es" : "s");
    }
}
