package io.dtm.core.fake;

import io.dtm.core.egress.LinkPublisher;
import io.dtm.core.ingress.LinkPoller;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.agrona.DirectBuffer;

/** Links in memory: what peers send is queued by the test, what is sent to them is recorded. One thread. */
public final class FakeLinks implements LinkPoller, LinkPublisher {
    private final ArrayDeque<Predicate<Handler>> inbound = new ArrayDeque<>();
    private final Map<Integer, List<List<String>>> sent = new HashMap<>();
    private final Set<Integer> blocked = new HashSet<>();
    private final Map<Integer, Integer> room = new HashMap<>();
    private final Set<Integer> gone = new HashSet<>();
    private final List<Integer> closed = new ArrayList<>();
    private boolean isRecording = true;
    private boolean isReceiving = true;
    private long framesSent;
    private long bytesSent;

    public FakeLinks up(final int linkId) {
        inbound.add(handler -> {
            handler.onLinkUp(linkId);
            return true;
        });
        return this;
    }

    public FakeLinks down(final int linkId) {
        inbound.add(handler -> {
            handler.onLinkDown(linkId);
            return true;
        });
        return this;
    }

    /** Queues one frame of these messages. */
    public FakeLinks send(final int linkId, final Message... messages) {
        final DirectBuffer frame = Message.frame(messages);
        return send(linkId, frame, frame.capacity());
    }

    /** Queues bytes. */
    public FakeLinks send(final int linkId, final DirectBuffer frame, final int length) {
        inbound.add(handler -> handler.onFrame(linkId, frame, 0, length));
        return this;
    }

    /** What is between the peers and us stands still, or goes on. */
    public void receiving(final boolean value) {
        isReceiving = value;
    }

    @Override
    public boolean isReceiving() {
        return isReceiving;
    }

    @Override
    public int poll(final Handler handler, final int limit) {
        int polled = 0;
        while (polled < limit && !inbound.isEmpty() && inbound.peek().test(handler)) {
            inbound.poll();
            polled++;
        }
        return polled;
    }

    @Override
    public int offer(final int linkId, final DirectBuffer buffer, final int offset, final int length) {
        if (gone.contains(linkId) || closed.contains(linkId)) {
            return GONE;
        }
        final Integer left = room.get(linkId);
        if (blocked.contains(linkId) || left != null && left == 0) {
            return BACK_PRESSURED;
        }
        room.computeIfPresent(linkId, (id, frames) -> frames - 1);
        framesSent++;
        bytesSent += length;
        if (isRecording) {
            sent.computeIfAbsent(linkId, id -> new ArrayList<>()).add(Sent.describe(buffer, offset, length));
        }
        return SENT;
    }

    @Override
    public void close(final int linkId) {
        closed.add(linkId);
    }

    /** Frames sent to a link, each as its messages. */
    public List<List<String>> frames(final int linkId) {
        return sent.getOrDefault(linkId, List.of());
    }

    /** Messages sent to a link, over all frames; forgets them. */
    public List<String> takeSent(final int linkId) {
        final List<String> messages = new ArrayList<>();
        frames(linkId).forEach(messages::addAll);
        sent.remove(linkId);
        return messages;
    }

    public List<Integer> closed() {
        return closed;
    }

    public long framesSent() {
        return framesSent;
    }

    public long bytesSent() {
        return bytesSent;
    }

    public int waiting() {
        return inbound.size();
    }

    public void block(final int linkId) {
        blocked.add(linkId);
    }

    /** From now on it takes so many frames and no more. */
    public void takes(final int linkId, final int frames) {
        room.put(linkId, frames);
    }

    public void unblock(final int linkId) {
        blocked.remove(linkId);
    }

    public void lose(final int linkId) {
        gone.add(linkId);
    }

    public void stopRecording() {
        isRecording = false;
    }
}
