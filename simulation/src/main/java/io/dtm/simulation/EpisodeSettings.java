package io.dtm.simulation;

import static io.dtm.core.coordinator.CoordinatorSettings.DURABILITY_APPEND;
import static io.dtm.core.coordinator.CoordinatorSettings.DURABILITY_FORCE;

import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.fault.Fault;
import io.dtm.simulation.fault.FaultPlan;
import io.dtm.simulation.network.NetworkSettings;
import io.dtm.simulation.node.ClientSettings;
import io.dtm.simulation.node.CoordinatorNode;
import io.dtm.simulation.node.CoordinatorTimes;
import io.dtm.simulation.resource.OnePhase;
import io.dtm.simulation.resource.ResourceSettings;

/**
 * What one episode is made of, drawn from its seed.
 *
 * @param resources   number of resources.
 * @param instances   greatest number of processes that serve a resource.
 * @param sharesInstances whether these processes claim the same instance.
 * @param servesTwo   whether some processes serve a second resource, too, at a place of their own.
 * @param clients     number of clients.
 * @param onePhase    how many of the resources can commit in one phase.
 * @param lastAgents  how many of these can't prepare.
 * @param network     how the network behaves.
 * @param resource    how resources behave.
 * @param client      how applications behave.
 * @param coordinator how fast the coordinator and its disk are.
 * @param settings    of the coordinator.
 * @param coordinators number of coordinators that share the resources, each with its own clients.
 * @param changes     whether each process of a coordinator is started with other settings.
 * @param faults      what goes wrong.
 */
