package io.dtm.simulation;

import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.fault.FaultOccurrence;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One episode, and in what it differs from the one that its seed draws. Decides everything that happens in it.
 *
 * @param seed      of the simulation.
 * @param episode   its number, from 0.
 * @param again     0: as drawn; otherwise everything but the settings is drawn once more, in another way for each
 *                  number, and faults occur more often.
 * @param requests  business requests to be carried out, greater than 0.
 * @param clients   number of clients; 0: as drawn.
 * @param resources number of resources; 0: as drawn.
 * @param plain     what isn't as drawn.
 * @param faults    what goes wrong, and nothing else; null: as drawn.
 */
public record EpisodePlan(
    long seed,
    int episode,
    int again,
    int requests,
    int clients,
    int resources,
    Set<Plain> plain,
    List<FaultOccurrence> faults) {
    private static final int MIN_REQUESTS = 200;
    private static final int MAX_REQUESTS = 4_000;
    private static final long OFTEN_NS = 20_000_000L;

    /** Keeps what it is given from being changed. */
    public EpisodePlan {
        final Set<Plain> sorted = EnumSet.noneOf(Plain.class);
        sorted.addAll(plain);
        plain = Collections.unmodifiableSet(sorted);
        faults = faults == null ? null : List.copyOf(faults);
    }

    /**
     * @param seed    of a simulation.
     * @param episode its number, from 0.
     * @return the episode as it is drawn.
     */
    public static EpisodePlan drawn(final long seed, final int episode) {
        return new EpisodePlan(seed, episode, 0, (int) stream(seed, episode).skewed(MIN_REQUESTS, MAX_REQUESTS), 0, 0,
            Set.of(), null);
    }

    private static RandomStream stream(final long seed, final int episode) {
        return new RandomStream(seed).split("episode " + episode);
    }

    /**
     * @param maker makes it.
     * @return the episode, not run yet.
     */
    Episode make(final Episode.Maker maker) {
        final RandomStream random = stream(seed, episode);
        final Episode made =
            maker.make(again == 0 ? random : random.split("again " + again), settings(), requests);
        if (faults != null) {
            made.faults().occurrences(faults);
        }
        return made;
    }

    /** @return what the episode is made of. */
    EpisodeSettings settings() {
        final EpisodeSettings drawn = EpisodeSettings.draw(stream(seed, episode).split("settings"));
        if (again > 0) {
            drawn.faults().often(OFTEN_NS << again % 4);
        }
        return Plain.apply(drawn, plain, clients == 0 ? drawn.clients() : clients,
            resources == 0 ? drawn.resources() : resources);
    }

    /** @return the command that runs just this. */
    String command() {
        final StringBuilder text = new StringBuilder("./dtm simulate --seed " + seed + " --episode " + episode);
        option(text, "--again", again);
        option(text, "--requests", requests);
        option(text, "--clients", clients);
        option(text, "--resources", resources);
        if (!plain.isEmpty()) {
            text.append(" --plain ").append(plain.stream().map(Plain::name).collect(Collectors.joining(",")));
        }
        if (faults != null) {
            text.append(" --faults ").append(faults.isEmpty() ? "none"
                : faults.stream().map(FaultOccurrence::toString).collect(Collectors.joining(",")));
        }
        return text.toString();
    }

    private static void option(final StringBuilder text, final String name, final int value) {
        if (value > 0) {
            text.append(' ').append(name).append(' ').append(value);
        }
    }

    EpisodePlan withAgain(final int value) {
        return new EpisodePlan(seed, episode, value, requests, clients, resources, plain, faults);
    }

    EpisodePlan withRequests(final int value) {
        return new EpisodePlan(seed, episode, again, value, clients, resources, plain, faults);
    }

    EpisodePlan withClients(final int value) {
        return new EpisodePlan(seed, episode, again, requests, value, resources, plain, faults);
    }

    EpisodePlan withResources(final int value) {
        return new EpisodePlan(seed, episode, again, requests, clients, value, plain, faults);
    }

    EpisodePlan withPlain(final Set<Plain> values) {
        final Set<Plain> more = EnumSet.copyOf(values);
        more.addAll(plain);
        return new EpisodePlan(seed, episode, again, requests, clients, resources, more, faults);
    }

    EpisodePlan withFaults(final List<FaultOccurrence> value) {
        return new EpisodePlan(seed, episode, again, requests, clients, resources, plain, value);
    }
}
