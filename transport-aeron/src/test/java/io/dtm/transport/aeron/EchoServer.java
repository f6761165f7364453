package io.dtm.transport.aeron;

import io.dtm.core.egress.LinkPublisher;
import io.dtm.core.ingress.LinkPoller;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Stands where the coordinator stands: takes frames from the ingress port and sends each back to the egress port. */
final class EchoServer implements LinkPoller.Handler, AutoCloseable {
    private record Reply(int linkId, UnsafeBuffer frame) {
    }

    final AeronServerTransport transport;
    final List<Integer> ups = new ArrayList<>();
    final List<Integer> downs = new ArrayList<>();
    final List<Integer> received = new ArrayList<>();
    final Set<Integer> live = new HashSet<>();
    final Set<Integer> gone = new HashSet<>();
    private final ArrayDeque<Reply> replies = new ArrayDeque<>();
    int room = Integer.MAX_VALUE;
    int refusedFrames;
    int pollLimit = 10;
    boolean isEchoing = true;
    boolean isEgressDriven = true;
    /** As if its process were stopped, or killed without a word. */
    boolean isPaused;

    EchoServer(final AeronServerContext ctx) {
        transport = AeronServerTransport.launch(ctx);
    }

    void doWork() {
        if (isPaused) {
            return;
        }
        transport.poller().poll(this, pollLimit);
        if (isEgressDriven) {
            transport.publisher().doWork();
        }
        Reply reply = replies.peek();
        while (null != reply) {
            final int result = transport.publisher().offer(reply.linkId, reply.frame, 0, reply.frame.capacity());
            if (LinkPublisher.BACK_PRESSURED == result) {
                return;
            }
            if (LinkPublisher.GONE == result) {
                gone.add(reply.linkId);
            }
            replies.poll();
            reply = replies.peek();
        }
    }

    int offer(final int linkId, final UnsafeBuffer frame) {
        return transport.publisher().offer(linkId, frame, 0, frame.capacity());
    }

    @Override
    public void onLinkUp(final int linkId) {
        ups.add(linkId);
        live.add(linkId);
    }

    @Override
    public boolean onFrame(final int linkId, final DirectBuffer buffer, final int offset, final int length) {
        if (!live.contains(linkId)) {
            throw new AssertionError("a frame of a link that isn't up: " + linkId);
        }
        if (0 == room) {
            ++refusedFrames;
            return false;
        }
        --room;
        received.add(linkId);
        if (isEchoing) {
            final UnsafeBuffer copy = new UnsafeBuffer(new byte[length]);
            copy.putBytes(0, buffer, offset, length);
            replies.add(new Reply(linkId, copy));
        }
        return true;
    }

    @Override
    public void onLinkDown(final int linkId) {
        if (!live.remove(linkId)) {
            throw new AssertionError("a link that isn't up went down: " + linkId);
        }
        downs.add(linkId);
    }

    @Override
    public void close() {
        isPaused = true;
        transport.close();
    }
}
