package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.client.AbortReason;
import io.dtm.client.Acknowledge;
import io.dtm.core.coordinator.ProtocolCodes.Decision;
import io.dtm.core.coordinator.ProtocolCodes.Vote;
import io.dtm.systemtest.JournalStory.Entry;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The five edge cases of two-phase commit, against a coordinator that is a process of its own, over UDP. Two branches:
 * 0 belongs to "willing", 1 to "held", which answers when the test says so. Where a crash fell is proven by the
 * journal, read afterwards.
 */
class EdgeCaseTest {
    private static final int WILLING = 0;
    private static final int HELD = 1;
    private static final int EPOCH_ARGUMENT = 1;
    private static final int VOTE_ARGUMENT = 5;
    private static final int DECISION_ARGUMENT = 4;
    private static final String[] QUICK_REPEATS = {"dtm.resend.initial=200ms", "dtm.resend.max=1s"};

    private final House house = new House();
    private final HeldParticipant willing = new HeldParticipant();
    private final HeldParticipant held = new HeldParticipant();
    private CoordinatorChild coordinator;
    private Peer client;
    private int willingId;
    private int heldId;

    @AfterEach
    void close() {
        house.close();
    }

    private void start(final List<String> jvmOptions, final String... settings) {
        coordinator = house.coordinator(jvmOptions, settings);
        house.peer("willing", coordinator).register("willing", willing);
        house.peer("held", coordinator).register("held", held);
        client = house.peer("client", coordinator);
        willingId = client.lookUp("willing");
        heldId = client.lookUp("held");
    }

    private CompletableFuture<Answer> submit(final int timeoutMs) {
        return client.submit(client.request("work", willingId, heldId).timeoutMs(timeoutMs));
    }

    private static int vote(final Entry event) {
        return (int) event.arguments().get(VOTE_ARGUMENT);
    }

    private static int epoch(final Entry event) {
        return (int) event.arguments().get(EPOCH_ARGUMENT);
    }

    @Test
    void shouldAbortAtTheDeadlineWhenAParticipantNeverAnswersPrepare() {
        start(List.of());
        held.withholdsVotes();

        final Answer answer = Conditions.await("outcome", submit(2_000));

        answer.assertAborted(AbortReason.DEADLINE).assertBranch(HELD);
        final HeldParticipant.Decision rolledBack = willing.awaitDecision();
        assertFalse(rolledBack.isCommit);
        assertEquals(willing.awaitPrepare().branch, rolledBack.branch);
        assertTrue(held.decisions().isEmpty());

        final long id = answer.transactionId();
        final JournalStory story = coordinator.story();
        final Entry submitted = story.submits(id).get(0);
        final Entry told = story.outcomes(id).get(0);
        assertEquals(Vote.YES, vote(story.votes(id, WILLING).get(0)));
        assertTrue(story.votes(id, HELD).isEmpty());
        assertTrue(told.timeNs() - submitted.timeNs() >= TimeUnit.SECONDS.toNanos(2));
        assertEquals(0, story.decisions(id, WILLING, true).size() + story.decisions(id, HELD, true).size());

        // its YES comes too late: it gets a ROLLBACK, nothing else
        held.awaitPrepare().yes();
        assertFalse(held.awaitDecision().isCommit);
        Conditions.await("its acknowledgement", () -> !coordinator.story().acknowledgements(id, HELD).isEmpty());
        assertEquals(0, coordinator.story().transactionsInFlight());
        assertEquals(1, willing.decisions().size());
    }

    @Test
    void shouldRollBackTheOthersAndSayWhyWhenAParticipantAnswersPrepareWithAnError() {
        start(List.of());
        held.withholdsVotes();
        final CompletableFuture<Answer> outcome = submit(30_000);
        Conditions.await("the other's vote", () -> willing.prepares().size() == 1);
        final long id = willing.awaitPrepare().branch.transactionId();
        Conditions.await("it in the journal", () -> !coordinator.story().votes(id, WILLING).isEmpty());

        held.awaitPrepare().no("account 4711 is closed");

        final Answer answer = Conditions.await("outcome", outcome);
        answer.assertAborted(AbortReason.VOTE_NO).assertBranch(HELD);
        assertTrue(answer.text().contains("account 4711 is closed"), answer::text);
        assertFalse(willing.awaitDecision().isCommit);

        final JournalStory story = coordinator.story();
        assertEquals(Vote.YES, vote(story.votes(id, WILLING).get(0)));
        assertEquals(Vote.NO, vote(story.votes(id, HELD).get(0)));
        Conditions.await("its end", () -> coordinator.story().transactionsInFlight() == 0);
        assertTrue(held.decisions().isEmpty());
    }

