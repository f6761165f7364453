package io.dtm.client;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.message.AbortReason;
import io.dtm.codec.message.LookupDecoder;
import io.dtm.codec.message.OutcomeStage;
import io.dtm.codec.message.OutcomeType;
import io.dtm.session.CoordinatorLink;
import io.dtm.session.CoordinatorSession;
import io.dtm.session.FakeCoordinator;
import io.dtm.session.SessionContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class SessionClientTest {
    private static final long T = transaction(7, 1);
    private static final byte[] WORK = "work".getBytes(StandardCharsets.UTF_8);
    private static final String ENLIST = "Enlist 7:1 branch 5 resource 5 incarnation 0 token 42 epoch 1 payload 4";

    private final FakeCoordinator coordinator = new FakeCoordinator();
    private SessionClient client;

    @BeforeEach
    void open() {
        coordinator.library = new CoordinatorSession(
            new SessionContext().link(coordinator.link).random(() -> 42).commandCapacity(4));
        client = new SessionClient(coordinator.library, () -> coordinator.nowNs);
        coordinator.connect();
    }

    private Transaction begin() {
        final CompletionStage<Transaction> begun = client.begin(2_000);
        coordinator.run().said();
        return get(begun);
    }

    private static <T> T get(final CompletionStage<T> stage) {
        assertTrue(stage.toCompletableFuture().isDone(), "it isn't complete yet");
        return stage.toCompletableFuture().join();
    }

    private static Refusal refusal(final CompletionStage<?> stage) {
        final CompletionException ex = assertThrows(CompletionException.class, () -> get(stage));
        return assertInstanceOf(RefusedException.class, ex.getCause()).refusal();
    }

    private void lookedUp(final String name, final int resourceId) {
        client.lookup(name);
        coordinator.run().said();
        coordinator.found(resourceId).run();
    }

    // one shot

    @Test
    void shouldLookNamesUpThenSubmitAndCompleteWithTheOutcome() {
        final CompletionStage<TransactionResult> result =
            client.submission().branch("stock", WORK).timeoutMs(500).submit();
        coordinator.expect("Lookup 'stock'");
        coordinator.found(5).expect("Submit 7:1 timeout 500 DECIDED 0->5 'work'");
        assertFalse(result.toCompletableFuture().isDone());
        coordinator.committed(T).run();

        assertEquals(T, get(result).transactionId());
        assertEquals(Outcome.Status.COMMITTED, get(result).outcome().status());
        assertEquals(Durability.FORCE, get(result).outcome().durability());
    }

    @Test
    void shouldFailWithTheNameWhenAParticipantIsUnknown() {
        final CompletionStage<TransactionResult> result =
            client.submission().branch("stock", WORK).submit();
        coordinator.run();
        coordinator.rejected(LookupDecoder.TEMPLATE_ID, Refusal.UNKNOWN_PARTICIPANT, "never registered").run();

        assertEquals(Refusal.UNKNOWN_PARTICIPANT, refusal(result));
        final CompletionException ex = assertThrows(CompletionException.class, () -> get(result));
        assertTrue(ex.getCause().getMessage().contains("'stock'"));
    }

    @Test
    void shouldRefuseWhatBreaksALimitWhenItIsAdded() {
        final Submission submission = client.submission().branch("stock", WORK);

        assertRefused(Refusal.DUPLICATE_PARTICIPANT, () -> submission.branch("stock", WORK));
        assertRefused(Refusal.PAYLOAD_TOO_LARGE, () -> submission.branch("bank", new byte[16 * 1024 + 1]));
        assertRefused(Refusal.TIMEOUT_TOO_LONG, () -> submission.timeoutMs(60_001));
        for (int i = 0; i < 99; i++) {
            submission.branch("r" + i, new byte[0]);
        }
        assertRefused(Refusal.TOO_MANY_BRANCHES, () -> submission.branch("one more", WORK));
        final Submission large = client.submission();
        large.branch("a", new byte[16_384]).branch("b", new byte[16_384]).branch("c", new byte[16_384]);
        assertRefused(Refusal.PAYLOAD_TOO_LARGE, () -> large.branch("d", new byte[16_384]));
    }

    @Test
    void shouldRefuseASubmissionWithoutBranches() {
        assertEquals(Refusal.NO_BRANCHES, refusal(client.submission().submit()));
    }

    @Test
    void shouldNotSubmitTwice() {
        final Submission submission = client.submission().branch("stock", WORK);
        submission.submit();

        assertThrows(IllegalStateException.class, submission::submit);
    }

    @Test
    void shouldFailWhenTheQueueToTheDutyCycleIsFull() {
        for (int i = 0; i < 4; i++) {
            client.begin(0);
        }

        assertEquals(Refusal.LIBRARY_OVERLOADED, refusal(client.begin(0)));
    }

    @Test
    void shouldFailWhenTheLibraryIsClosed() {
        coordinator.library.close();

        assertEquals(Refusal.LIBRARY_OVERLOADED, refusal(client.begin(0)));
    }

    @Test
    void shouldGiveALookUpUpWhenNobodyAnswersForTooLong() {
        coordinator.link.statusAfterReconnect = CoordinatorLink.Status.LOST;
        coordinator.loseLink();
        final CompletionStage<TransactionResult> result = client.submission().branch("stock", WORK).submit();
        coordinator.run();
        coordinator.after(60_300);

        assertEquals(Refusal.NOT_CONNECTED, refusal(result));
    }

    @Test
    void shouldTellWhatBecameOfATransactionWhenAsked() {
        final CompletionStage<Outcome> outcome = client.inquire(T, Acknowledge.DECIDED);
        coordinator.run();
        coordinator.committed(T).run();

        assertEquals(Outcome.Status.COMMITTED, get(outcome).status());
    }

    // interactive

    @Test
    void shouldGiveAContextWithTheTimeThatIsLeft() {
        final Transaction transaction = begin();
        coordinator.after(500);
        final TransactionContext context = transaction.context();

        assertEquals(FakeCoordinator.ID, context.coordinatorId());
        assertEquals(T, context.transactionId());
        assertEquals(42, context.joinToken());
        assertTrue(context.timeLeftMs() > 1_400 && context.timeLeftMs() <= 1_500, context.toString());
        coordinator.after(5_000);
        assertEquals(0, transaction.context().timeLeftMs());
    }

    @Test
    void shouldCommitAndComplete() {
        lookedUp("stock", 5);
        final Transaction transaction = begin();
        final CompletionStage<Outcome> outcome = transaction.commit(Acknowledge.DECIDED, List.of("stock"));
        coordinator.expect("Commit 7:1 DECIDED expects 5");
        coordinator.committed(T).run();

        assertEquals(Outcome.Status.COMMITTED, get(outcome).status());
    }

    @Test
    void shouldNotCommitWithoutABranchWhoseNameIsStillLookedUp() {
        final Transaction transaction = begin();
        final CompletionStage<Void> joined = transaction.enlist("stock", WORK);
        final CompletionStage<Outcome> outcome = transaction.commit();
        coordinator.expect("Lookup 'stock'");
        coordinator.found(5).expect(ENLIST, "Commit 7:1 DECIDED expects 5");
        coordinator.joined(T, 5).committed(T).run();

        get(joined);
        assertEquals(Outcome.Status.COMMITTED, get(outcome).status());
    }

    @Test
    void shouldRollBackInsteadOfCommittingWhenABranchCouldNotBeEnlisted() {
        final Transaction transaction = begin();
        final CompletionStage<Void> joined = transaction.enlist("stock", WORK);
        final CompletionStage<Outcome> outcome = transaction.commit();
        coordinator.run().said();
        coordinator.rejected(LookupDecoder.TEMPLATE_ID, Refusal.UNKNOWN_PARTICIPANT, "")
            .expect("Rollback 7:1");
        coordinator.outcome(T, OutcomeStage.DECIDED, OutcomeType.ABORTED, AbortReason.CLIENT_REQUEST, 65535, "")
            .run();

        assertEquals(Refusal.UNKNOWN_PARTICIPANT, refusal(joined));
        assertEquals(Outcome.Status.ABORTED, get(outcome).status());
    }

    @Test
    void shouldRollBackWhenTheCommitExpectsAResourceThatIsUnknown() {
        final Transaction transaction = begin();
        final CompletionStage<Outcome> outcome = transaction.commit(Acknowledge.DECIDED, List.of("stock"));
        coordinator.run().said();
        coordinator.rejected(LookupDecoder.TEMPLATE_ID, Refusal.UNKNOWN_PARTICIPANT, "")
            .expect("Rollback 7:1");

        assertEquals(Refusal.UNKNOWN_PARTICIPANT, refusal(outcome));
    }

    @Test
    void shouldRollBackAndComplete() {
        final Transaction transaction = begin();
        final CompletionStage<Outcome> outcome = transaction.rollback();
        coordinator.expect("Rollback 7:1");
        coordinator.outcome(T, OutcomeStage.DECIDED, OutcomeType.ABORTED, AbortReason.CLIENT_REQUEST, 65535, "")
            .run();

        assertEquals(io.dtm.client.AbortReason.CLIENT_REQUEST, get(outcome).reason());
    }

    @Test
    void shouldFailABeginWithATimeoutThatIsTooLong() {
        final CompletionStage<Transaction> begun = client.begin(60_001);
        coordinator.run();

        assertEquals(Refusal.TIMEOUT_TOO_LONG, refusal(begun));
    }

    private static void assertRefused(final Refusal refusal, final Executable call) {
        assertEquals(refusal, assertThrows(RefusedException.class, call).refusal());
    }
}
