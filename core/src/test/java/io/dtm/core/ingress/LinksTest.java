package io.dtm.core.ingress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dtm.core.fake.PeerMessages;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LinksTest {
    private static final int LINK = 6;
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final String LOST = "6: linkLost(2)";
    private static final String TOO_SLOW = "6: linkLost(3)";

    private final IngressRig rig = new IngressRig();

    @Test
    void shouldReportALinkThatIsSilentForTheSessionTimeout() {
        rig.admit(LINK);
        rig.pass(9 * SECOND_NS);
        assertEquals(0, losses());

        rig.pass(2 * SECOND_NS);
        assertEquals(1, losses());
        rig.pass(30 * SECOND_NS);
        assertEquals(0, losses());
    }

    @Test
    void shouldTakeAKeepAliveOrAnyOtherValidFrameAsASignOfLife() {
        rig.admit(LINK);
        for (int i = 0; i < 5; i++) {
            rig.pass(8 * SECOND_NS);
            rig.links.send(LINK, i % 2 == 0 ? PeerMessages.keepAlive() : PeerMessages.begin(i));
            rig.work();
        }

        assertEquals(0, losses());
    }

    @Test
    void shouldGoOnCountingTheSilenceOfALinkThatWentDown() {
        rig.admit(LINK);
        rig.pass(5 * SECOND_NS);
        rig.links.down(LINK);
        rig.pass(4 * SECOND_NS);
        assertEquals(0, losses());

        rig.pass(2 * SECOND_NS);
        assertEquals(1, losses());
    }

    @Test
    void shouldNotReportALinkThatNeverHadASession() {
        rig.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "challenge")).down(LINK);
        rig.pass(30 * SECOND_NS);

        assertEquals(0, losses());
    }

    @Test
    void shouldAccuseNobodyWhileNothingThatIsSentArrives() {
        rig.admit(LINK);
        rig.pass(5 * SECOND_NS);
        rig.links.receiving(false);
        rig.pass(60 * SECOND_NS);
        rig.links.receiving(true);
        rig.pass(4 * SECOND_NS);
        assertEquals(0, losses());

        rig.pass(2 * SECOND_NS);
        assertEquals(1, losses());
    }

    @Test
    void shouldAccuseNobodyAfterAPause() {
        rig.admit(LINK);
        rig.nowNs += 15 * SECOND_NS;
        rig.work();
        assertEquals(0, losses());

        rig.pass(9 * SECOND_NS);
        assertEquals(0, losses());
        rig.pass(2 * SECOND_NS);
        assertEquals(1, losses());
    }

    @Test
    void shouldNotCountTimeInWhichTheRingHadNoRoom() {
        rig.admit(LINK);
        rig.links.send(LINK, PeerMessages.keepAlive());
        rig.ring.room(0);
        rig.pass(60 * SECOND_NS);
        rig.ring.room(1_000);
        rig.pass(9 * SECOND_NS);

        assertEquals(0, losses());
    }

    @Test
    void shouldNotCountTimeInWhichTheLinksWereNotDrained() {
        rig.admit(LINK);
        rig.admit(7);
        for (int i = 0; i < 400; i++) {
            for (int j = 0; j < 100; j++) {
                rig.links.send(7, PeerMessages.keepAlive());
            }
            rig.nowNs += SECOND_NS / 20;
            rig.work();
        }

        assertEquals(0, losses());
    }

    @Test
    void shouldReportTheLossLaterWhenTheRingHasNoRoom() {
        rig.admit(LINK);
        rig.pass(10 * SECOND_NS);
        rig.ring.take();
        rig.ring.room(0);
        rig.pass(5 * SECOND_NS);
        assertEquals(0, losses());

        rig.ring.room(1_000);
        rig.pass(2 * SECOND_NS);
        assertEquals(1, losses());
    }

    @Test
    void shouldReportALinkThatIsTooSlowOnce() {
        rig.admit(LINK);
        rig.slowLinks.mark(LINK);
        rig.ring.room(0);
        rig.work();
        assertEquals(LINK, rig.slowLinks.first());

        rig.ring.room(100);
        rig.work().work();
        assertEquals(List.of(TOO_SLOW), rig.ring.take());
        assertEquals(0, rig.slowLinks.first());

        rig.slowLinks.mark(LINK);
        rig.slowLinks.mark(99);
        rig.work();
        assertEquals(List.of(), rig.ring.take());
        assertEquals(0, rig.slowLinks.first());
    }

    @Test
    void shouldCloseALinkThatStaysWithoutASessionAfterItsLoss() {
        rig.admit(LINK);
        rig.pass(14 * SECOND_NS);

        assertEquals(List.of("close 6"), rig.takeReplies());
    }

    @Test
    void shouldWatchALinkAgainThatOpensAnotherSessionAfterItsLoss() {
        rig.admit(LINK);
        rig.pass(10 * SECOND_NS + SECOND_NS);
        assertEquals(1, losses());
        rig.links.send(LINK, PeerMessages.sessionOpen(2, "client", "alice"));
        rig.pass(11 * SECOND_NS);

        assertEquals(1, losses());
    }

    @Test
    void shouldBoundAllLinksTogetherWithThoseThatWentDown() {
        for (int linkId = 1; linkId <= IngressRig.MAX_LINKS; linkId++) {
            rig.admit(linkId);
            rig.links.down(linkId);
        }
        rig.links.up(100);
        rig.work();
        assertEquals(List.of("close 100"), rig.takeReplies());

        rig.pass(12 * SECOND_NS);
        rig.links.up(101);
        rig.work();
        assertEquals(List.of(), rig.takeReplies());
    }

    private long losses() {
        return rig.ring.take().stream().filter(LOST::equals).count();
    }
}
