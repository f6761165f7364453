package io.dtm.core.ingress;

import io.dtm.core.LinkReplies;
import io.dtm.core.SlowLinks;
import io.dtm.core.fake.FakeAdmission;
import io.dtm.core.fake.FakeLinks;
import io.dtm.core.fake.PeerMessages;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;

/** The ingress agent, driven by hand, with a clock that stands still unless it is moved. */
final class IngressRig {
    static final long SESSION_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(10);
    static final int MAX_UNAUTHENTICATED = 4;
    static final int MAX_LINKS = 8;
    static final long BASE_NS = 1_000_000;

    final FakeLinks links = new FakeLinks();
    final FakeRing ring = new FakeRing();
    final FakeAdmission admission = new FakeAdmission();
    final SlowLinks slowLinks = new SlowLinks(4);
    final LinkReplies replies = new LinkReplies();
    final OperatorCommands operators = new OperatorCommands();
    final List<String> dropped = new ArrayList<>();
    final IngressAgent agent;
    boolean hasSpace = true;
    long nowNs = 555;
    private long token = 100;

    IngressRig() {
        this(List.of());
    }

    IngressRig(final List<DirectBuffer> startFrames) {
        agent = new IngressAgent(new IngressConfig(
            links, ring, ring, () -> hasSpace, slowLinks, replies, admission, () -> token++,
            (reason, linkId) -> dropped.add(reason + " " + linkId), operators,
            new LogicalClock(() -> nowNs, BASE_NS), () -> 0, startFrames, SESSION_TIMEOUT_NS,
            TimeUnit.SECONDS.toNanos(2), MAX_UNAUTHENTICATED, MAX_LINKS, 16));
    }

    /** Drives one duty cycle. */
    IngressRig work() {
        agent.doWork();
        return this;
    }

    /** Lets so much time pass, in duty cycles of 50 ms. */
    void pass(final long timeNs) {
        final long stepNs = TimeUnit.MILLISECONDS.toNanos(50);
        for (long left = timeNs; left > 0; left -= stepNs) {
            nowNs += Math.min(left, stepNs);
            agent.doWork();
        }
    }

    /** A link comes up and opens a session. */
    void admit(final int linkId) {
        links.up(linkId).send(linkId, PeerMessages.sessionOpen(1, "client", "alice"));
        work();
        ring.take();
    }

    /** What ingress replied itself: messages by link, links to be closed. */
    List<String> takeReplies() {
        final List<String> taken = new ArrayList<>();
        replies.read(new LinkReplies.Handler() {
            @Override
            public void onReply(
                final int linkId,
                final int templateId,
                final int blockLength,
                final DirectBuffer buffer,
                final int offset,
                final int length) {
                final io.dtm.codec.FrameBuilder frame = new io.dtm.codec.FrameBuilder(1376);
                frame.append(templateId, blockLength, buffer, offset, length);
                final FakeLinks decoder = new FakeLinks();
                decoder.offer(linkId, frame.buffer(), 0, frame.length());
                taken.add(linkId + ": " + decoder.takeSent(linkId).get(0));
            }

            @Override
            public void onClose(final int linkId) {
                taken.add("close " + linkId);
            }
        }, 100);
        return taken;
    }
}
