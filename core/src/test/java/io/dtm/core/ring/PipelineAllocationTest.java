package io.dtm.core.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.dtm.codec.message.VoteType;
import io.dtm.core.egress.LinkPublisher;
import io.dtm.core.fake.Message;
import io.dtm.core.fake.PeerMessages;
import io.dtm.core.ingress.LinkPoller;
import java.lang.management.ManagementFactory;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;

class PipelineAllocationTest {
    private static final int LINK = 6;
    private static final int MAX_ROUNDS = 20;
    private static final int FRAMES = 100_000;

    @Test
    void shouldAllocateNothingForAHundredThousandFrames() {
        final PipelineRig rig = new PipelineRig();
        rig.journal.forgetful();
        final Loop links = new Loop();
        rig.with(context -> context.poller(links).publisher(links));
        rig.launch();
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long threadId = Thread.currentThread().getId();
        // Lanes grow and the compiler works in the first rounds. What allocates for each frame does so in every round.
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < MAX_ROUNDS && allocated > 0; round++) {
            final long first = threads.getThreadAllocatedBytes(threadId);
            final long before = threads.getThreadAllocatedBytes(threadId);
            run(rig, links, FRAMES);
            allocated = threads.getThreadAllocatedBytes(threadId) - before - (before - first);
        }

        assertNull(rig.pipeline.haltCause());
        assertTrue(links.sent > FRAMES / 10, "frames sent: " + links.sent);
        assertEquals(0, allocated, "bytes allocated for " + FRAMES + " frames");
    }

    private static void run(final PipelineRig rig, final Loop links, final long frames) {
        final long end = links.received + frames;
        while (links.received < end) {
            rig.pipeline.invoke();
        }
        for (int i = 0; i < 100; i++) {
            links.isPaused = true;
            rig.pipeline.invoke();
        }
        links.isPaused = false;
    }

    /** Hands over the same few frames again and again, and takes everything; refuses now and then. */
    private static final class Loop implements LinkPoller, LinkPublisher {
        private final DirectBuffer open = Message.frame(PeerMessages.sessionOpen(1, "client", "alice"));
        private final DirectBuffer keepAlive = Message.frame(PeerMessages.keepAlive());
        private final DirectBuffer submits = Message.frame(
            PeerMessages.submit(1, "x", "y"), PeerMessages.submit(2, "x"), PeerMessages.enlist(3, 0, "z"));
        private final DirectBuffer votes = Message.frame(
            PeerMessages.vote(1, 0, VoteType.YES, ""), PeerMessages.vote(2, 0, VoteType.NO, "none"));
        private long received;
        private long sent;
        private boolean isPaused;

        @Override
        public int poll(final Handler handler, final int limit) {
            if (received == 0) {
                handler.onLinkUp(LINK);
                handler.onFrame(LINK, open, 0, open.capacity());
                received++;
            }
            for (int i = 0; i < 8; i++) {
                if (isPaused || !handler.onFrame(LINK, frame(), 0, frame().capacity())) {
                    return i;
                }
                received++;
            }
            return 8;
        }

        @Override
        public int offer(final int linkId, final DirectBuffer buffer, final int offset, final int length) {
            return ++sent % 7 == 0 ? BACK_PRESSURED : SENT;
        }

        @Override
        public void close(final int linkId) {
            throw new AssertionError("nothing closes here");
        }

        private DirectBuffer frame() {
            return received % 50 == 0 ? keepAlive : received % 2 == 0 ? submits : votes;
        }
    }
}
