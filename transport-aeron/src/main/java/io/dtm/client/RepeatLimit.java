package io.dtm.client;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.agrona.concurrent.NanoClock;

/**
 * What may be said to whoever reads a log: each distinct text once a minute, numbers and ids in it don't make it
 * distinct, and all together are bounded too. What repeats is counted. Any thread.
 */
final class RepeatLimit {
    static final long INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);
    static final int MAX_IN_INTERVAL = 32;
    private static final int MAX_KNOWN = 256;
    private static final Pattern NUMBERS = Pattern.compile("\\w*\\d\\w*");

    private static final class Known {
        private long saidAtNs;
        private int leftOut;
    }

    private final NanoClock clock;
    private final Map<String, Known> known = new LinkedHashMap<>();
    private long intervalAtNs;
    private int saidInInterval;

    /** @param clock monotonic. */
    RepeatLimit(final NanoClock clock) {
        this.clock = clock;
        this.intervalAtNs = clock.nanoTime();
    }

    /** @return the text, and how often one like it was left out before; null: this one is left out. */
    synchronized String admit(final String text) {
        final long nowNs = clock.nanoTime();
        if (nowNs - intervalAtNs >= INTERVAL_NS) {
            intervalAtNs = nowNs;
            saidInInterval = 0;
        }
        final Known one = known(NUMBERS.matcher(text).replaceAll("#"), nowNs);
        if (nowNs - one.saidAtNs < INTERVAL_NS || saidInInterval == MAX_IN_INTERVAL) {
            one.leftOut++;
            return null;
        }
        final String repeats = one.leftOut == 0 ? "" : " (and " + one.leftOut + " more like it)";
        one.saidAtNs = nowNs;
        one.leftOut = 0;
        saidInInterval++;
        return text + repeats;
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
