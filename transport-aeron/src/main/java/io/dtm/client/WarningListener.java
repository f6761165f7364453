package io.dtm.client;

import io.dtm.session.SessionListener;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.NanoClock;

/**
 * The listener of those who gave none: tells an error handler whatever is worth a line in a log. Each distinct text
 * goes once a minute, numbers and ids in it don't make it distinct, and all together are bounded too: what repeats is
 * counted. Duty cycle's thread.
 */
final class WarningListener implements SessionListener {
    static final long INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);
    static final int MAX_IN_INTERVAL = 32;
    private static final int MAX_KNOWN = 256;
    private static final Pattern NUMBERS = Pattern.compile("\\w*\\d\\w*");

    private static final class Known {
        private long saidAtNs;
        private int leftOut;
    }

    private final String endpoint;
    private final ErrorHandler errorHandler;
    private final NanoClock clock;
    private final Map<String, Known> known = new LinkedHashMap<>();
    private long intervalAtNs;
    private int saidInInterval;

    /**
     * @param endpoint     of the coordinator.
     * @param errorHandler takes each warning.
     * @param clock        monotonic.
     */
    WarningListener(final String endpoint, final ErrorHandler errorHandler, final NanoClock clock) {
        this.endpoint = endpoint;
        this.errorHandler = errorHandler;
        this.clock = clock;
        this.intervalAtNs = clock.nanoTime();
    }

    @Override
    public void onDisconnected(final String reason) {
        warn("not connected: " + reason + "; it connects again by itself", null);
    }

    @Override
    public void onRefused(final Refusal refusal, final String text) {
        warn("refused: " + refusal + " " + text, null);
    }

    @Override
    public void onEpochRefused(final String text) {
        warn("the coordinator is not obeyed: " + text, null);
    }

    @Override
    public void onSessionLost(final int sessionId) {
        warn("session " + sessionId + " is lost, and what it left undecided is rolled back", null);
    }

    @Override
    public void onAnomaly(final String text, final Throwable cause) {
        warn(cause == null ? text : text + ": " + cause, cause);
    }

    private void warn(final String text, final Throwable cause) {
        final long nowNs = clock.nanoTime();
        if (nowNs - intervalAtNs >= INTERVAL_NS) {
            intervalAtNs = nowNs;
            saidInInterval = 0;
        }
        final Known one = known(NUMBERS.matcher(text).replaceAll("#"), nowNs);
        if (nowNs - one.saidAtNs < INTERVAL_NS || saidInInterval == MAX_IN_INTERVAL) {
            one.leftOut++;
            return;
        }
        final String repeats = one.leftOut == 0 ? "" : " (and " + one.leftOut + " more like it)";
        one.saidAtNs = nowNs;
        one.leftOut = 0;
        saidInInterval++;
        errorHandler.onError(new DtmWarning(endpoint + ": " + text + repeats, cause));
    }

    private Known known(final String key, final long nowNs) {
        Known one = known.get(key);
        if (one == null) {
            if (known.size() == MAX_KNOWN) {
                final Iterator<Known> oldest = known.values().iterator();
                oldest.next();
                oldest.remove();
            }
            one = new Known();
            one.saidAtNs = nowNs - INTERVAL_NS;
            known.put(key, one);
        }
        return one;
    }
}