    @Test
    void shouldPrepareAgainAndCommitWhenTheCoordinatorDiesAfterSendingPrepareAndBeforeAllVotes() {
        start(List.of());
        held.withholdsVotes();
        final CompletableFuture<Answer> outcome = submit(50_000);
        final long id = held.awaitPrepare().branch.transactionId();
        Conditions.await("the first vote", () -> !coordinator.story().votes(id, WILLING).isEmpty());

        coordinator.kill();

        final JournalStory killed = coordinator.story();
        assertEquals(1, killed.submits(id).size());
        assertEquals(1, killed.prepares(id, WILLING).size());
        assertEquals(1, killed.prepares(id, HELD).size());
        assertEquals(1, killed.votes(id, WILLING).size());
        assertTrue(killed.votes(id, HELD).isEmpty());
        assertEquals(1, killed.transactionsInFlight());
        assertFalse(outcome.isDone());

        coordinator.start();
        Conditions.await("PREPARE again", () -> coordinator.story().prepares(id, HELD).size() > 1);
        held.awaitPrepare().yes();

        Conditions.await("outcome", outcome).assertCommitted();
        assertTrue(willing.awaitDecision().isCommit);
        assertTrue(held.awaitDecision().isCommit);
        Conditions.await("its end", () -> coordinator.story().transactionsInFlight() == 0);
        final JournalStory story = coordinator.story();
        assertEquals(2, story.epochs().size());
        // a vote names the epoch of the PREPARE that it answers
        assertEquals(2, epoch(story.votes(id, HELD).get(0)));
        assertEquals(1, held.prepares().size());
        assertEquals(1, willing.prepares().size());
    }

