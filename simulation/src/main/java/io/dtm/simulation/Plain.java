package io.dtm.simulation;

import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.simulation.network.NetworkSettings;
import io.dtm.simulation.node.ClientSettings;
import io.dtm.simulation.node.CoordinatorTimes;
import io.dtm.simulation.resource.ResourceSettings;
import java.util.Set;

/** What of an episode can be plain instead of drawn. */
public enum Plain {
    /** Frames arrive soon, nobody is pushed back, the end of a link is noticed at once. */
    NETWORK,
    /** The coordinator's stages all get their turn, its disk is fast, it restarts at once. */
    COORDINATOR,
    /** The coordinator has room for all transactions and outcomes. */
    LIMITS,
    /** There is one coordinator, and it keeps its settings. */
    ONE_COORDINATOR,
    /** Everybody votes YES. */
    VOTES,
    /** Databases answer at once. */
    DATABASES,
    /** Each resource has one process, which serves no other. */
    PROCESSES,
    /** Nobody commits in one phase. */
    TWO_PHASE,
    /** Only one-shot transactions. */
    ONE_SHOT,
    /** A client has one request at a time. */
    ONE_AT_A_TIME,
    /** Applications wait for outcomes, never change their minds, and never try again. */
    APPLICATIONS,
    /** At most two branches. */
    TWO_BRANCHES;

    private static final long MICRO = 1_000L;
    private static final long MILLI = 1_000_000L;
    private static final NetworkSettings PLAIN_NETWORK =
        new NetworkSettings(10 * MICRO, 50 * MICRO, 100 * MICRO, MILLI, 256 * 1024, 0);
    private static final CoordinatorTimes PLAIN_TIMES =
        new CoordinatorTimes(MICRO, 2 * MICRO, 20 * MICRO, 50 * MICRO, 0, MILLI, 10 * MILLI);

    /**
     * @param drawn     settings.
     * @param plain     what is to be plain.
     * @param clients   number of them, greater than 0.
     * @param resources number of them, greater than 0.
     * @return the settings with that.
     */
    static EpisodeSettings apply(
        final EpisodeSettings drawn, final Set<Plain> plain, final int clients, final int resources) {
        final boolean isTwoPhase = plain.contains(TWO_PHASE);
        final CoordinatorSettings unlimited =
            EpisodeSettings.limited(
                EpisodeSettings.UNLIMITED, EpisodeSettings.UNLIMITED, drawn.settings().durability());
        return new EpisodeSettings(
            resources,
            plain.contains(PROCESSES) ? 1 : drawn.instances(),
            drawn.sharesInstances(),
            drawn.servesTwo() && !plain.contains(PROCESSES),
            clients,
            isTwoPhase ? 0 : Math.min(resources, drawn.onePhase()),
            isTwoPhase ? 0 : drawn.lastAgents(),
            plain.contains(NETWORK) ? PLAIN_NETWORK : drawn.network(),
            resource(drawn.resource(), plain),
            client(drawn.client(), plain),
            plain.contains(COORDINATOR) ? PLAIN_TIMES : drawn.coordinator(),
            plain.contains(LIMITS) ? unlimited : drawn.settings(),
            plain.contains(ONE_COORDINATOR) ? 1 : drawn.coordinators(),
            !plain.contains(ONE_COORDINATOR) && drawn.changes(),
            drawn.faults());
    }

    private static ResourceSettings resource(final ResourceSettings drawn, final Set<Plain> plain) {
        final boolean isWilling = plain.contains(VOTES);
        final boolean isPrompt = plain.contains(DATABASES);
        return new ResourceSettings(
            isWilling ? 0 : drawn.noPerMillion(),
            isWilling ? 0 : drawn.readOnlyPerMillion(),
            isPrompt ? 1_000_000 : drawn.syncPerMillion(),
            isPrompt ? 0 : drawn.retryPerMillion(),
            drawn.minDelayNs(),
            drawn.maxDelayNs());
    }

    private static ClientSettings client(final ClientSettings drawn, final Set<Plain> plain) {
        final boolean isPatient = plain.contains(APPLICATIONS);
        return new ClientSettings(
            plain.contains(ONE_AT_A_TIME) ? 1 : drawn.concurrency(),
            plain.contains(ONE_SHOT) ? 0 : drawn.interactivePerMillion(),
            isPatient ? 0 : drawn.racingPerMillion(),
            isPatient ? 0 : drawn.rollbackPerMillion(),
            isPatient ? 0 : drawn.retryPerMillion(),
            isPatient ? 0 : drawn.acceptedPerMillion(),
            isPatient ? 0 : drawn.enlistedPerMillion(),
            isPatient ? 0 : drawn.countersLeft(),
            plain.contains(TWO_BRANCHES) ? Math.min(2, drawn.maxBranches()) : drawn.maxBranches(),
            drawn.minTimeoutMs(),
            drawn.maxTimeoutMs(),
            drawn.maxThinkNs(),
            drawn.minCallNs(),
            drawn.maxCallNs(),
            isPatient ? 0 : drawn.exactlyOncePerMillion());
    }
}
