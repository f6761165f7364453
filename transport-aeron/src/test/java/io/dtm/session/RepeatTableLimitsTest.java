package io.dtm.session;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.message.DecisionCause;
import io.dtm.codec.message.DecisionType;
import io.dtm.participant.BranchId;
import org.junit.jupiter.api.Test;

/** The repeat table stays bounded, whatever the coordinator asks for. */
class RepeatTableLimitsTest extends ParticipantFixture {
    private static final String TOO_MANY =
        "Vote NO 3:5 branch 0 epoch 1 enlisted 1 'the participant has too many unfinished branches'";

    @Override
    SessionContext context() {
        return super.context().maxBranches(2, 2);
    }

    /** As many branches as there is room for vote YES. */
    private void fill() {
        for (int i = 1; i <= 4; i++) {
            prepare(transaction(3, i), 1);
        }
        coordinator.run().said();
        assertEquals(4, participant.calls.size());
        participant.takeCalls();
    }

    @Test
    void shouldVoteNoWhenTooManyBranchesAreUnfinished() {
        fill();

        prepare(transaction(3, 5), 1).expect(TOO_MANY);
        assertEquals("", participant.takeCalls());
    }

    @Test
    void shouldRefuseAJoinWhenTooManyBranchesAreUnfinished() {
        fill();
        final RecordingListeners listener = new RecordingListeners();
        session.join("stock", transaction(3, 5), 77, 1, 2_000 * FakeCoordinator.MS, listener);
        coordinator.expect();
        assertTrue(listener.takeHeard().contains("LIBRARY_OVERLOADED"));

        commit(transaction(3, 1)).run().said();
        commit(transaction(3, 2)).run().said();
        commit(transaction(3, 3)).run().said();
        session.join("stock", transaction(3, 5), 77, 1, 2_000 * FakeCoordinator.MS, listener);
        coordinator.expect("Enlist 3:5 branch 5 resource 5 incarnation 900 token 77 epoch 1 payload 0");
    }

    @Test
    void shouldCarryOutADecisionAlthoughItHasNoRowLeft() {
        fill();

        commit(transaction(3, 9)).expect("Ack COMMIT ABSENT 3:9 branch 0 epoch 1");
        participant.prepared.add(new BranchId(FakeCoordinator.ID, transaction(3, 10), 0, 1));
        rollback(transaction(3, 10)).expect("Ack ROLLBACK DONE 3:10 branch 0 epoch 1");
    }

    @Test
    void shouldStayAtItsLimitHoweverManyDecisionsItCarriesOutBeyondIt() {
        fill();
        for (int i = 10; i < 40; i++) {
            rollback(transaction(3, i)).expect("Ack ROLLBACK ABSENT 3:" + i + " branch 0 epoch 1");
        }
        prepare(transaction(3, 5), 1).expect(TOO_MANY);

        commit(transaction(3, 1)).run().said();
        commit(transaction(3, 2)).run().said();
        commit(transaction(3, 3)).run().said();
        prepare(transaction(3, 6), 1).expect("Vote YES 3:6 branch 0 epoch 1 enlisted 1");
    }

    @Test
    void shouldNotRunAOnePhaseCommitForWhichThereIsNoRoomUntilItIsAskedAgain() {
        fill();
        coordinator.commitOnePhase(RESOURCE, INCARNATION, transaction(3, 9), 0, 1).expect();
        assertEquals("", participant.takeCalls());
        assertEquals(1, events.anomalies.size());
        assertTrue(events.anomalies.get(0).contains("no room"), events.anomalies.get(0));

        commit(transaction(3, 1)).run().said();
        commit(transaction(3, 2)).run().said();
        commit(transaction(3, 3)).run().said();
        coordinator.commitOnePhase(RESOURCE, INCARNATION, transaction(3, 9), 0, 1)
            .expect("OnePhase COMMITTED 3:9 branch 0 epoch 1");
    }

