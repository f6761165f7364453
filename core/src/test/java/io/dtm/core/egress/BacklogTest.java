package io.dtm.core.egress;

import static io.dtm.core.egress.EgressRig.SLOW_LINK_TIMEOUT_NS;
import static io.dtm.core.egress.EgressRig.decide;
import static io.dtm.core.egress.EgressRig.payload;
import static io.dtm.core.egress.EgressRig.prepare;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.FrameBuilder;
import io.dtm.core.SlowLinks;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.fake.FakeLinks;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What waits for links that don't take it, and which of them are too slow. */
final class BacklogTest {
    private static final int SESSION = 1;
    private static final int OTHER_SESSION = 2;
    private static final int LINK = 10;
    private static final int OTHER_LINK = 20;
    private static final int TOO_SLOW = 3;
    private static final int GROWTH_OF_THREE = 60 * 1024;

    private final EgressRig rig = new EgressRig().started();

    @Test
    void shouldMarkALinkAsSlowAndDropItsBacklogWhenItTakesNothing() {
        attachBoth();
        rig.links.block(LINK);
        for (int i = 0; i < 5; i++) {
            rig.frame(out -> {
                out.prepare(SESSION, true, 4, 77, 1, 0, 3, payload(16 * 1024));
                out.prepare(OTHER_SESSION, true, 4, 77, 1, 0, 3, payload(16 * 1024));
            });
            rig.work();
        }
        assertEquals(List.of(), rig.told);

        passTimeout(rig);
        rig.frame(out -> prepare(out, SESSION, 2));
        rig.work();
        assertEquals(LINK, rig.slowLinks.first());
        assertEquals(List.of("too slow " + LINK), rig.told);
        assertEquals(5, rig.links.takeSent(OTHER_LINK).size());

        rig.links.unblock(LINK);
        rig.frame(out -> {
            prepare(out, SESSION, 3);
            out.sessionClosed(SESSION, TOO_SLOW);
            out.sessionAttached(SESSION, 0);
        });
        rig.forceAll();
        rig.work();
        assertEquals(List.of("SessionClosed 1 TOO_SLOW"), rig.links.takeSent(LINK));
        assertEquals(List.of(LINK), rig.links.closed());
    }

    /** It may take something again at last. */
    @Test
    void shouldOfferOnceMoreBeforeItCallsALinkSlow() {
        attachBoth();
        stall(SESSION, 5);
        passTimeout(rig);
        rig.links.unblock(LINK);
        rig.frame(out -> prepare(out, SESSION, 2));
        rig.work();
        assertEquals(List.of(), rig.told);
        assertEquals(6, rig.links.takeSent(LINK).size());
    }

    /** Its media driver may have stood still with it, and hasn't heard yet what the peer has taken since. */
    @Test
    void shouldNotCallALinkSlowBecauseTheCoordinatorStoodStill() {
        attachBoth();
        stall(SESSION, 5);
        for (int pauses = 0; pauses < 3; pauses++) {
            rig.nowNs += 10 * SLOW_LINK_TIMEOUT_NS;
            for (int i = 0; i < 10; i++) {
                rig.frame(out -> prepare(out, SESSION, 2));
                rig.work();
                rig.nowNs++;
            }
        }
        assertEquals(List.of(), rig.told);

        passTimeout(rig);
        rig.frame(out -> prepare(out, SESSION, 2));
        rig.work();
        assertEquals(List.of("too slow " + LINK), rig.told);
    }

    /** Whoever comes back after a stall isn't slow because of it. */
    @Test
    void shouldNotHoldAFormerLinksStallAgainstANewOne() {
        attachBoth();
        stall(SESSION, 5);
        passTimeout(rig);
        rig.frame(out -> out.sessionAttached(SESSION, 30));
        rig.work();
        rig.links.block(30);
        for (int i = 0; i < 6; i++) {
            rig.frame(out -> out.prepare(SESSION, true, 4, 77, 1, 0, 3, payload(16 * 1024)));
            rig.work();
        }
        assertEquals(List.of(), rig.told);
    }

    @Test
    void shouldNotCallABurstSlowThatALinkTakes() {
        attachBoth();
        rig.frame(out -> {
            for (int i = 0; i < 20; i++) {
                out.prepare(SESSION, true, 4, 77, i, 0, 3, payload(16 * 1024));
            }
        });
        rig.work();

        assertEquals(20, rig.links.takeSent(LINK).size());
        assertEquals(0, rig.slowLinks.first());
    }

