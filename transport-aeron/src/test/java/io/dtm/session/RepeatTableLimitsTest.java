package io.dtm.session;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The repeat table stays bounded, whatever the coordinator asks for. */
class RepeatTableLimitsTest extends ParticipantFixture {
    @Override
    SessionContext context() {
        return super.context().maxBranches(2, 2);
    }

    @Test
    void shouldVoteNoWhenTooManyBranchesAreUnfinished() {
        for (int i = 1; i <= 4; i++) {
            prepare(transaction(3, i), 1);
        }
        coordinator.run().said();

        prepare(transaction(3, 5), 1).expect(
            "Vote NO 3:5 branch 0 epoch 1 enlisted 1 'the participant has too many unfinished branches'");
        assertEquals(4, participant.calls.size());
    }

    @Test
    void shouldLeaveADecisionUnansweredWhenThereIsNoRoomToCarryItOut() {
        for (int i = 1; i <= 4; i++) {
            prepare(transaction(3, i), 1);
        }
        coordinator.run().said();
        commit(transaction(3, 9)).expect();
        commit(transaction(3, 1)).run().said();
        commit(transaction(3, 2)).run().said();
        commit(transaction(3, 3)).run().said();

        commit(transaction(3, 9)).expect("Ack COMMIT ABSENT 3:9 branch 0 epoch 1");
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
}