    /** The kill falls between the append of the last vote and its force, or between the force and the decision. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldCommitWhenTheCoordinatorDiesAfterAllVotesAndBeforeSendingTheDecision(final boolean isForced) {
        start(List.of(Breakpoint.JVM_OPTION));
        held.withholdsVotes();
        final CompletableFuture<Answer> outcome = submit(50_000);
        final long id = held.awaitPrepare().branch.transactionId();
        Conditions.await("the first vote", () -> !coordinator.story().votes(id, WILLING).isEmpty());

        try (Breakpoint breakpoint = Breakpoint.attach(coordinator.jvm())) {
            breakpoint.set("io.dtm.core.journal.SegmentedJournal", "forceUpTo", isForced);
            held.awaitPrepare().yes();
            breakpoint.awaitHit("the force of the last vote", () -> !coordinator.story().votes(id, HELD).isEmpty());
            coordinator.kill();
        }

        final JournalStory killed = coordinator.story();
        assertEquals(Vote.YES, vote(killed.votes(id, WILLING).get(0)));
        assertEquals(Vote.YES, vote(killed.votes(id, HELD).get(0)));
        assertEquals(1, killed.decisions(id, HELD, true).size(), "the decision was made");
        assertTrue(killed.acknowledgements(id, WILLING).isEmpty());
        assertTrue(killed.acknowledgements(id, HELD).isEmpty());
        // and not sent: nobody has seen it
        assertTrue(willing.decisions().isEmpty());
        assertTrue(held.decisions().isEmpty());
        assertFalse(outcome.isDone());

        coordinator.start();

        Conditions.await("outcome", outcome).assertCommitted();
        assertTrue(willing.awaitDecision().isCommit);
        assertTrue(held.awaitDecision().isCommit);
        Conditions.await("its end", () -> coordinator.story().transactionsInFlight() == 0);
        assertEquals(1, willing.prepares().size());
        assertEquals(1, held.prepares().size());
    }

    @Test
    void shouldSendCommitAgainWithBackoffUntilTheParticipantAnswers() {
        start(List.of(), QUICK_REPEATS);
        held.withholdsAcknowledgements();

        final Answer answer = Conditions.await("outcome, told at once", submit(3_000));

        answer.assertCommitted();
        final long id = answer.transactionId();
        assertTrue(coordinator.story().acknowledgements(id, HELD).isEmpty());
        final CompletableFuture<Answer> completed = client.inquire(id, Acknowledge.COMPLETED);
        awaitRepeats(id, true);
        assertFalse(completed.isDone());

        held.awaitDecision().done();

        Conditions.await("completed", completed).assertCommitted();
        final JournalStory story = coordinator.story();
        assertEquals(0, story.transactionsInFlight());
        assertEquals(Decision.COMMIT, story.acknowledgements(id, HELD).get(0).arguments().get(DECISION_ARGUMENT));
        assertEquals(1, story.decisions(id, WILLING, true).size(), "who has answered isn't asked again");
        assertTrue(held.decisions().stream().allMatch(decision -> decision.isCommit));
    }

    @Test
    void shouldSendRollbackAgainWithBackoffUntilTheParticipantAnswers() {
        start(List.of(), QUICK_REPEATS);
        willing.withholdsVotes();
        held.withholdsAcknowledgements();
        final CompletableFuture<Answer> outcome = submit(30_000);
        final long id = held.awaitPrepare().branch.transactionId();
        Conditions.await("its vote", () -> !coordinator.story().votes(id, HELD).isEmpty());
        willing.awaitPrepare().no("no");

        Conditions.await("outcome, told at once", outcome).assertAborted(AbortReason.VOTE_NO).assertBranch(WILLING);
        assertTrue(coordinator.story().acknowledgements(id, HELD).isEmpty());
        awaitRepeats(id, false);

        held.awaitDecision().done();

        Conditions.await("its end", () -> coordinator.story().transactionsInFlight() == 0);
        assertTrue(held.decisions().stream().noneMatch(decision -> decision.isCommit));
    }

    /** Five times, at distances that grow up to the maximum. */
    private void awaitRepeats(final long id, final boolean commit) {
        Conditions.await("repetitions", () -> coordinator.story().decisions(id, HELD, commit).size() >= 5);
        final List<Entry> sent = coordinator.story().decisions(id, HELD, commit);
        long distanceNs = TimeUnit.MILLISECONDS.toNanos(200);
        for (int i = 1; i < 5; i++) {
            final long betweenNs = sent.get(i).timeNs() - sent.get(i - 1).timeNs();
            assertTrue(betweenNs >= distanceNs, "repetition " + i + " after " + betweenNs + " ns");
            distanceNs = Math.min(2 * distanceNs, TimeUnit.SECONDS.toNanos(1));
        }
    }

    @Test
    void shouldDeliverTheDecisionToANewProcessWhenTheOldOneNeverAnsweredCommit() {
        coordinator = house.coordinator(QUICK_REPEATS);
        final Path store = house.path("store");
        final ChildJvm silent =
            house.participantProcess("store", store, coordinator, ParticipantMain.SILENT).start();
        silent.awaitLine(ParticipantMain.READY);
        house.peer("willing", coordinator).register("willing", willing);
        client = house.peer("client", coordinator);

        final Answer answer = Conditions.await("outcome, told at once", client.submit(
            client.request("work", client.lookUp("willing"), client.lookUp("store"))));

        answer.assertCommitted();
        final long id = answer.transactionId();
        silent.awaitLine("COMMIT of");
        silent.kill();
        assertEquals(1, DirectoryParticipant.prepared(store));
        assertEquals(1, coordinator.story().transactionsInFlight());

        house.participantProcess("store", store, coordinator).start().awaitLine(ParticipantMain.READY);

        Conditions.await("its end", () -> coordinator.story().transactionsInFlight() == 0);
        assertEquals(0, DirectoryParticipant.prepared(store));
        assertEquals(1, DirectoryParticipant.committed(store));
        // A decision that was repeated meanwhile is acknowledged again.
        final List<Entry> acknowledgements = coordinator.story().acknowledgements(id, HELD);
        assertFalse(acknowledgements.isEmpty());
        for (final Entry one : acknowledgements) {
            assertEquals(Decision.COMMIT, one.arguments().get(DECISION_ARGUMENT));
        }
    }
}
