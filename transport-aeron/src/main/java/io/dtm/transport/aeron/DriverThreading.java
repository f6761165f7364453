package io.dtm.transport.aeron;

import io.aeron.driver.Configuration;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SleepingMillisIdleStrategy;

/**
 * How many threads an embedded driver gets, and how they idle.
 * <pre>
 *   cores     threads                                 idle
 *   1 to 3    SHARED: one for conductor,              few spins and yields, then parks of at most 50 us
 *             sender and receiver
 *   4 to 7    SHARED_NETWORK: sender and receiver     the same with more yields; the conductor sleeps 1 ms
 *             share one
 *   8 up      DEDICATED                               yields long before it parks; the conductor sleeps 1 ms
 * </pre>
 * Aeron's own defaults park for up to a millisecond, which shows in every round trip at a low rate; a busy spin on two
 * cores takes one of them from the program. Aeron's own properties win where they are set:
 * {@code aeron.threading.mode}, {@code aeron.shared.idle.strategy} and so on.
 */
final class DriverThreading {
    private static final long MIN_PARK_NS = 1_000;
    private static final long MAX_PARK_NS = 50_000;
    private static final int FEW_CORES = 4;
    private static final int MANY_CORES = 8;

    private DriverThreading() {
    }

    static ThreadingMode mode(final int cores) {
        final String configured = System.getProperty(Configuration.THREADING_MODE_PROP_NAME);
        if (null != configured) {
            return ThreadingMode.valueOf(configured);
        }
        if (cores < FEW_CORES) {
            return ThreadingMode.SHARED;
        }
        return cores < MANY_CORES ? ThreadingMode.SHARED_NETWORK : ThreadingMode.DEDICATED;
    }

    static void idleStrategies(final MediaDriver.Context driverCtx, final int cores) {
        if (isFree(Configuration.SHARED_IDLE_STRATEGY_PROP_NAME)) {
            driverCtx.sharedIdleStrategy(network(cores));
        }
        if (isFree(Configuration.SHARED_NETWORK_IDLE_STRATEGY_PROP_NAME)) {
            driverCtx.sharedNetworkIdleStrategy(network(cores));
        }
        if (isFree(Configuration.SENDER_IDLE_STRATEGY_PROP_NAME)) {
            driverCtx.senderIdleStrategy(network(cores));
        }
        if (isFree(Configuration.RECEIVER_IDLE_STRATEGY_PROP_NAME)) {
            driverCtx.receiverIdleStrategy(network(cores));
        }
        if (isFree(Configuration.CONDUCTOR_IDLE_STRATEGY_PROP_NAME)) {
            driverCtx.conductorIdleStrategy(new SleepingMillisIdleStrategy(1));
        }
    }

    private static IdleStrategy network(final int cores) {
        if (cores < FEW_CORES) {
            return new BackoffIdleStrategy(10, 20, MIN_PARK_NS, MAX_PARK_NS);
        }
        return new BackoffIdleStrategy(20, cores < MANY_CORES ? 50 : 1_000, MIN_PARK_NS, MAX_PARK_NS);
    }

    private static boolean isFree(final String property) {
        return null == System.getProperty(property);
    }
}
