package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.dtm.client.AbortReason;
import io.dtm.client.Acknowledge;
import io.dtm.client.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client that asks late, also after the coordinator was killed. What is not kept is never guessed. */
class RetainedOutcomeTest {
    private final House house = new House();
    private final HeldParticipant held = new HeldParticipant();
    private CoordinatorChild coordinator;
    private Peer peer;

    @AfterEach
    void close() {
        house.close();
    }

    private void start(final String... settings) {
        coordinator = house.coordinator(settings);
        peer = house.peer("peer", coordinator);
        peer.register("willing", new HeldParticipant());
        peer.register("held", held);
    }

    private Answer submit() {
        return Conditions.await("outcome",
            peer.submit(peer.request("work", peer.lookUp("willing"), peer.lookUp("held"))));
    }

    private Answer submitRefused() {
        held.votes(false);
        final int before = held.prepares().size();
        final var answer = peer.submit(peer.request("work", peer.lookUp("willing"), peer.lookUp("held")));
        Conditions.await("PREPARE", () -> held.prepares().size() > before);
        held.prepares().get(before).no("sold out");
        held.votes(true);
        return Conditions.await("outcome", answer);
    }

    private Answer ask(final Answer ended) {
        return Conditions.await("inquiry", peer.inquire(ended.transactionId(), Acknowledge.COMPLETED));
    }

    private void assertExpired(final Answer ended) {
        final Outcome outcome = ask(ended).outcome();
        assertEquals(Outcome.Status.UNKNOWN, outcome.status(), outcome::toString);
        assertFalse(outcome.neverBegun(), outcome::toString);
    }

    private void killAndStart() {
        coordinator.kill();
        coordinator.start();
        final int epoch = coordinator.story().epochs().size();
        Conditions.await("the peer is back", () -> peer.registeredEpoch("held") == epoch);
    }

    @Test
    void shouldTellOutcomesAfterTheCoordinatorWasKilled() {
        start();
        final Answer committed = submit().assertCommitted();
        final Answer aborted = submitRefused().assertAborted(AbortReason.VOTE_NO);

        killAndStart();

        ask(committed).assertCommitted();
        ask(aborted).assertAborted(AbortReason.VOTE_NO);
    }

    @Test
    void shouldLetTheOldestGoByCountAndNeverSayMoreThanItKnows() {
        start("dtm.retained.outcomes=2");
        final Answer first = submit().assertCommitted();
        final Answer second = submit().assertCommitted();
        final Answer third = submitRefused().assertAborted(AbortReason.VOTE_NO);
        Conditions.await("all have ended", () -> coordinator.story().transactionsInFlight() == 0);
        assertExpired(first);

        killAndStart();

        assertExpired(first);
        ask(second).assertCommitted();
        ask(third).assertAborted(AbortReason.VOTE_NO);
    }

    @Test
    void shouldLetGoByAgeWhenLaterOnesCome() {
        start("dtm.retention=1s");
        final Answer old = submit().assertCommitted();
        Conditions.await("it has gone", () -> {
            submit().assertCommitted();
            return ask(old).outcome().status() == Outcome.Status.UNKNOWN;
        });

        killAndStart();

        assertExpired(old);
    }
}
