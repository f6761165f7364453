package io.dtm.core.ring;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.message.VoteType;
import io.dtm.core.egress.LinkPublisher;
import io.dtm.core.fake.FakeLinks;
import io.dtm.core.fake.Message;
import io.dtm.core.fake.PeerMessages;
import io.dtm.core.ingress.LinkPoller;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;

/** One link between a pipeline's threads and the test's. */
final class ConcurrentLinks implements LinkPoller, LinkPublisher {
    private static final int LINK = 6;
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(120);

    private final ConcurrentLinkedQueue<DirectBuffer> inbound = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> outbound = new ConcurrentLinkedQueue<>();
    private final FakeLinks decoder = new FakeLinks();
    private boolean isUp;

    @Override
    public int poll(final Handler handler, final int limit) {
        if (!isUp) {
            handler.onLinkUp(LINK);
            isUp = true;
        }
        int polled = 0;
        for (DirectBuffer frame = inbound.peek(); frame != null && polled < limit; frame = inbound.peek()) {
            if (!handler.onFrame(LINK, frame, 0, frame.capacity())) {
                break;
            }
            inbound.poll();
            polled++;
        }
        return polled;
    }

    @Override
    public int offer(final int linkId, final DirectBuffer buffer, final int offset, final int length) {
        decoder.offer(linkId, buffer, offset, length);
        outbound.addAll(decoder.takeSent(linkId));
        return SENT;
    }

    @Override
    public void close(final int linkId) {
        throw new AssertionError("nothing closes here");
    }

    /** Opens a session, then submits and votes, and waits for each outcome. */
    void runTransactions(final int count) {
        inbound.add(Message.frame(PeerMessages.sessionOpen(1, "client", "alice")));
        await(List.of("SessionOpened 6"));
        for (int i = 1; i <= count; i++) {
            inbound.add(Message.frame(PeerMessages.submit(i, "x")));
            await(List.of("Prepares " + i));
            inbound.add(Message.frame(PeerMessages.vote(i, 0, VoteType.YES, "")));
            await(List.of("Decisions " + i, "Outcomes " + i));
        }
    }

    /** Opens a session, then submits without waiting for anything. */
    void submit(final int count) {
        inbound.add(Message.frame(PeerMessages.sessionOpen(1, "client", "alice")));
        await(List.of("SessionOpened 6"));
        for (int i = 1; i <= count; i++) {
            inbound.add(Message.frame(PeerMessages.submit(i, "x")));
        }
    }

    private void await(final List<String> messages) {
        final long endNs = System.nanoTime() + LIMIT_NS;
        for (final String expected : messages) {
            String message = outbound.poll();
            while (message == null) {
                assertTrue(System.nanoTime() < endNs, "nothing came for " + expected);
                Thread.onSpinWait();
                message = outbound.poll();
            }
            assertTrue(expected.equals(message), "expected " + expected + ", was " + message);
        }
    }
}