    /** A participant that comes back is sent all that it hasn't answered: given up for that, it would never end. */
    @Test
    void shouldNotCallALinkSlowThatTakesLessThanIsQueuedButGoesOn() {
        attachBoth();
        for (int i = 0; i < 5; i++) {
            rig.links.takes(LINK, 1);
            rig.nowNs += SLOW_LINK_TIMEOUT_NS - 1;
            rig.frame(out -> {
                for (int j = 0; j < 3; j++) {
                    out.prepare(SESSION, true, 4, 77, j, 0, 3, payload(16 * 1024));
                }
            });
            rig.work();
        }
        assertEquals(5, rig.links.takeSent(LINK).size());
        assertEquals(List.of(), rig.told);

        rig.work();
        passTimeout(rig);
        rig.frame(out -> prepare(out, SESSION, 2));
        rig.work();
        assertEquals(List.of("too slow " + LINK), rig.told);
    }

    @Test
    void shouldNotCallALinkSlowThatTakesNothingForAWhileOfAShortBacklog() {
        attachBoth();
        rig.links.block(LINK);
        for (int i = 0; i < 10; i++) {
            rig.frame(out -> prepare(out, SESSION, 2));
            rig.work();
            rig.nowNs += SLOW_LINK_TIMEOUT_NS / 4;
        }
        assertEquals(List.of(), rig.told);
    }

    @Test
    void shouldNotCallALinkSlowWhileItsMessagesWaitForTheForce() {
        attachBoth();
        for (int i = 0; i < 2_000; i++) {
            final int transactionId = i;
            rig.frame(out -> decide(out, SESSION, transactionId));
            if (i % 100 == 0) {
                rig.work();
            }
        }
        rig.work();
        assertEquals(List.of(), rig.told);

        rig.forceAll();
        rig.work();
        assertEquals(2_000, decisions(rig.links.takeSent(LINK)));
    }

    @Test
    void shouldMarkSlowLinksLaterWhenThereIsNoRoomForMarks() {
        final EgressRig crowded = new EgressRig(CoordinatorSettings.DURABILITY_FORCE, 1).started();
        for (int session = 1; session <= 3; session++) {
            final int id = session;
            crowded.links.block(10 * id);
            crowded.frame(out -> out.sessionAttached(id, 10 * id));
            for (int i = 0; i < 5; i++) {
                crowded.frame(out -> out.prepare(id, true, 4, 77, 1, 0, 3, payload(16 * 1024)));
            }
        }
        crowded.work();
        passTimeout(crowded);
        for (int session = 1; session <= 3; session++) {
            final int id = session;
            crowded.frame(out -> prepare(out, id, 2));
        }
        crowded.work();

        int marked = 0;
        for (int linkId = crowded.slowLinks.first(); linkId != 0; linkId = crowded.slowLinks.first()) {
            crowded.slowLinks.clear(linkId);
            crowded.agent.doWork();
            marked++;
        }
        assertEquals(3, marked);
    }

    @Test
    void shouldGiveUpTheLongestBacklogWhenAllTogetherAreTooLong() {
        for (int session = 1; session <= 7; session++) {
            takesNothing(session, session == 5 ? 3 : 2);
        }

        assertEquals(List.of("too slow 50"), rig.told);
        assertEquals(50, rig.slowLinks.first());
    }

    @Test
    void shouldGiveUpASessionForWhichMoreWaitsForTheForceThanCanBeKept() {
        attachBoth();
        waitingForTheForce(rig, SESSION, 12);
        rig.work();
        assertEquals(List.of(), rig.told);
        waitingForTheForce(rig, SESSION, 1);
        rig.work();
        assertEquals(List.of("too slow " + LINK), rig.told);
    }

    @Test
    void shouldGiveUpTheLongestWhileMoreWaitsForTheForceThanCanBeKept() {
        giveUpTheLongest(rig);
    }

    @Test
    void shouldGiveUpTheLongestWhileMoreWaitsForTheEpochThanCanBeKept() {
        final EgressRig starting = new EgressRig();
        starting.frame(out -> starting.encoder.onEpochStarted(5, 3, 1, 55));
        giveUpTheLongest(starting);
    }