public record EpisodeSettings(
    int resources,
    int instances,
    boolean sharesInstances,
    boolean servesTwo,
    int clients,
    int onePhase,
    int lastAgents,
    NetworkSettings network,
    ResourceSettings resource,
    ClientSettings client,
    CoordinatorTimes coordinator,
    CoordinatorSettings settings,
    int coordinators,
    boolean changes,
    FaultPlan faults) {
    private static final long MICRO = 1_000L;
    private static final long MILLI = 1_000_000L;
    static final int UNLIMITED = 100_000;
    private static final int APPENDS_ONE_IN = 8;
    private static final int EXACTLY_ONCE_ONE_IN = 3;
    private static final int SERVES_TWO_ONE_IN = 3;
    /** While the coordinator stands still, peers ask again and again: it opens one for each when it goes on. */
    private static final int MAX_SESSIONS = 100_000;

    /**
     * @param random decides.
     * @return settings for an episode.
     */
    public static EpisodeSettings draw(final RandomStream random) {
        final FaultPlan faults = FaultPlan.draw(random.split("faults"));
        final boolean appends = random.split("durability").nextInt(APPENDS_ONE_IN) == 0;
        if (appends) {
            faults.with(Fault.POWER_LOSS, 0).with(Fault.BIT_ROT, 0); // nothing is promised then
        }
        final int resources = (int) random.between(2, 5);
        final int onePhase = random.coin() ? 0 : random.nextInt(resources + 1);
        return new EpisodeSettings(
            resources,
            random.nextInt(3) == 0 ? 2 : 1,
            random.nextInt(4) == 0,
            random.split("second resources").nextInt(SERVES_TWO_ONE_IN) == 0,
            (int) random.between(1, 4),
            onePhase,
            onePhase == 0 || random.coin() ? 0 : 1,
            drawNetwork(random, faults),
            drawResource(random),
            drawClient(random),
            drawTimes(random),
            drawSettings(random, appends ? DURABILITY_APPEND : DURABILITY_FORCE),
            random.nextInt(5) == 0 ? 2 : 1,
            random.nextInt(4) == 0,
            faults);
    }

    private static NetworkSettings drawNetwork(final RandomStream random, final FaultPlan faults) {
        final long notice = random.skewed(MILLI, 3_000 * MILLI);
        return new NetworkSettings(
            10 * MICRO,
            random.skewed(50 * MICRO, 20 * MILLI),
            100 * MICRO,
            notice,
            random.nextInt(4) == 0 ? 4 * 1024 : 256 * 1024,
            random.coin() || faults.isFaultless() ? 0 : (int) random.between(1, 20_000));
    }

    private static ResourceSettings drawResource(final RandomStream random) {
        return new ResourceSettings(
            random.nextInt(3) == 0 ? 0 : (int) random.between(1, 60_000),
            random.coin() ? 0 : (int) random.between(1, 300_000),
            random.nextInt(3) == 0 ? RandomStream.MILLION : random.nextInt(RandomStream.MILLION),
            random.coin() ? 0 : (int) random.between(1, 20_000),
            5 * MICRO,
            random.skewed(50 * MICRO, 10 * MILLI));
    }

    private static ClientSettings drawClient(final RandomStream random) {
        final int minTimeoutMs = (int) random.skewed(50, 20_000);
        return new ClientSettings(
            (int) random.between(1, 24),
            random.nextInt(3) == 0 ? 0 : random.nextInt(RandomStream.MILLION),
            random.nextInt(400_000),
            random.nextInt(50_000),
            500_000,
            random.coin() ? 0 : random.nextInt(300_000),
            random.coin() ? 0 : random.nextInt(500_000),
            random.nextInt(6) == 0 ? (int) random.between(40, 400) : 0,
            (int) random.between(1, 5),
            minTimeoutMs,
            (int) random.skewed(minTimeoutMs, 60_000),
            random.skewed(MICRO, MILLI),
            10 * MICRO,
            random.skewed(50 * MICRO, 5 * MILLI),
            drawExactlyOnce(random.split("exactly once")));
    }

    private static int drawExactlyOnce(final RandomStream random) {
        return random.nextInt(EXACTLY_ONCE_ONE_IN) == 0 ? (int) random.between(200_000, RandomStream.MILLION) : 0;
    }

    private static CoordinatorTimes drawTimes(final RandomStream random) {
        return new CoordinatorTimes(
            MICRO,
            random.skewed(2 * MICRO, 50 * MICRO),
            20 * MICRO,
            random.skewed(50 * MICRO, 5 * MILLI),
            random.coin() ? 0 : random.nextInt(400_000),
            MILLI,
            random.skewed(10 * MILLI, 20_000 * MILLI));
    }

    private static CoordinatorSettings drawSettings(final RandomStream random, final int durability) {
        return limited(random.nextInt(8) == 0 ? (int) random.between(2, 20) : UNLIMITED,
            random.nextInt(3) == 0 ? random.nextInt(20) : UNLIMITED, durability);
    }

    /**
     * @param transactions greatest number in flight.
     * @param outcomes     greatest number that is kept.
     * @param durability   a DurabilityLevel.
     * @return the coordinator's settings.
     */
    static CoordinatorSettings limited(final int transactions, final int outcomes, final int durability) {
        final CoordinatorSettings usual = CoordinatorSettings.defaults();
        return settings(transactions, outcomes, usual.defaultTimeoutMs(), usual.sessionTimeoutMs(),
            usual.retentionMs(), usual.resendInitialMs(), usual.resendMaxMs(), durability);
    }

    /**
     * @param random     decides.
     * @param durability a DurabilityLevel: what was promised once is asserted of all that comes later.
     * @return settings with which a coordinator may be started the next time, whatever it had before.
     */
    static CoordinatorSettings drawOtherSettings(final RandomStream random, final int durability) {
        final int resendMs = (int) random.between(100, 2_000);
        return settings(
            random.coin() ? UNLIMITED : (int) random.between(2, 100),
            random.coin() ? UNLIMITED : random.nextInt(100),
            (int) random.skewed(1_000, 60_000),
            (int) random.between(2_000, 10_000),
            (int) random.skewed(1, 600_000),
            resendMs,
            resendMs + (int) random.between(0, 5_000),
            durability);
    }

    private static CoordinatorSettings settings(
        final int transactions,
        final int outcomes,
        final int defaultTimeoutMs,
        final int sessionTimeoutMs,
        final int retentionMs,
        final int resendInitialMs,
        final int resendMaxMs,
        final int durability) {
        final CoordinatorSettings usual = CoordinatorSettings.defaults();
        return new CoordinatorSettings(
            defaultTimeoutMs, usual.maxTimeoutMs(), sessionTimeoutMs, CoordinatorNode.MAX_BRANCHES,
            CoordinatorNode.MAX_PAYLOAD_BYTES, CoordinatorNode.MAX_PAYLOAD_BYTES, transactions,
            MAX_SESSIONS, 100, usual.maxInstances(), 1 << 20, outcomes, retentionMs,
            resendInitialMs, resendMaxMs, durability);
    }

    /**
     * @param resource its place, from 0.
     * @return what its participants declare.
     */
    OnePhase onePhase(final int resource) {
        if (resource >= onePhase) {
            return OnePhase.NEVER;
        }
        return resource < lastAgents ? OnePhase.LAST_AGENT : OnePhase.ALONE;
    }

    /** Processes of a resource claim the same instance: each start of one takes the other's place. */
    boolean takesTurns() {
        return instances > 1 && sharesInstances;
    }

    /** @return whether the coordinator may refuse to begin a transaction. */
    boolean mayRefuseBegins() {
        return changes || settings.maxTransactions() < UNLIMITED || faults.has(Fault.STORAGE_FULL);
    }

    /** @return whether a client's process may die. */
    boolean mayLoseClients() {
        return faults.has(Fault.CLIENT_CRASH);
    }
}
