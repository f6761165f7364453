package io.dtm.server;

import io.dtm.core.coordinator.CoordinatorOutput.Alarm;
import io.dtm.core.egress.EgressListener;
import io.dtm.core.ingress.DropListener;
import io.dtm.core.ingress.DropReason;
import java.io.PrintStream;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.agrona.ErrorHandler;

/**
 * What the coordinator has to tell its operator: one line for each kind of event, and again only after a while, with
 * the number of times that it happened meanwhile, so that no peer can fill the disk. Any thread.
 */
final class HostLog implements DropListener, EgressListener, ErrorHandler {
    private static final long QUIET_NS = 60_000_000_000L;

    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, Kind> kinds = new ConcurrentHashMap<>();

    /** One kind of event. */
    private static final class Kind {
        private long lastNs;
        private long suppressed;
        private boolean printed;
    }

    /**
     * @param out takes what happens.
     * @param err takes why the process ends, if not by request.
     */
    HostLog(final PrintStream out, final PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** A line that is always printed. */
    void say(final String text) {
        print(out, text);
    }

    /** The last line: why this process ends. */
    void sayLast(final String text) {
        print(err, text);
    }

    private static void print(final PrintStream stream, final String text) {
        stream.println(Instant.now() + " " + text);
        stream.flush();
    }

    private void sayOnce(final String kind, final String text) {
        final Kind one = kinds.computeIfAbsent(kind, name -> new Kind());
        final long suppressed;
        synchronized (one) {
            final long nowNs = System.nanoTime();
            if (one.printed && nowNs - one.lastNs < QUIET_NS) {
                one.suppressed++;
                return;
            }
            suppressed = one.suppressed;
            one.suppressed = 0;
            one.lastNs = nowNs;
            one.printed = true;
        }
        say(suppressed == 0 ? text : text + " (and " + suppressed + " more of this kind)");
    }

    @Override
    public void onDropped(final DropReason reason, final int linkId) {
        sayOnce("drop " + reason, "dropped a frame of link " + linkId + ": " + reason);
    }

    @Override
    public void onOperatorAnswered(final long requestId, final int code, final String text) {
        say("operator's request " + requestId + ": " + (code == 0 ? "done" : "refused, " + text));
    }

    @Override
    public void onAlarm(final Alarm alarm, final long transactionId, final int branchId) {
        sayOnce("alarm " + alarm, "ALARM " + alarm + ": transaction " + Long.toHexString(transactionId)
            + ", branch " + branchId);
    }

    @Override
    public void onTooSlow(final int linkId, final long backlogBytes) {
        sayOnce("slow", "link " + linkId + " doesn't drain: dropped " + backlogBytes + " bytes, its sessions end");
    }

    @Override
    public void onError(final Throwable error) {
        sayOnce("error " + error.getClass().getName(), "transport: " + error);
    }
}