    /** Twelve can be kept. */
    private static void giveUpTheLongest(final EgressRig rig) {
        final int[] prepares = {2, 2, 4, 2, 3, 2, 3};
        for (int session = 1; session <= prepares.length; session++) {
            final int id = session;
            rig.frame(out -> out.sessionAttached(id, 10 * id));
            waitingForTheForce(rig, id, prepares[id - 1]);
        }
        rig.agent.doWork();
        assertEquals(List.of("too slow 30", "too slow 50"), rig.told);
        rig.work();
        waitingForTheForce(rig, 1, 1);
        rig.work();
        assertEquals(List.of("too slow 30", "too slow 50"), rig.told);
        waitingForTheForce(rig, 2, 1);
        rig.work();
        assertEquals(List.of("too slow 30", "too slow 50", "too slow 10"), rig.told);

        rig.forceAll();
        rig.work();
        final List<Integer> sent =
            IntStream.rangeClosed(1, prepares.length).map(id -> rig.links.takeSent(10 * id).size()).boxed().toList();
        assertEquals(List.of(0, 3, 0, 2, 0, 2, 3), sent);
        assertEquals(3, rig.told.size());
    }

    /** However little waits for each of those that take nothing: together they must not cost one that takes. */
    @Test
    void shouldGiveUpThoseThatTakeNothingBeforeALongerOneThatTakes() {
        final int id = 9;
        for (int session = 1; session <= 5; session++) {
            takesNothing(session, 2);
        }
        passTimeout(rig);
        rig.frame(out -> out.sessionAttached(id, 10 * id));
        waitingForTheForce(rig, id, 6);
        rig.work();

        assertEquals(List.of("too slow 10", "too slow 20"), rig.told);
        rig.forceAll();
        rig.work();
        assertEquals(6, rig.links.takeSent(10 * id).size());
    }

    /** Blocked just now is less than blocked for a while, and more than not blocked; only then length counts. */
    @Test
    void shouldGiveUpWhoTakesNothingForLongestBeforeWhoTakesNothingJustNowBeforeTheLongest() {
        takesNothing(1, 2);
        passTimeout(rig);
        takesNothing(2, 4);
        rig.frame(out -> out.sessionAttached(3, 30));
        waitingForTheForce(rig, 3, 5);
        rig.work();
        assertEquals(List.of(), rig.told);

        waitingForTheForce(rig, 3, 3);
        rig.work();
        assertEquals(List.of("too slow 10"), rig.told);
        waitingForTheForce(rig, 3, 1);
        rig.work();
        assertEquals(List.of("too slow 10", "too slow 20"), rig.told);
        waitingForTheForce(rig, 3, 4);
        rig.work();
        assertEquals(List.of("too slow 10", "too slow 20", "too slow 30"), rig.told);
    }

    /** Participants come back one after the other, under load: for each something always waits for the next force. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldNotKeepTheMemoryOfLongBacklogsThatAreGone(final boolean isOnAppend) {
        final int keptBytes = 1 << 20;
        final LaneMemory memory = new LaneMemory(keptBytes);
        final FakeLinks links = new FakeLinks();
        links.stopRecording();
        final Outlets outlets = new Outlets(links, new SlowLinks(4), memory);
        for (int session = 1; session <= 20; session++) {
            outlets.attach(session, 10 * session);
            final Outlet outlet = outlets.ofSession(session);
            outlets.activate(outlet);
            for (int i = 0; i < 100; i++) {
                rig.frame(out -> out.prepare(SESSION, isOnAppend, 4, 77, 1, 0, 3, payload(16 * 1024)));
                rig.queue.read(outlet::queue, 1);
            }
            final long released = rig.position;
            rig.frame(out -> decide(out, SESSION, 1));
            rig.queue.read(outlet::queue, 1);
            assertTrue(memory.bytes() > keptBytes, () -> "" + memory.bytes());
            while (outlet.flush(new FrameBuilder(1376), released, links, 16) == Outlet.MORE) {
                outlets.settle();
            }
            assertFalse(outlet.isEmpty());
            outlets.settle();
            assertTrue(memory.bytes() <= keptBytes, () -> "" + memory.bytes());
        }
    }

    /** A quarter of what may wait: here 48 KiB. */
    @Test
    void shouldKeepAsMuchMemoryAsItsBoundsSay() {
        attachBoth();
        for (int i = 0; i < 11; i++) {
            rig.frame(out -> out.prepare(SESSION, true, 4, 77, 1, 0, 3, payload(16 * 1024)));
        }
        rig.links.takes(LINK, 1);
        rig.agent.doWork();
        assertTrue(rig.agent.memoryBytes() > 48 * 1024);
        rig.links.takes(LINK, Integer.MAX_VALUE);
        rig.work();
        assertTrue(rig.agent.memoryBytes() <= 48 * 1024, () -> "" + rig.agent.memoryBytes());
    }

