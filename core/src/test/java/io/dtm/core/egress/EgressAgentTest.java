package io.dtm.core.egress;

import static io.dtm.core.egress.EgressRig.decide;
import static io.dtm.core.egress.EgressRig.outcome;
import static io.dtm.core.egress.EgressRig.payload;
import static io.dtm.core.egress.EgressRig.prepare;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.message.RejectCode;
import io.dtm.codec.message.RejectedEncoder;
import io.dtm.core.coordinator.CoordinatorOutput.Alarm;
import io.dtm.core.coordinator.CoordinatorSettings;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class EgressAgentTest {
    private static final int SESSION = 1;
    private static final int OTHER_SESSION = 2;
    private static final int LINK = 10;
    private static final int OTHER_LINK = 20;
    private static final int REQUESTED = 1;
    private static final int LOST = 2;

    private final EgressRig rig = new EgressRig().started();

    @Test
    void shouldSendOnAppendAtOnceAndOnDurableOnlyWhenForced() {
        attachBoth();
        rig.frame(out -> prepare(out, SESSION, 1));
        final long deciding = rig.frame(out -> decide(out, SESSION, 2));
        rig.frame(out -> prepare(out, SESSION, 3));

        rig.work();
        assertEquals(List.of("Prepares 1 3"), rig.links.takeSent(LINK));

        rig.forced = deciding - 1;
        rig.work();
        assertEquals(List.of(), rig.links.takeSent(LINK));

        rig.forced = deciding;
        rig.work();
        assertEquals(List.of("Decisions 2"), rig.links.takeSent(LINK));
    }

    @Test
    void shouldHoldEachMessageByTheClassThatItsCallStates() {
        attachBoth();
        rig.frame(out -> {
            out.joined(SESSION, 1, 0);
            out.prepare(SESSION, true, 4, 77, 2, 0, 3, payload(0));
            out.outcome(SESSION, true, 3, 1, 1, 0, 0, 0xFFFF, EgressRig.NO_TEXT, 0, 0);
        });
        rig.frame(out -> {
            out.prepare(SESSION, false, 4, 77, 4, 0, 3, payload(0));
            out.commitOnePhase(SESSION, 4, 77, 5, 0, 3, payload(3));
            out.decision(SESSION, 4, 6, 0, 3, 2, 3);
            out.forgetEvidence(SESSION, 4, 7, 0);
            out.outcome(SESSION, false, 8, 2, 2, 0, 0, 0xFFFF, EgressRig.NO_TEXT, 0, 0);
            out.found(SESSION, 9, 4);
            out.rejected(SESSION, 10, 0xFFFF, 20, 20, "later");
        });

        rig.work();
        assertEquals(List.of("Joined 1", "Prepares 2", "Outcomes 3"), rig.links.takeSent(LINK));

        rig.forceAll();
        rig.work();
        assertEquals(List.of("Prepares 4", "OnePhaseCommits 5", "Decisions 6", "ForgetEvidence 7", "Outcomes 8",
            "Found 4", "Rejected 10 OVERLOADED later"), rig.links.takeSent(LINK));
    }

    @Test
    void shouldWaitForNothingButTheEpochWhenDurabilityIsAppend() {
        final EgressRig relaxed = new EgressRig(CoordinatorSettings.DURABILITY_APPEND, 4);
        final long epoch = relaxed.frame(out -> relaxed.encoder.onEpochStarted(5, 3, 1, 55));
        relaxed.frame(out -> out.sessionAttached(SESSION, LINK));
        relaxed.frame(out -> decide(out, SESSION, 1));
        relaxed.work();
        assertEquals(List.of(), relaxed.links.takeSent(LINK));
        assertEquals(List.of(epoch), relaxed.requests);

        relaxed.forced = epoch;
        relaxed.work();
        assertEquals(List.of("Decisions 1"), relaxed.links.takeSent(LINK));
        assertEquals(List.of(epoch), relaxed.requests);
    }

    @Test
    void shouldSendNothingBeforeTheEpochIsForced() {
        final EgressRig fresh = new EgressRig();
        fresh.frame(out -> out.sessionAttached(SESSION, LINK));
        fresh.frame(out -> prepare(out, SESSION, 1));
        fresh.forceAll();
        fresh.work();
        assertEquals(List.of(), fresh.links.takeSent(LINK));

        fresh.frame(out -> fresh.encoder.onEpochStarted(5, 3, 1, 55));
        fresh.work();
        assertEquals(List.of(), fresh.links.takeSent(LINK));

        fresh.forceAll();
        fresh.work();
        assertEquals(List.of("Prepares 1"), fresh.links.takeSent(LINK));
    }

    @Test
    void shouldAskForAForceOnlyOfWhatSomethingWaitsFor() {
        attachBoth();
        rig.frame(out -> prepare(out, SESSION, 1));
        rig.work();
        assertEquals(List.of(), rig.requests);

        final long first = rig.frame(out -> decide(out, SESSION, 1));
        rig.frame(out -> prepare(out, SESSION, 2));
        rig.work();
        rig.work();
        assertEquals(List.of(first), rig.requests);
        assertEquals(1, rig.agent.waitingForForce());

        rig.forced = first;
        rig.work();
        assertEquals(0, rig.agent.waitingForForce());
    }

    @Test
    void shouldAskForNoForceForASessionWithoutALink() {
        rig.frame(out -> decide(out, SESSION, 1));
        rig.work();

        assertEquals(List.of(), rig.requests);
    }

    @Test
    void shouldLetNothingOvertakeAHandshake() {
        rig.frame(out -> {
            out.sessionAttached(SESSION, LINK);
            out.sessionOpened(SESSION, 1, 11, 12, 0);
            out.registered(SESSION, 2, 4, 0);
            prepare(out, SESSION, 1);
        });
        final long last = rig.frame(out -> {
            decide(out, SESSION, 2);
            prepare(out, SESSION, 3);
        });
        rig.work();
        assertEquals(List.of(), rig.links.takeSent(LINK));

        rig.forced = last - 100;
        rig.work();
        assertEquals(List.of("SessionOpened 1", "Registered 4", "Prepares 1 3"), rig.links.takeSent(LINK));

        rig.forced = last;
        rig.work();
        assertEquals(List.of("Decisions 2"), rig.links.takeSent(LINK));
    }

    /** Participants count on the order of PREPAREs: one that waits for the force holds back those behind it. */
    @Test
    void shouldKeepTheOrderOfPreparesWhenOneWaitsForTheForce() {
        attachBoth();
        rig.frame(out -> out.prepare(SESSION, false, 4, 77, 1, 0, 3, payload(0)));
        rig.frame(out -> prepare(out, SESSION, 2));
        rig.frame(out -> prepare(out, OTHER_SESSION, 3));
        rig.work();
        assertEquals(List.of(), rig.links.takeSent(LINK));
        assertEquals(List.of("Prepares 3"), rig.links.takeSent(OTHER_LINK));

        rig.forceAll();
        rig.work();
        assertEquals(List.of("Prepares 1 2"), rig.links.takeSent(LINK));
    }

    @Test
    void shouldKeepTheOrderOfPreparesThatALinkDidNotTakeAtOnce() {
        attachBoth();
        for (int i = 0; i < 2; i++) { // in either turn of the lanes
            final int first = 10 * i;
            rig.frame(out -> prepare(out, SESSION, first));
            rig.frame(out -> out.prepare(SESSION, false, 4, 77, first + 1, 0, 3, payload(0)));
            rig.frame(out -> prepare(out, SESSION, first + 2));
            rig.forceAll();
            rig.work();
            final List<String> sent = rig.links.takeSent(LINK);
            assertEquals("Prepares " + first + " " + (first + 1) + " " + (first + 2),
                sent.size() == 1 ? sent.get(0) : sent.get(0) + sent.get(1).substring("Prepares".length()));
        }
    }

    /** Its row goes with the decision: a PREPARE that comes then would be carried out anew (rule 4). */
    @Test
    void shouldNotLetADecisionOvertakeAPrepareThatALinkDidNotTakeAtOnce() {
        attachBoth();
        rig.links.takes(LINK, 0);
        for (int i = 1; i <= 3; i++) {
            final int id = i;
            rig.frame(out -> out.prepare(SESSION, true, 4, 77, id, 0, 3, payload(16 * 1024)));
        }
        rig.frame(out -> decide(out, SESSION, 3));
        rig.frame(out -> prepare(out, SESSION, 4));
        rig.forceAll();
        rig.work();
        for (int i = 0; i < 4; i++) {
            rig.links.takes(LINK, 1);
            rig.work();
        }

        assertEquals(List.of("Prepares 1", "Prepares 2", "Prepares 3", "Decisions 3", "Prepares 4"),
            rig.links.takeSent(LINK));
    }

    @Test
    void shouldHoldOnlyWhatWasQueuedBehindTheHandshake() {
        attachBoth();
        rig.frame(out -> prepare(out, SESSION, 1));
        rig.frame(out -> out.registered(SESSION, 2, 4, 0));
        rig.frame(out -> prepare(out, SESSION, 2));
        rig.work();

        assertEquals(List.of("Prepares 1"), rig.links.takeSent(LINK));
    }

    @Test
    void shouldGatherATransactionsMessagesIntoOneFrameForEachSession() {
        attachBoth();
        rig.frame(out -> {
            for (int i = 1; i <= 64; i++) {
                prepare(out, SESSION, i);
                prepare(out, OTHER_SESSION, i);
            }
        });
        rig.work();

        final List<List<String>> frames = rig.links.frames(LINK);
        assertTrue(frames.size() <= 16, "64 messages in at most 16 frames: " + frames);
        assertTrue(frames.stream().mapToInt(List::size).sum() == frames.size(), "one group a frame: " + frames);
        assertEquals(frames, rig.links.frames(OTHER_LINK));
        assertEquals(64, String.join(" ", rig.links.takeSent(LINK)).replace("Prepares ", "").split(" ").length);
    }

    @Test
    void shouldSendAPayloadLargerThanADatagramInAFrameOfItsOwn() {
        attachBoth();
        rig.frame(out -> {
            prepare(out, SESSION, 1);
            out.prepare(SESSION, true, 4, 77, 2, 0, 3, payload(16 * 1024));
            prepare(out, SESSION, 3);
        });
        rig.work();

        assertEquals(
            List.of(List.of("Prepares 1"), List.of("Prepares 2"), List.of("Prepares 3")), rig.links.frames(LINK));
    }

    @Test
    void shouldKeepWhatALinkDoesNotTakeAndGoOnWithOthers() {
        attachBoth();
        rig.links.block(LINK);
        rig.frame(out -> {
            prepare(out, SESSION, 1);
            prepare(out, OTHER_SESSION, 1);
        });
        rig.work();
        rig.frame(out -> {
            prepare(out, SESSION, 2);
            prepare(out, OTHER_SESSION, 2);
        });
        rig.work();
        assertEquals(List.of("Prepares 1", "Prepares 2"), rig.links.takeSent(OTHER_LINK));
        assertEquals(List.of(), rig.links.takeSent(LINK));

        rig.links.unblock(LINK);
        rig.work();
        assertEquals(List.of("Prepares 1 2"), rig.links.takeSent(LINK));
    }

    @Test
    void shouldBoundWhatWaitsForALinkWithoutASession() {
        rig.links.block(LINK);
        for (int i = 0; i < 1_000; i++) {
            rig.frame(out -> out.linkRejected(LINK, 8, 5, 4, "unknown session"));
        }
        rig.forceAll();
        rig.work();
        rig.links.unblock(LINK);
        rig.work();

        final int sent = rig.links.takeSent(LINK).size();
        assertTrue(sent > 20 && sent < 200, "sent: " + sent);
        assertEquals(List.of(), rig.told);
    }

    @Test
    void shouldCloseTheLinkOfALostSessionWithoutWaitingForIt() {
        attachBoth();
        rig.links.block(LINK);
        rig.frame(out -> {
            out.sessionClosed(SESSION, LOST);
            out.sessionAttached(SESSION, 0);
        });
        rig.work();
        assertEquals(List.of(), rig.links.closed());

        rig.forceAll();
        rig.work();
        assertEquals(List.of(LINK), rig.links.closed());
    }

    @Test
    void shouldSendWhatIsLeftBeforeASessionIsClosedOnRequest() {
        attachBoth();
        rig.frame(out -> decide(out, SESSION, 1));
        rig.frame(out -> {
            prepare(out, SESSION, 2);
            out.sessionClosed(SESSION, REQUESTED);
            out.sessionAttached(SESSION, 0);
        });
        rig.links.block(LINK);
        rig.forceAll();
        rig.work();
        rig.links.unblock(LINK);
        rig.work();

        final List<String> sent = rig.links.takeSent(LINK);
        assertEquals(3, sent.size());
        assertTrue(sent.containsAll(List.of("Decisions 1", "Prepares 2")));
        assertEquals("SessionClosed 1 REQUESTED", sent.get(2));
        assertEquals(List.of(LINK), rig.links.closed());
    }

    @Test
    void shouldKeepALinkOpenAsLongAsAnotherSessionIsAttachedToIt() {
        rig.frame(out -> {
            out.sessionAttached(SESSION, LINK);
            out.sessionAttached(OTHER_SESSION, LINK);
        });
        rig.frame(out -> {
            out.sessionClosed(SESSION, REQUESTED);
            out.sessionAttached(SESSION, 0);
        });
        rig.forceAll();
        rig.work();
        assertEquals(List.of(), rig.links.closed());

        rig.frame(out -> out.sessionClosed(OTHER_SESSION, REQUESTED));
        rig.forceAll();
        rig.work();
        assertEquals(List.of(LINK), rig.links.closed());
    }

    @Test
    void shouldDropWhatWasForAFormerLinkAndSendTheHandshakeFirstOverTheNew() {
        attachBoth();
        rig.links.block(LINK);
        rig.frame(out -> prepare(out, SESSION, 1));
        rig.work();
        rig.frame(out -> {
            out.sessionAttached(SESSION, 30);
            out.sessionResumed(SESSION, 1, 3, 0);
            prepare(out, SESSION, 2);
        });
        rig.forceAll();
        rig.work();

        assertEquals(List.of("SessionResumed 1", "Prepares 2"), rig.links.takeSent(30));
        assertEquals(List.of(LINK), rig.links.closed());
    }

    @Test
    void shouldDropEverythingForALinkThatIsGoneUntilAnotherIsAttached() {
        attachBoth();
        rig.links.lose(LINK);
        rig.frame(out -> prepare(out, SESSION, 1));
        rig.work();
        rig.frame(out -> prepare(out, SESSION, 2));
        rig.work();
        rig.frame(out -> out.sessionAttached(SESSION, 30));
        rig.frame(out -> prepare(out, SESSION, 3));
        rig.work();

        assertEquals(List.of("Prepares 3"), rig.links.takeSent(30));
    }

    @Test
    void shouldAnswerOperatorsWhenDurableAndRaiseAlarmsAtOnce() {
        rig.frame(out -> {
            out.operatorAnswered(8, 28, "decided already");
            out.alarm(Alarm.VOTE_CONTRADICTS, 7, 1);
        });
        rig.work();
        assertEquals(List.of("alarm VOTE_CONTRADICTS 7 1"), rig.told);
        assertEquals(List.of(rig.position), rig.requests);

        rig.forceAll();
        rig.work();
        assertEquals(List.of("alarm VOTE_CONTRADICTS 7 1", "answer 8 28 decided already"), rig.told);
    }

    @Test
    void shouldRejectALinkWithoutASessionWhenDurable() {
        rig.frame(out -> out.linkRejected(LINK, 8, 5, 4, "unknown session"));
        rig.work();
        assertEquals(List.of(), rig.links.takeSent(LINK));

        rig.forceAll();
        rig.work();
        assertEquals(List.of("Rejected 8 SESSION_UNKNOWN unknown session"), rig.links.takeSent(LINK));
    }

    @Test
    void shouldSendWhatIngressRepliesAndCloseWhatItAsksFor() {
        final UnsafeBuffer body = new UnsafeBuffer(new byte[64]);
        final int length = new RejectedEncoder().wrap(body, 0)
            .requestId(8).branchId(0xFFFF).code(RejectCode.NOT_AUTHENTICATED).text("no")
            .encodedLength();
        rig.replies.reply(LINK, RejectedEncoder.TEMPLATE_ID, RejectedEncoder.BLOCK_LENGTH, body, 0, length);
        rig.work();
        rig.replies.close(LINK);
        rig.work();

        assertEquals(List.of("Rejected 8 NOT_AUTHENTICATED no"), rig.links.takeSent(LINK));
        assertEquals(List.of(LINK), rig.links.closed());
    }

    @Test
    void shouldSendNoEmptyFrames() {
        attachBoth();
        rig.frame(out -> out.sessionAttached(SESSION, LINK));
        rig.work();
        rig.forceAll();
        rig.work();

        assertEquals(0, rig.links.framesSent());
    }

    @Test
    void shouldSendDecisionsAlsoWhenThereAreAlwaysMorePrepares() {
        attachBoth();
        for (int i = 0; i < 200; i++) {
            final int transactionId = i;
            rig.frame(out -> {
                prepare(out, SESSION, transactionId);
                outcome(out, SESSION, transactionId);
            });
        }
        rig.forceAll();
        rig.agent.doWork();

        final List<List<String>> frames = rig.links.frames(LINK);
        assertTrue(frames.get(0).get(0).startsWith("Prepares"), frames.toString());
        assertTrue(frames.get(1).get(0).startsWith("Outcomes"), frames.toString());
    }

    private void attachBoth() {
        rig.frame(out -> {
            out.sessionAttached(SESSION, LINK);
            out.sessionAttached(OTHER_SESSION, OTHER_LINK);
        });
        rig.work();
    }
}