    @Test
    void shouldFindOutWhatBecameOfAFormerProcesssOnePhaseCommitAlthoughItHasNoRowLeft() {
        fill();

        coordinator.commitOnePhase(RESOURCE, OTHER_INCARNATION, transaction(3, 9), 0, 1)
            .expect("OnePhase COMMITTED 3:9 branch 0 epoch 1");
        assertEquals("find out 3:9 branch 0 enlisted 1", participant.takeCalls());
    }

    @Test
    void shouldAskTheCoordinatorForAFenceTwiceBeforeItForgetsVotesThatGetNoDecision() {
        participant.answersAtOnce = false;
        for (int i = 1; i <= 3; i++) {
            prepare(transaction(3, i), 1).run();
            participant.vote.readOnly();
            coordinator.run();
        }
        assertTrue(coordinator.said().contains("Lookup 'stock'"));
        coordinator.found(RESOURCE).expect("Lookup 'stock'");
        coordinator.found(RESOURCE).expect();

        for (int i = 4; i <= 40; i++) {
            prepare(transaction(3, i), 1).run();
            participant.vote.readOnly();
            coordinator.run();
            if (coordinator.said().contains("Lookup 'stock'")) {
                coordinator.found(RESOURCE).expect("Lookup 'stock'");
                coordinator.found(RESOURCE).expect();
            }
        }
        assertEquals(40, participant.calls.size());
    }

    /** The coordinator may have delegated to them: no deadline ends that. */
    @Test
    void shouldKeepWhatItRolledBackByItselfUntilTheCoordinatorHasAnswered() {
        for (int i = 1; i <= 3; i++) {
            session.join("stock", transaction(3, i), 77, 1, 2_000 * FakeCoordinator.MS, new RecordingListeners());
            coordinator.joined(transaction(3, i), RESOURCE).run();
        }
        coordinator.after(7_200).said();
        participant.takeCalls();
        for (int i = 11; i <= 30; i++) {
            prepare(transaction(3, i), 1).run();
            rollback(transaction(3, i)).run().said();
        }
        participant.takeCalls();

        coordinator.commitOnePhase(RESOURCE, INCARNATION, transaction(3, 1), RESOURCE, 1)
            .expect("OnePhase ABORTED 3:1 branch 5 epoch 1 'rolled back before, at its deadline'");
        assertEquals("", participant.takeCalls());

        final String asked = String.join("\n", coordinator.after(11_000).said());
        assertTrue(asked.contains("InDoubt 3:2 branch 5 enlisted 1"), asked);
        assertTrue(asked.contains("InDoubt 3:3 branch 5 enlisted 1"), asked);
        for (int i = 2; i <= 3; i++) {
            coordinator.decide(
                RESOURCE, transaction(3, i), RESOURCE, 1, DecisionType.ROLLBACK, DecisionCause.PRESUMED).run();
        }
        coordinator.forgetEvidence(RESOURCE, transaction(3, 1), RESOURCE).run();
        final String later = String.join("\n", coordinator.after(11_000).said());
        assertTrue(!later.contains("InDoubt"), later);
    }

    @Test
    void shouldNotAskForAFenceAgainAndAgainWhenNoneLetsARowGo() {
        for (int i = 1; i <= 3; i++) {
            session.join("stock", transaction(3, i), 77, 1, 2_000 * FakeCoordinator.MS, new RecordingListeners());
            coordinator.joined(transaction(3, i), RESOURCE).run();
        }
        assertTrue(coordinator.after(7_200).said().contains("Lookup 'stock'"));
        coordinator.found(RESOURCE);
        int asked = 0;
        for (int i = 0; i < 300; i++) {
            for (final String said : coordinator.after(100).said()) {
                if (said.contains("Lookup 'stock'")) {
                    asked++;
                    coordinator.found(RESOURCE);
                }
            }
        }
        assertTrue(asked >= 2 && asked <= 10, asked + " look-ups in half a minute");
    }
}
