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
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DtmClientTest {
    private static final long T = transaction(7, 1);
    private static final byte[] WORK = "work".getBytes(StandardCharsets.UTF_8);
    private static final String ENLIST = "Enlist 7:1 branch 5 resource 5 incarnation 0 token 42 epoch 1 payload 4";

    private final FakeCoordinator coordinator = new FakeCoordinator();
    private DtmClient client;
    private long submitted;

    @BeforeEach
    void open() {
        coordinator.library = new CoordinatorSession(
            new SessionContext().link(coordinator.link).random(() -> 42).commandCapacity(4));
        client = new DtmClient(coordinator.library);
        coordinator.connect();
    }

    private Transaction begin() {
        final CompletionStage<Transaction> begun = client.begin(Duration.ofSeconds(2));
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
        client.resource(name);
        coordinator.run().said();
        coordinator.found(resourceId).run();
    }

    // one shot

    @Test
    void shouldLookNamesUpThenSubmitAndCompleteWithTheOutcome() {
        final CompletionStage<TransactionResult> result =
            client.oneShot().branch("stock", WORK).timeout(Duration.ofMillis(500)).submitWithId();
        coordinator.expect("Lookup 'stock'");
        coordinator.found(5).expect("Submit 7:1 timeout 500 DECIDED 0->5 'work'");
        assertFalse(result.toCompletableFuture().isDone());
        coordinator.committed(T).run();

        assertEquals(T, get(result).transactionId());
        assertEquals(Outcome.Status.COMMITTED, get(result).outcome().status());
        assertEquals(Durability.FORCE, get(result).outcome().durability());
    }

    private Outcome aborted(final AbortReason reason, final int branchId, final String text) {
        final CompletionStage<Outcome> outcome =
            client.oneShot().branch("stock", WORK).branch("payments", WORK).submit();
        coordinator.run().said();
        coordinator.outcome(T + submitted++, OutcomeStage.DECIDED, OutcomeType.ABORTED, reason, branchId, text).run();
        return get(outcome);
    }

    @Test
    void shouldNameTheParticipantThatWasInTheWayWhereNobodySaidMore() {
        lookedUp("stock", 5);
        lookedUp("payments", 6);

        assertEquals("participant 'payments'", aborted(AbortReason.NO_PARTICIPANT, 1, "").text());
        assertEquals("participant 'stock'", aborted(AbortReason.DEADLINE, 0, "").text());
        assertEquals("sold out", aborted(AbortReason.VOTE_NO, 0, "sold out").text());
        assertEquals("", aborted(AbortReason.OPERATOR, Outcome.NO_BRANCH, "").text());
    }

    @Test
    void shouldFailWithTheNameWhenAParticipantIsUnknown() {
        final CompletionStage<TransactionResult> result =
            client.oneShot().branch("stock", WORK).submitWithId();
        coordinator.run();
        coordinator.rejected(LookupDecoder.TEMPLATE_ID, Refusal.UNKNOWN_PARTICIPANT, "never registered").run();

        assertEquals(Refusal.UNKNOWN_PARTICIPANT, refusal(result));
        final CompletionException ex = assertThrows(CompletionException.class, () -> get(result));
        assertTrue(ex.getCause().getMessage().contains("'stock'"));
    }

    @Test
    void shouldFailWithoutSendingAnythingWhenALimitIsBroken() {
        lookedUp("stock", 5);
        final OneShot twice = client.oneShot().branch("stock", WORK).branch("stock", WORK);
        final OneShot large = client.oneShot().branch("stock", new byte[16 * 1024 + 1]);
        final OneShot late = client.oneShot().branch("stock", WORK).timeout(Duration.ofMillis(60_001));

        assertEquals(Refusal.DUPLICATE_PARTICIPANT, refusal(submitted(twice)));
        assertEquals(Refusal.PAYLOAD_TOO_LARGE, refusal(submitted(large)));
        assertEquals(Refusal.TIMEOUT_TOO_LONG, refusal(submitted(late)));
        assertEquals(Refusal.NO_BRANCHES, refusal(submitted(client.oneShot())));
        coordinator.expect();
    }

    @Test
    void shouldRoundATimeoutUpToWholeMilliseconds() {
        lookedUp("stock", 5);
        client.oneShot().branch("stock", WORK).timeout(Duration.ofNanos(1)).submit();
        client.begin(Duration.ofNanos(1_000_001));

        coordinator.expect("Submit 7:1 timeout 1 DECIDED 0->5 'work'", "Begin 7:2 timeout 2 token 42");
    }

    @Test
    void shouldRefuseATimeoutThatIsNegativeOrLongerThanAnIntegerHolds() {
        lookedUp("stock", 5);
        for (final Duration tooLong : new Duration[] {Duration.ofDays(25), Duration.ofSeconds(Long.MAX_VALUE)}) {
            assertEquals(Refusal.TIMEOUT_TOO_LONG,
                refusal(submitted(client.oneShot().branch("stock", WORK).timeout(tooLong))));
            final CompletionStage<Transaction> begun = client.begin(tooLong);
            coordinator.run();
            assertEquals(Refusal.TIMEOUT_TOO_LONG, refusal(begun));
        }
        final CompletionStage<Transaction> negative = client.begin(Duration.ofNanos(-1));
        assertEquals(Refusal.OPERATION_REFUSED,
            refusal(submitted(client.oneShot().branch("stock", WORK).timeout(Duration.ofMillis(-1)))));
        assertEquals(Refusal.OPERATION_REFUSED, refusal(negative));
        coordinator.expect();
    }

    @Test
    void shouldFailTheHundredAndFirstBranch() {
        final OneShot oneShot = client.oneShot();
        for (int i = 0; i < 101; i++) {
            lookedUp("r" + i, i);
            oneShot.branch("r" + i, WORK);
        }

        assertEquals(Refusal.TOO_MANY_BRANCHES, refusal(submitted(oneShot)));
    }

    private CompletionStage<TransactionResult> submitted(final OneShot oneShot) {
        final CompletionStage<TransactionResult> result = oneShot.submitWithId();
        coordinator.run();
        return result;
    }

    @Test
    void shouldFailWhenTheQueueToTheDutyCycleIsFull() {
        for (int i = 0; i < 4; i++) {
            client.begin(Duration.ZERO);
        }

        assertEquals(Refusal.OVERLOADED, refusal(client.begin(Duration.ZERO)));
    }

    @Test
    void shouldFailWhenTheCommandThrowsAnError() {
        final CompletableFuture<Void> future = new CompletableFuture<>();
        client.execute(future, () -> {
            throw new LinkageError("a class is missing");
        });
        coordinator.run();

        assertInstanceOf(LinkageError.class, assertThrows(CompletionException.class, () -> get(future)).getCause());
    }

    @Test
    void shouldFailWhenTheLibraryIsClosed() {
        coordinator.library.close();

        assertEquals(Refusal.OVERLOADED, refusal(client.begin(Duration.ZERO)));
    }

    @Test
    void shouldGiveALookUpUpWhenNobodyAnswersForTooLong() {
        coordinator.link.statusAfterReconnect = CoordinatorLink.Status.LOST;
        coordinator.loseLink();
        final CompletionStage<TransactionResult> result = client.oneShot().branch("stock", WORK).submitWithId();
        coordinator.run();
        coordinator.after(60_300);

        assertEquals(Refusal.NOT_CONNECTED, refusal(result));
    }

    @Test
    void shouldTellWhatBecameOfATransactionWhenAsked() {
        final CompletionStage<Outcome> outcome = client.inquire(T);
        coordinator.run();
        coordinator.committed(T).run();

        assertEquals(Outcome.Status.COMMITTED, get(outcome).status());
    }

    // a restored coordinator

    private void restore() {
        coordinator.restore();
        coordinator.resumed(7, 1).run();
        coordinator.nonceAtKnownEpoch = coordinator.nonce;
        coordinator.opened(8).run().said();
    }

    @Test
    void shouldLookANameUpAgainWhenTheCoordinatorWasRestored() {
        lookedUp("stock", 5);
        client.oneShot().branch("stock", WORK).submit();
        coordinator.expect("Submit 7:1 timeout 0 DECIDED 0->5 'work'");
        restore();
        client.oneShot().branch("stock", WORK).submit();

        coordinator.expect("Lookup 'stock'");
        coordinator.found(6).expect("Submit 8:1 timeout 0 DECIDED 0->6 'work'");
        client.oneShot().branch("stock", WORK).submit();
        coordinator.expect("Submit 8:2 timeout 0 DECIDED 0->6 'work'");
    }

    @Test
    void shouldRefuseAOneShotWhoseNamesWereLookedUpBeforeTheRestore() {
        lookedUp("stock", 5);
        client.oneShot().branch("stock", WORK).submit();
        final OneShot before = client.oneShot().branch("stock", WORK);
        coordinator.run();
        restore();

        assertEquals(Refusal.UNKNOWN_PARTICIPANT, refusal(submitted(before)));
        coordinator.expect();
    }

    // interactive

    @Test
    void shouldGiveAContextThatLetsServicesJoin() {
        final TransactionContext context = begin().context();

        assertEquals(FakeCoordinator.ID, context.coordinatorId());
        assertEquals(T, context.transactionId());
        assertEquals(42, context.joinToken());
    }

    @Test
    void shouldPassOnWhichAcknowledgementIsWanted() {
        begin().commit(Acknowledge.COMPLETED);

        coordinator.expect("Commit 7:1 COMPLETED expects none");
    }

    @Test
    void shouldCommitAndComplete() {
        lookedUp("stock", 5);
        final Transaction transaction = begin();
        final CompletionStage<Outcome> outcome = transaction.commit("stock");
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
    void shouldRollBackInsteadOfCommittingWhenABranchWasRefused() {
        lookedUp("stock", 5);
        final Transaction transaction = begin();
        final CompletionStage<Void> joined = transaction.enlist("stock", new byte[1025]);
        final CompletionStage<Outcome> outcome = transaction.commit();
        coordinator.expect("Rollback 7:1");
        coordinator.outcome(T, OutcomeStage.DECIDED, OutcomeType.ABORTED, AbortReason.CLIENT_REQUEST, 65535, "")
            .run();

        assertEquals(Refusal.PAYLOAD_TOO_LARGE, refusal(joined));
        assertEquals(Outcome.Status.ABORTED, get(outcome).status());
    }

    @Test
    void shouldRollBackWhenTheCommitExpectsAResourceThatIsUnknown() {
        final Transaction transaction = begin();
        final CompletionStage<Outcome> outcome = transaction.commit("stock");
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
        final CompletionStage<Transaction> begun = client.begin(Duration.ofMillis(60_001));
        coordinator.run();

        assertEquals(Refusal.TIMEOUT_TOO_LONG, refusal(begun));
    }
}