    @Test
    void shouldGiveUpTheMemoryOfASessionThatIsGone() {
        final LaneMemory memory = new LaneMemory(1 << 20);
        final Outlets outlets = new Outlets(new FakeLinks(), new SlowLinks(4), memory);
        outlets.attach(SESSION, LINK);
        queueThree(outlets, SESSION);
        assertEquals(GROWTH_OF_THREE, memory.bytes());

        outlets.attach(SESSION, 0);
        outlets.settle();
        assertEquals(0, memory.bytes());
    }

    /** What others keep for their next burst is no reason for one at work to grow anew each time. */
    @Test
    void shouldGiveUpTheMemoryOfIdleSessionsFirst() {
        final LaneMemory memory = new LaneMemory(3 * GROWTH_OF_THREE / 2);
        final FakeLinks links = new FakeLinks();
        final Outlets outlets = new Outlets(links, new SlowLinks(4), memory);
        for (int session = 1; session <= 3; session++) {
            outlets.attach(session, LINK);
            queueThree(outlets, session);
            outlets.settle();
            assertEquals(Outlet.FLUSHED, outlets.ofSession(session).flush(new FrameBuilder(1376), 0, links, 16));
            outlets.settle();
            queueThree(outlets, session);
            assertEquals(GROWTH_OF_THREE, memory.bytes());
            assertEquals(Outlet.FLUSHED, outlets.ofSession(session).flush(new FrameBuilder(1376), 0, links, 16));
            outlets.settle();
        }
    }

    private void queueThree(final Outlets outlets, final int session) {
        final Outlet outlet = outlets.ofSession(session);
        outlets.activate(outlet);
        for (int i = 0; i < 3; i++) {
            rig.frame(out -> out.prepare(SESSION, true, 4, 77, 1, 0, 3, payload(16 * 1024)));
            rig.queue.read(outlet::queue, 1);
        }
    }

    /** Of each transaction it is sent a message for each resource: more than the settings say of a single one. */
    @Test
    void shouldNotGiveUpALinkOfManyResourcesThatTakesSomethingWhileThereIsMemory() {
        final int transactions = 2_000;
        final int resources = 100;
        final CoordinatorSettings settings = settings(transactions, 0);
        final EgressRig large =
            new EgressRig(CoordinatorSettings.DURABILITY_FORCE, 4, BacklogBounds.of(settings, 96 << 20)).started();
        large.frame(out -> out.sessionAttached(SESSION, LINK));
        for (int i = 0; i < transactions; i++) {
            final int transactionId = i;
            large.frame(out -> {
                for (int resource = 1; resource <= resources; resource++) {
                    out.decision(SESSION, resource, transactionId, resource, 3, 1, 1);
                }
            });
            large.forceAll();
            large.links.takes(LINK, i % 2);
            large.nowNs += 1_000_000;
            large.agent.doWork();
        }
        final int taken = decisions(large.links.takeSent(LINK));
        final int left = transactions * resources - taken;
        assertTrue(taken > 0 && 72L * left > BacklogBounds.of(settings, 0).totalBytes(), "left: " + left);
        assertEquals(List.of(), large.told);

        large.links.takes(LINK, Integer.MAX_VALUE);
        large.work();
        assertEquals(left, decisions(large.links.takeSent(LINK)));
    }

    private static int decisions(final List<String> sent) {
        return String.join(" ", sent).replace("Decisions ", "").split(" ").length;
    }

    @Test
    void shouldLetOneParticipantBeSentAllThatItCanBeOwed() {
        final CoordinatorSettings settings = CoordinatorSettings.defaults();
        final long owed = 2L * 72 * settings.maxTransactions() + settings.maxPayloadTotalBytes();
        final long leastBytes = BacklogBounds.of(settings, 0).totalBytes();
        assertEquals(owed, leastBytes - BacklogBounds.of(settings, 0).sessionBytes());
        assertEquals(leastBytes, BacklogBounds.of(settings, 6 * leastBytes - 1).totalBytes());
    }

