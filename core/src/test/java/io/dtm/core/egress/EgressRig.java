package io.dtm.core.egress;

import io.dtm.core.LinkReplies;
import io.dtm.core.SlowLinks;
import io.dtm.core.coordinator.CoordinatorOutput;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.coordinator.PayloadReader;
import io.dtm.core.fake.FakeLinks;
import java.util.ArrayList;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Encoder and egress agent, driven by hand; each frame of the journal is 100 bytes long. */
final class EgressRig implements Durability, EgressListener {
    static final long MAX_BACKLOG = 64 * 1024;
    static final long SLOW_LINK_TIMEOUT_NS = 1_000;
    static final UnsafeBuffer NO_TEXT = new UnsafeBuffer(new byte[0]);

    final OutboundQueue queue = new OutboundQueue(1 << 20);
    final EgressEncoder encoder = new EgressEncoder(queue, 1 << 19);
    final FakeLinks links = new FakeLinks();
    final LinkReplies replies = new LinkReplies();
    final SlowLinks slowLinks;
    long nowNs = -500;
    final List<String> told = new ArrayList<>();
    final List<Long> requests = new ArrayList<>();
    final EgressAgent agent;
    long forced;
    long position;

    EgressRig() {
        this(CoordinatorSettings.DURABILITY_FORCE, 4);
    }

    EgressRig(final int durability, final int maxSlowLinks) {
        this(durability, maxSlowLinks, new BacklogBounds(MAX_BACKLOG, SLOW_LINK_TIMEOUT_NS, 3 * MAX_BACKLOG));
    }

    EgressRig(final int durability, final int maxSlowLinks, final BacklogBounds backlogs) {
        slowLinks = new SlowLinks(maxSlowLinks);
        agent = new EgressAgent(new EgressConfig(
            queue, replies, this, durability == CoordinatorSettings.DURABILITY_FORCE, links, slowLinks, this,
            () -> nowNs, backlogs, 1376));
    }

    /** Starts an epoch, durable: from now on something may leave. */
    EgressRig started() {
        frame(out -> encoder.onEpochStarted(5, 3, 1, 55));
        forceAll();
        work();
        requests.clear();
        return this;
    }

    /** What the coordinator puts out because of one frame. */
    interface Cause {
        void emit(CoordinatorOutput output);
    }

    /** Returns the frame's position. */
    long frame(final Cause cause) {
        position += 100;
        encoder.startFrame(position);
        cause.emit(encoder);
        encoder.endFrame();
        return position;
    }

    void forceAll() {
        forced = position;
    }

    void work() {
        while (agent.doWork() > 0) {
            // until nothing is left to do
        }
    }

    @Override
    public long forcedPosition() {
        return forced;
    }

    @Override
    public void requestForce(final long upTo) {
        requests.add(upTo);
    }

    @Override
    public void onOperatorAnswered(final long requestId, final int code, final String text) {
        told.add("answer " + requestId + " " + code + " " + text);
    }

    @Override
    public void onAlarm(final CoordinatorOutput.Alarm alarm, final long transactionId, final int branchId) {
        told.add("alarm " + alarm + " " + transactionId + " " + branchId);
    }

    @Override
    public void onTooSlow(final int linkId, final long backlogBytes) {
        told.add("too slow " + linkId);
    }

    static void prepare(final CoordinatorOutput out, final int sessionId, final long transactionId) {
        out.prepare(sessionId, true, 4, 77, transactionId, 0, 3, payload(8));
    }

    static void decide(final CoordinatorOutput out, final int sessionId, final long transactionId) {
        out.decision(sessionId, 4, transactionId, 0, 3, 1, 1);
    }

    static void outcome(final CoordinatorOutput out, final int sessionId, final long transactionId) {
        out.outcome(sessionId, false, transactionId, 2, 2, 0, 0, 0xFFFF, NO_TEXT, 0, 0);
    }

    static PayloadReader payload(final int length) {
        return new PayloadReader() {
            @Override
            public int length() {
                return length;
            }

            @Override
            public void copyTo(final MutableDirectBuffer target, final int offset) {
                target.setMemory(offset, length, (byte) 'p');
            }
        };
    }
}
