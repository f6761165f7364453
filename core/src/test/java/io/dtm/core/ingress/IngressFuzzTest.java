package io.dtm.core.ingress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.message.VoteType;
import io.dtm.core.fake.Message;
import io.dtm.core.fake.PeerMessages;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged and random frames: whatever reaches the ring decodes in full, and nothing throws. */
class IngressFuzzTest {
    private static final int FRAMES = 20_000;
    private static final int LINK = 6;
    private static final int STRANGER = 7;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldLetNothingInvalidIntoTheRing(final long seed) {
        final Random random = new Random(seed);
        final IngressRig rig = new IngressRig();
        rig.admit(LINK);
        rig.links.up(STRANGER);
        final List<UnsafeBuffer> samples = List.of(
            Message.frame(PeerMessages.submit(7, "debit", "credit")),
            Message.frame(PeerMessages.begin(7), PeerMessages.enlist(7, 1, "work"), PeerMessages.commit(7, 1, 2)),
            Message.frame(PeerMessages.vote(7, 1, VoteType.YES, ""), PeerMessages.vote(8, 1, VoteType.NO, "no")),
            Message.frame(PeerMessages.acknowledgement(7, 1), PeerMessages.inDoubt(7, 1)),
            Message.frame(PeerMessages.register(1, 2, "orders"), PeerMessages.lookup(2, "stock")),
            Message.frame(PeerMessages.sessionOpen(1, "client", "challenge")),
            Message.frame(PeerMessages.sessionResume(1, 2, "alice")),
            Message.frame(PeerMessages.challengeResponse("secret")));
        int published = 0;
        for (int i = 0; i < FRAMES; i++) {
            final UnsafeBuffer frame = damaged(samples.get(random.nextInt(samples.size())), random);
            final int length = random.nextInt(4) == 0 ? random.nextInt(frame.capacity() + 1) : frame.capacity();
            rig.links.send(random.nextInt(10) == 0 ? STRANGER : LINK, frame, length);
            rig.work();
            published += rig.ring.take().size();
            rig.takeReplies();
        }

        assertEquals(0, rig.links.waiting());
        assertTrue(published > 100, "some are harmless: " + published);
        assertTrue(rig.dropped.size() > FRAMES / 4, "most are not: " + rig.dropped.size());
    }

    private static UnsafeBuffer damaged(final UnsafeBuffer sample, final Random random) {
        final byte[] bytes = new byte[sample.capacity()];
        sample.getBytes(0, bytes);
        for (int i = random.nextInt(4); i > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return new UnsafeBuffer(bytes);
    }
}
