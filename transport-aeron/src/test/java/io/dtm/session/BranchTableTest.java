package io.dtm.session;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.message.DecisionType;
import io.dtm.codec.message.OnePhaseResult;
import io.dtm.codec.message.VoteType;
import io.dtm.participant.BranchId;
import io.dtm.session.BranchState.Phase;
import org.junit.jupiter.api.Test;

/** Rule 4: what the repeat table may forget, and when. */
class BranchTableTest {
    private final BranchTable table = new BranchTable(4, 2);

    private BranchState branch(final int number, final Phase phase) {
        final BranchState state =
            new BranchState(new BranchId(1, transaction(3, number), 0, 1), phase);
        state.askedEpoch = 1;
        table.add(state);
        return state;
    }

    private BranchState voted(final int number, final VoteType vote) {
        final BranchState state = branch(number, Phase.VOTED);
        state.vote = vote;
        table.voteSent(state);
        return state;
    }

    private BranchState decided(final int number) {
        final BranchState state = branch(number, Phase.DECIDED);
        state.decision = DecisionType.COMMIT;
        state.decisionEpoch = 1;
        return state;
    }

    @Test
    void shouldForgetTheOldestDecidedBranchWhenThereAreTooMany() {
        for (int i = 1; i <= 3; i++) {
            table.remember(decided(i));
        }

        assertNull(table.find(transaction(3, 1), 0));
        assertEquals(2, table.size());
    }

    @Test
    void shouldNeverForgetWhatIsRunningOrVotedYes() {
        assertFalse(table.mayForget(branch(1, Phase.PREPARING)));
        assertFalse(table.mayForget(branch(2, Phase.ACTIVE)));
        assertFalse(table.mayForget(branch(3, Phase.DECIDING)));
        final BranchState yes = voted(4, VoteType.YES);
        table.fence(table.sentSequence());
        assertFalse(table.mayForget(yes));
    }

    @Test
    void shouldKeepANoUntilTheCoordinatorIsKnownToHaveIt() {
        final BranchState no = voted(1, VoteType.NO);
        assertFalse(table.mayForget(no));
        table.commitReceived(voted(2, VoteType.YES));

        assertTrue(table.mayForget(no));
    }

    @Test
    void shouldKeepAReadOnlyVoteThatWasSentAfterTheOneThatACommitAnswers() {
        final BranchState yes = voted(1, VoteType.YES);
        final BranchState readOnly = voted(2, VoteType.READ_ONLY);
        table.commitReceived(yes);

        assertFalse(table.mayForget(readOnly));
        table.fence(table.sentSequence());
        assertTrue(table.mayForget(readOnly));
    }

    @Test
    void shouldNotConcludeAnythingFromACommitThatMayAnswerACopySentOverAFormerLink() {
        final BranchState yes = voted(1, VoteType.YES);
        table.linkLost();
        final BranchState no = voted(2, VoteType.NO);
        table.voteSent(yes);
        table.commitReceived(yes);

        assertFalse(table.mayForget(no));
    }

    @Test
    void shouldKeepANoThatMayHaveBeenLostWithTheLinkUntilItIsSentAgain() {
        final BranchState no = voted(1, VoteType.NO);
        table.linkLost();
        table.commitReceived(voted(2, VoteType.YES));
        assertFalse(table.mayForget(no));
        table.voteSent(no);
        table.commitReceived(voted(3, VoteType.YES));

        assertTrue(table.mayForget(no));
    }

    @Test
    void shouldRememberAcrossLinksThatTheCoordinatorHasAVote() {
        final BranchState no = voted(1, VoteType.NO);
        table.fence(table.sentSequence());
        table.linkLost();

        assertTrue(table.mayForget(no));
    }

    @Test
    void shouldForgetANoOfAnEarlierEpochOnceRedriveHasPassedIt() {
        final BranchState no = voted(1, VoteType.NO);
        table.linkLost();
        assertFalse(table.mayForget(no));
        table.newlyEnlisted(2);

        assertTrue(table.mayForget(no));
    }

    @Test
    void shouldKeepANoOfAnEarlierEpochThatRedriveAskedForAgain() {
        final BranchState no = voted(1, VoteType.NO);
        table.linkLost();
        no.askedEpoch = 2;
        table.newlyEnlisted(2);

        assertFalse(table.mayForget(no));
    }

    @Test
    void shouldForgetABranchResolvedElsewhereOnlyBehindAFence() {
        final BranchState yes = voted(1, VoteType.YES);
        table.commitReceived(voted(2, VoteType.YES));
        table.resolvedElsewhere(yes);
        assertFalse(table.mayForget(yes));
        table.commitReceived(voted(3, VoteType.YES));

        assertTrue(table.mayForget(yes));
    }

    @Test
    void shouldKeepTheAnswerToAOnePhaseCommitUntilItsEvidenceMayGo() {
        final BranchState state = branch(1, Phase.ONE_PHASE_ANSWERED);
        state.onePhaseResult = OnePhaseResult.COMMITTED;
        assertFalse(table.mayForget(state));
        state.isEvidenceForgotten = true;

        assertTrue(table.mayForget(state));
    }

    @Test
    void shouldAskForAFenceWhenTooMuchMayNotBeForgotten() {
        for (int i = 1; i <= 3; i++) {
            table.remember(voted(i, VoteType.NO));
        }

        assertTrue(table.needsFence());
        assertEquals(3, table.size());
        table.fence(table.sentSequence());
        table.remember(voted(4, VoteType.NO));
        table.remember(voted(5, VoteType.NO));
        assertFalse(table.size() > 4);
    }

    @Test
    void shouldKeepABranchThatWasFinishedAndRunsAgain() {
        final BranchState again = decided(1);
        table.remember(again);
        again.phase = Phase.DECIDING;
        table.remember(decided(2));
        table.remember(decided(3));
        table.remember(decided(4));

        assertSame(again, table.find(transaction(3, 1), 0));
        again.phase = Phase.DECIDED;
        table.remember(again);
        assertSame(again, table.find(transaction(3, 1), 0));
    }

    @Test
    void shouldBeFullAtItsLimit() {
        for (int i = 1; i <= 6; i++) {
            assertFalse(table.isFull());
            branch(i, Phase.PREPARING);
        }

        assertTrue(table.isFull());
    }

    @Test
    void shouldTellBranchesOfOneTransactionApart() {
        final BranchState first = decided(1);
        final BranchState second =
            new BranchState(new BranchId(1, transaction(3, 1), 8, 1), Phase.DECIDED);
        second.decisionEpoch = 1;
        table.add(second);

        assertSame(first, table.find(transaction(3, 1), 0));
        assertSame(second, table.find(transaction(3, 1), 8));
        assertNotSame(first, second);
        table.remember(first);
        table.remember(second);
        table.remember(decided(2));
        assertNull(table.find(transaction(3, 1), 0));
        assertSame(second, table.find(transaction(3, 1), 8));
    }
}
