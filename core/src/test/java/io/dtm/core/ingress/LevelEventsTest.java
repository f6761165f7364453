package io.dtm.core.ingress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.fake.Message;
import io.dtm.core.fake.PeerMessages;
import io.dtm.core.recovery.EpochStart;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.StartEvents;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LevelEventsTest {
    private static final int LINK = 6;
    private static final String STEP = "0: continueSteps()";
    private static final int SECONDS_OF_FLOOD = 3;
    private static final int MESSAGES_IN_FRAME = 200;
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final IngressRig rig = new IngressRig();

    @Test
    void shouldTickOnceWhenTheWakeUpIsDueAndNotBefore() {
        rig.ring.nextWakeUpNs(IngressRig.BASE_NS + 1_000);
        rig.nowNs += 999;
        rig.work();
        assertEquals(List.of(), rig.ring.take());

        rig.ring.consuming(false);
        rig.nowNs++;
        rig.work().work().work();
        assertEquals(List.of("0: tick()"), rig.ring.take());

        rig.ring.nextWakeUpNs(Long.MAX_VALUE);
        rig.ring.consuming(true);
        rig.work();
        assertEquals(List.of(), rig.ring.take());
    }

    /** A refusal is an event too: clients that go on asking must not use up what running transactions need. */
    @Test
    void shouldTakeSoMuchASecondWhileThereIsNoSpace() {
        rig.admit(LINK);
        rig.hasSpace = false;
        rig.work();
        rig.ring.take();

        final Message[] many = Collections.nCopies(MESSAGES_IN_FRAME, PeerMessages.begin(7)).toArray(new Message[0]);
        final int frameLength = Message.frame(many).capacity();
        final int expected = SECONDS_OF_FLOOD * (int) EventSequencer.BYTES_PER_SECOND_WITHOUT_SPACE / frameLength;
        for (int i = 0; i < 2 * expected; i++) {
            rig.links.send(LINK, many);
        }
        rig.pass(SECONDS_OF_FLOOD * SECOND_NS);
        final int taken = begun();
        assertTrue(taken >= expected && taken <= expected + 64 * 1024 / frameLength + 1, taken + ", not " + expected);

        rig.hasSpace = true;
        rig.pass(SECOND_NS);
        assertEquals(2 * expected - taken, begun());
    }

    private int begun() {
        return (int) rig.ring.take().stream().filter(event -> event.contains("begin(")).count() / MESSAGES_IN_FRAME;
    }

    @Test
    void shouldTickAgainWhenTheCoordinatorStillWantsIt() {
        rig.ring.nextWakeUpNs(IngressRig.BASE_NS);
        rig.work().work();

        assertEquals(List.of("0: tick()", "0: tick()"), rig.ring.take());
    }

    @Test
    void shouldTickBeforeAnyFrameThatArrived() {
        rig.admit(LINK);
        rig.ring.nextWakeUpNs(IngressRig.BASE_NS);
        rig.links.send(LINK, PeerMessages.begin(7));
        rig.work();

        assertEquals(List.of("0: tick()", "6: begin(7, 500, 99)"), rig.ring.take());
    }

    @Test
    void shouldContinueWithOneFrameOfStepsAtATime() {
        rig.ring.hasContinuation(true);
        rig.ring.consuming(false);
        rig.work().work();
        assertEquals(List.of(STEP), rig.ring.take());

        rig.ring.consuming(true);
        rig.ring.consuming(false);
        rig.work().work();
        assertEquals(Collections.nCopies(8, STEP), rig.ring.take());

        rig.ring.hasContinuation(false);
        rig.ring.consuming(true);
        rig.work();
        rig.ring.hasContinuation(true);
        rig.work();
        assertEquals(List.of(STEP), rig.ring.take());
    }

    @Test
    void shouldTellWhenStorageIsRefusedAndWhenItIsBack() {
        rig.hasSpace = false;
        rig.ring.room(0);
        rig.work();
        rig.ring.room(100);
        rig.work().work();
        assertEquals(List.of("0: storageRefused()"), rig.ring.take());

        rig.hasSpace = true;
        rig.work().work();
        assertEquals(List.of("0: storageAvailable()"), rig.ring.take());
    }

    @Test
    void shouldTellHowManyAcknowledgementsContradictedEachTimeThatThereAreMore() {
        rig.ring.contradictions(2);
        rig.ring.room(0);
        rig.work();
        rig.ring.room(100);
        rig.work().work();
        assertEquals(List.of("0: contradictionsSeen(2)"), rig.ring.take());

        rig.ring.contradictions(3);
        rig.work().work();
        assertEquals(List.of("0: contradictionsSeen(3)"), rig.ring.take());
    }

    @Test
    void shouldEndTheGracePeriodOnceASessionTimeoutAfterTheStart() {
        rig.pass(IngressRig.SESSION_TIMEOUT_NS);
        assertEquals(List.of(), rig.ring.take());

        rig.pass(SECOND_NS / 2);
        assertEquals(List.of("0: graceEnded()"), rig.ring.take());

        rig.pass(100 * SECOND_NS);
        assertEquals(List.of("closing mark"), rig.ring.take());
    }

    @Test
    void shouldWriteAClosingMarkOnceAfterASecondOfIdleness() {
        rig.admit(LINK);
        rig.links.send(LINK, PeerMessages.begin(7));
        rig.work();
        rig.ring.take();
        rig.pass(SECOND_NS - 1);
        assertEquals(List.of(), rig.ring.take());

        rig.pass(1);
        assertEquals(List.of("closing mark"), rig.ring.take());

        rig.pass(5 * SECOND_NS);
        assertEquals(List.of(), rig.ring.take());
    }

    @Test
    void shouldPublishStartEventsBeforeItTakesAnythingFromLinks() {
        final CoordinatorSettings settings = CoordinatorSettings.defaults();
        final IngressRig starting =
            new IngressRig(StartEvents.after(Recovered.NOTHING, new EpochStart(5, 55, 0), settings));
        starting.links.up(LINK).send(LINK, PeerMessages.sessionOpen(1, "client", "alice"));
        starting.ring.room(1);
        starting.work().work();
        assertFalse(starting.agent.isOpen());
        assertEquals(2, starting.links.waiting());

        starting.ring.room(100);
        starting.work();
        assertTrue(starting.agent.isOpen());
        starting.work();
        assertEquals(List.of("0: settings(" + settings + ")", "0: epochStarted(5, 1, 0, 55, 0, 0)",
            "0: settings(" + settings + ")", "6: sessionOpening(1, 100, 101, 3, 33, 5, 2, 22, \"alice\")"),
            starting.ring.take());
    }

    @Test
    void shouldSequenceWhatOperatorsAskFor() {
        assertTrue(rig.operators.rollback(8, 7));
        assertTrue(rig.operators.settle(9, 7, 1, true));
        assertTrue(rig.operators.purge(10, 7, 1));
        assertTrue(rig.operators.confirmRecovered(11));
        rig.ring.room(1);
        rig.work();
        assertEquals(List.of("0: operatorRollback(8, 7)"), rig.ring.take());

        rig.ring.room(100);
        rig.work();
        assertEquals(List.of("0: operatorSettle(9, 7, 1, 1)", "0: operatorPurge(10, 7, 1)",
            "0: operatorConfirmRecovered(11)"), rig.ring.take());
    }

    @Test
    void shouldTakeABoundedNumberOfOperatorCommands() {
        int taken = 0;
        while (rig.operators.rollback(1, 1)) {
            taken++;
        }

        assertTrue(taken > 100 && taken < 1_000, "taken: " + taken);
    }

    @Test
    void shouldGoOnFromTheRecoveredTimeAndNeverBack() {
        rig.admit(LINK);
        rig.links.send(LINK, PeerMessages.begin(1));
        rig.work();
        rig.nowNs -= 400;
        rig.links.send(LINK, PeerMessages.begin(2));
        rig.work();
        rig.nowNs += 500;
        rig.links.send(LINK, PeerMessages.begin(3));
        rig.work();

        assertEquals(List.of(IngressRig.BASE_NS, IngressRig.BASE_NS, IngressRig.BASE_NS, IngressRig.BASE_NS + 100),
            rig.ring.timesNs());
    }
}
