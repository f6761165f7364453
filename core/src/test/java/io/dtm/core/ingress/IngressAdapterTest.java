package io.dtm.core.ingress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.message.SubmitDecoder;
import io.dtm.codec.message.TickDecoder;
import io.dtm.codec.message.VoteType;
import io.dtm.core.fake.HostMessages;
import io.dtm.core.fake.Message;
import io.dtm.core.fake.PeerMessages;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class IngressAdapterTest {
    private static final int LINK = 6;

    private final IngressRig rig = new IngressRig();

    @Test
    void shouldPublishAFrameAsItIs() {
        rig.admit(LINK);
        rig.links.send(LINK, PeerMessages.begin(7), PeerMessages.vote(8, 1, VoteType.YES, ""));
        rig.work();

        assertEquals(List.of("6: begin(7, 500, 99)", "6: vote(4, 3, 2, 8, 1, 1, \"\")"), rig.ring.take());
    }

    @Test
    void shouldHandTheFrameOverAgainWhenTheRingHasNoRoom() {
        rig.admit(LINK);
        rig.ring.room(1);
        rig.links.send(LINK, PeerMessages.begin(1)).send(LINK, PeerMessages.begin(2)).send(LINK, PeerMessages.begin(3));
        rig.work();
        assertEquals(List.of("6: begin(1, 500, 99)"), rig.ring.take());
        assertEquals(2, rig.links.waiting());

        rig.ring.room(100);
        rig.work();
        assertEquals(List.of("6: begin(2, 500, 99)", "6: begin(3, 500, 99)"), rig.ring.take());
    }

    @Test
    void shouldAskTheAuthenticatorOnlyOnceWhenTheRingHasNoRoom() {
        rig.ring.room(0);
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "alice"));
        rig.work().work().work();
        assertEquals(0, rig.admission.asked());

        rig.ring.room(100);
        rig.work();
        assertEquals(1, rig.admission.asked());
        assertEquals(1, rig.ring.take().size());
    }

    @Test
    void shouldCountAndDropWhateverIsNotValid() {
        rig.admit(LINK);
        final UnsafeBuffer valid = Message.frame(PeerMessages.begin(7));
        for (int length = 0; length < valid.capacity(); length++) {
            rig.links.send(LINK, valid, length);
        }
        rig.links.send(LINK, new UnsafeBuffer(new byte[FrameDescriptor.MAX_FRAME_LENGTH + 8]),
            FrameDescriptor.MAX_FRAME_LENGTH + 8);
        rig.links.send(LINK, HostMessages.empty(TickDecoder.TEMPLATE_ID));
        rig.links.send(LINK, Message.frame(), FrameDescriptor.HEADER_LENGTH);
        rig.links.send(LINK, foreign(), 16);
        final int sent = rig.links.waiting();
        while (rig.links.waiting() > 0) {
            rig.work();
        }

        assertEquals(List.of(), rig.ring.take());
        assertEquals(sent, rig.dropped.size());
        assertTrue(rig.dropped.containsAll(List.of(
            "BAD_LENGTH 6", "MALFORMED 6", "WRONG_TEMPLATE 6", "WRONG_SCHEMA 6")), rig.dropped.toString());
        assertEquals(List.of(), rig.takeReplies());
    }

    @Test
    void shouldTellBothVersionsOnceWhenAFrameIsOfAnother() {
        rig.links.up(LINK);
        final UnsafeBuffer frame = Message.frame(PeerMessages.sessionOpen(1, "client", "alice"));
        frame.putByte(1, (byte) 9);
        rig.links.send(LINK, frame, frame.capacity()).send(LINK, frame, frame.capacity());
        rig.work();

        assertEquals(List.of("6: Rejected 0 SCHEMA_VERSION the coordinator speaks schema version 1, "
            + "the frame is of version 9: upgrade the older side"), rig.takeReplies());
        assertEquals(List.of("WRONG_VERSION 6", "WRONG_VERSION 6"), rig.dropped);
    }

    @Test
    void shouldDropEventsOfALinkThatIsNotAuthenticated() {
        rig.links.up(LINK).send(LINK, PeerMessages.begin(7)).send(5, PeerMessages.begin(7));
        rig.work();

        assertEquals(List.of(), rig.ring.take());
        assertEquals(List.of("NOT_AUTHENTICATED 6", "UNKNOWN_LINK 5"), rig.dropped);
        assertEquals(List.of(), rig.takeReplies());
    }

    @Test
    void shouldDropAWholeFrameThatHoldsWhatThePrincipalMayNotSend() {
        rig.admission.forbid(SubmitDecoder.TEMPLATE_ID);
        rig.admit(LINK);
        rig.links.send(LINK, PeerMessages.begin(7), PeerMessages.submit(8, "x")).send(LINK, PeerMessages.begin(9));
        rig.work();

        assertEquals(List.of("6: begin(9, 500, 99)"), rig.ring.take());
        assertEquals(List.of("NOT_AUTHORISED 6"), rig.dropped);
        assertEquals(List.of("6: Rejected 8 NOT_AUTHORISED the principal may not send this message: "
            + "see the authorisation rules"), rig.takeReplies());
    }

    @Test
    void shouldKeepKeepAlivesOutOfTheRing() {
        rig.admit(LINK);
        rig.links.send(LINK, PeerMessages.keepAlive());
        rig.work();

        assertEquals(List.of(), rig.ring.take());
        assertEquals(List.of(), rig.dropped);
    }

    @Test
    void shouldRefuseHandshakesThatAreNotAlone() {
        rig.links.up(LINK);
        final UnsafeBuffer open = Message.frame(PeerMessages.sessionOpen(1, "client", "alice"));
        final UnsafeBuffer two = new UnsafeBuffer(new byte[2 * open.capacity() - FrameDescriptor.HEADER_LENGTH]);
        two.putBytes(0, open, 0, open.capacity());
        two.putBytes(open.capacity(), open, FrameDescriptor.HEADER_LENGTH,
            open.capacity() - FrameDescriptor.HEADER_LENGTH);
        FrameDescriptor.header(two, 0, 2);
        rig.links.send(LINK, two, two.capacity());
        rig.work();

        assertEquals(List.of(), rig.ring.take());
        assertEquals(List.of("NOT_ALONE 6"), rig.dropped);
    }

    private static UnsafeBuffer foreign() {
        final UnsafeBuffer frame = new UnsafeBuffer(new byte[16]);
        frame.setMemory(0, 16, (byte) 0x55);
        return frame;
    }
}