    /** Each buffer may be four times as large as what is in it, and some are kept. */
    @Test
    void shouldSayHowMuchMemoryAllThatTakes() {
        assertEquals((4 << 20) + (1 << 18), new BacklogBounds(1024, 0, 1 << 20).neededBytes());
        assertEquals((4L << 29) + (1 << 26), new BacklogBounds(1024, 0, 1L << 29).neededBytes());
    }

    @Test
    void shouldKeepMoreIfThereIsMemoryForIt() {
        final CoordinatorSettings settings = settings(1, 0);
        assertEquals(32 << 20, BacklogBounds.of(settings, 192 << 20).totalBytes());
        assertEquals(1L << 29, BacklogBounds.of(settings, Long.MAX_VALUE).totalBytes());
    }

    @Test
    void shouldRefuseSettingsWithWhichOneParticipantCouldBeOwedMoreThanCanWait() {
        refused("maxTransactions is too great", 1 << 24, 0);
        refused("maxPayloadTotalBytes is too great", 1, (504L << 20) - 143);
        assertEquals(1L << 29, BacklogBounds.of(settings(1, (504L << 20) - 144), 0).totalBytes());
    }

    private static void refused(final String message, final int maxTransactions, final long maxPayloadTotalBytes) {
        final CoordinatorSettings settings = settings(maxTransactions, maxPayloadTotalBytes);
        final String refusal =
            assertThrows(IllegalArgumentException.class, () -> BacklogBounds.of(settings, 0)).getMessage();
        assertTrue(refusal.startsWith(message), refusal);
    }

    private static CoordinatorSettings settings(final int maxTransactions, final long maxPayloadTotalBytes) {
        return new CoordinatorSettings(1, 1, 10, 1, 0, 0, maxTransactions, 1, 1, 1, maxPayloadTotalBytes, 0, 0, 1, 1,
            CoordinatorSettings.DURABILITY_FORCE);
    }

    @Test
    void shouldRefuseBoundsThatAreOutOfRange() {
        assertThrows(IllegalArgumentException.class, () -> new BacklogBounds(1023, 0, 1 << 20));
        assertThrows(IllegalArgumentException.class, () -> new BacklogBounds((1 << 26) + 1, 0, 1L << 29));
        assertThrows(IllegalArgumentException.class, () -> new BacklogBounds(1024, -1, 1 << 20));
        assertThrows(IllegalArgumentException.class, () -> new BacklogBounds(1024, 3_600_000_000_001L, 1 << 20));
        assertThrows(IllegalArgumentException.class, () -> new BacklogBounds(1024, 0, 1023));
        assertThrows(IllegalArgumentException.class, () -> new BacklogBounds(1024, 0, (1L << 29) + 1));
        assertEquals(1024, new BacklogBounds(1 << 26, 0, 1L << 29).withSession(1024, 5).sessionBytes());
    }

    /** So many messages wait for a session whose link takes none. */
    private void takesNothing(final int session, final int prepares) {
        rig.frame(out -> out.sessionAttached(session, 10 * session));
        stall(session, prepares);
    }

    private void stall(final int session, final int prepares) {
        rig.links.block(10 * session);
        for (int i = 0; i < prepares; i++) {
            rig.frame(out -> out.prepare(session, true, 4, 77, 1, 0, 3, payload(15 * 1024)));
        }
        rig.work();
    }

    /** For so long links that take nothing are offered something now and then. */
    private static void passTimeout(final EgressRig rig) {
        for (int i = 0; i < 4; i++) {
            rig.nowNs += SLOW_LINK_TIMEOUT_NS / 4;
            rig.agent.doWork();
        }
    }

    private static void waitingForTheForce(final EgressRig rig, final int session, final int prepares) {
        for (int i = 0; i < prepares; i++) {
            rig.frame(out -> out.prepare(session, false, 4, 77, 1, 0, 3, payload(15 * 1024)));
        }
    }

    private void attachBoth() {
        rig.frame(out -> {
            out.sessionAttached(SESSION, LINK);
            out.sessionAttached(OTHER_SESSION, OTHER_LINK);
        });
        rig.work();
    }
}
