package io.dtm.simulation.explore;

import io.dtm.core.LinkReplies;
import io.dtm.core.SlowLinks;
import io.dtm.core.ingress.CoordinatorLevels;
import io.dtm.core.ingress.EventPublisher;
import io.dtm.core.ingress.IngressAgent;
import io.dtm.core.ingress.IngressConfig;
import io.dtm.core.ingress.LinkPoller;
import io.dtm.core.ingress.LogicalClock;
import io.dtm.core.ingress.OpenAdmission;
import io.dtm.core.ingress.OperatorCommands;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The real ingress as a function: what arrives over a link gives events. A link that has shown itself once stays let
 * in.
 */
final class FrameAdmission {
    private record Arrival(int linkId, int frame) {
    }

    private final Numbered<Bytes> frames;
    private final Map<Arrival, Ints> known = new HashMap<>();
    private final LinkReplies replies = new LinkReplies();
    private final SlowLinks slowLinks = new SlowLinks(16);
    private final OperatorCommands operators = new OperatorCommands();

    FrameAdmission(final Numbered<Bytes> frames) {
        this.frames = frames;
    }

    /**
     * @param linkId    over which it comes.
     * @param handshake with which the link was opened.
     * @param frame     that arrives.
     * @return the events' frames.
     */
    Ints events(final int linkId, final int handshake, final int frame) {
        return known.computeIfAbsent(new Arrival(linkId, frame), arrival -> compute(linkId, handshake, frame));
    }

    private Ints compute(final int linkId, final int handshake, final int frame) {
        final Ring ring = new Ring();
        final Script script = new Script(linkId);
        final IngressAgent ingress = new IngressAgent(new IngressConfig(script, ring, ring, () -> true, slowLinks,
            replies, new OpenAdmission("explorer"), () -> linkId, (reason, link) -> { }, operators,
            new LogicalClock(() -> 0, 0), () -> 0, List.of(), Long.MAX_VALUE / 4, Long.MAX_VALUE / 4, 4, 4, 16));
        if (handshake != frame) {
            script.arriving.add(frames.get(handshake).content());
        }
        ingress.doWork();
        ring.taken.clear();
        script.arriving.add(frames.get(frame).content());
        ingress.doWork();
        ingress.doWork();
        Ints events = Ints.NONE;
        for (final Bytes event : ring.taken) {
            events = events.with(frames.of(event));
        }
        return events;
    }

    private static final class Script implements LinkPoller {
        private final int linkId;
        private final ArrayDeque<byte[]> arriving = new ArrayDeque<>();
        private boolean isUp;

        Script(final int linkId) {
            this.linkId = linkId;
        }

        @Override
        public int poll(final Handler handler, final int limit) {
            int taken = 0;
            if (!isUp) {
                isUp = true;
                handler.onLinkUp(linkId);
                taken++;
            }
            while (!arriving.isEmpty()) {
                final byte[] frame = arriving.poll();
                handler.onFrame(linkId, new UnsafeBuffer(frame), 0, frame.length);
                taken++;
            }
            return taken;
        }
    }

    private static final class Ring implements EventPublisher, CoordinatorLevels {
        private final List<Bytes> taken = new ArrayList<>();

        @Override
        public boolean hasRoomFor(final int length) {
            return true;
        }

        @Override
        public long offer(
            final int linkId, final long timeNs, final DirectBuffer buffer, final int offset, final int length) {
            taken.add(Bytes.copyOf(buffer, offset, length));
            return taken.size();
        }

        @Override
        public long consumed() {
            return Long.MAX_VALUE;
        }

        @Override
        public long nextWakeUpNs() {
            return Long.MAX_VALUE;
        }

        @Override
        public boolean hasContinuation() {
            return false;
        }

        @Override
        public int contradictions() {
            return 0;
        }
    }
}
