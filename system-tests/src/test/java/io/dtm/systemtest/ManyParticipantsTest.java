package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.client.AbortReason;
import io.dtm.client.Acknowledge;
import io.dtm.client.Refusal;
import io.dtm.client.RefusedException;
import io.dtm.codec.message.OutcomeType;
import io.dtm.codec.message.RejectCode;
import io.dtm.session.ClientTransaction;
import io.dtm.session.SubmitRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A hundred participants in one transaction, behind four connections; and one more than that. */
class ManyParticipantsTest {
    private static final int LIMIT = 100;
    private static final int CONNECTIONS = 4;

    private static final List<HeldParticipant> PARTICIPANTS = new ArrayList<>();
    private static final int[] RESOURCES = new int[LIMIT + 1];
    private static House house;
    private static CoordinatorChild coordinator;
    private static Peer client;

    @BeforeAll
    static void start() {
        house = new House();
        coordinator = house.coordinator();
        final List<Peer> services = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            services.add(house.peer("services", coordinator));
        }
        client = house.peer("client", coordinator);
        for (int i = 0; i <= LIMIT; i++) {
            PARTICIPANTS.add(new HeldParticipant());
            services.get(i % CONNECTIONS).register("resource-" + i, PARTICIPANTS.get(i));
            RESOURCES[i] = client.lookUp("resource-" + i);
        }
    }

    @AfterAll
    static void close() {
        PARTICIPANTS.clear();
        house.close();
    }

    @BeforeEach
    void forget() {
        PARTICIPANTS.forEach(participant -> {
            participant.prepares().clear();
            participant.decisions().clear();
        });
    }

    private static int[] hundred() {
        return Arrays.copyOf(RESOURCES, LIMIT);
    }

    private static void assertAllDecided(final boolean commit) {
        for (final HeldParticipant participant : PARTICIPANTS.subList(0, LIMIT)) {
            assertEquals(commit, participant.awaitDecision().isCommit);
            assertEquals(1, participant.decisions().size());
            assertEquals(1, participant.prepares().size());
        }
        assertTrue(PARTICIPANTS.get(LIMIT).prepares().isEmpty());
    }

    @Test
    void shouldCommitAHundredBranchesInOneShot() {
        final SubmitRequest request = client.request("work", hundred()).acknowledge(Acknowledge.COMPLETED);

        Conditions.await("outcome", client.submit(request)).assertCommitted();

        assertAllDecided(true);
    }

    @Test
    void shouldRollAHundredBranchesBackWhenTheLastSaysNo() {
        final HeldParticipant last = PARTICIPANTS.get(LIMIT - 1);
        last.votes(false);
        final SubmitRequest request = client.request("work", hundred()).acknowledge(Acknowledge.COMPLETED);
        final var outcome = client.submit(request);
        for (final HeldParticipant participant : PARTICIPANTS.subList(0, LIMIT)) {
            participant.awaitPrepare();
        }
        // every other vote is in the journal, so that each of them must be rolled back
        final long id = last.awaitPrepare().branch.transactionId();
        Conditions.await("the votes", () -> {
            final JournalStory story = coordinator.story();
            for (int branch = 0; branch < LIMIT - 1; branch++) {
                if (story.votes(id, branch).isEmpty()) {
                    return false;
                }
            }
            return true;
        });
        last.awaitPrepare().no("the last one can't");
        last.votes(true);

        final Answer answer = Conditions.await("outcome", outcome);

        answer.assertAborted(AbortReason.VOTE_NO).assertBranch(LIMIT - 1);
        assertTrue(answer.text().contains("the last one can't"), answer::text);
        assertTrue(last.decisions().isEmpty());
        for (final HeldParticipant participant : PARTICIPANTS.subList(0, LIMIT - 1)) {
            assertFalse(participant.awaitDecision().isCommit);
        }
    }

    @Test
    void shouldRefuseTheHundredAndFirstBranchOfASubmit() {
        final SubmitRequest request = client.request("work", hundred());
        final RefusedException refused = assertThrows(
            RefusedException.class, () -> request.branch(RESOURCES[LIMIT], new UnsafeBuffer(new byte[1]), 0, 1));
        assertEquals(Refusal.TOO_MANY_BRANCHES, refused.refusal());
        assertTrue(refused.getMessage().contains("100"), refused::getMessage);
        // what it has is intact
        Conditions.await("outcome", client.submit(request.acknowledge(Acknowledge.COMPLETED))).assertCommitted();
        assertAllDecided(true);

        final RawPeer raw = new RawPeer(house, coordinator);
        try {
            raw.openSession();
            raw.submit(raw.id(1), 10_000, 4, RESOURCES);
            final RawPeer.Reply reply = raw.awaitReply(raw.id(1));
            assertEquals(RejectCode.TOO_MANY_BRANCHES, reply.code());
            assertTrue(reply.text().contains("100"), reply::text);
            raw.submit(raw.id(2), 10_000, 4, hundred());
            assertEquals(OutcomeType.COMMITTED, raw.awaitReply(raw.id(2)).outcome());
        } finally {
            raw.close();
        }
    }

    @Test
    void shouldRefuseTheHundredAndFirstEnlistmentAndCommitTheOthers() {
        final ClientTransaction transaction = client.begin(50_000);
        final List<java.util.concurrent.CompletableFuture<String>> joins = new ArrayList<>();
        for (int i = 0; i < LIMIT; i++) {
            joins.add(client.enlist(transaction, RESOURCES[i], 4));
        }
        joins.forEach(join -> assertEquals(Peer.JOINED, Conditions.await("enlisted", join)));

        final String refusal = Conditions.await("refusal", client.enlist(transaction, RESOURCES[LIMIT], 4));

        assertTrue(refusal.startsWith("TOO_MANY_BRANCHES") && refusal.contains("100"), refusal);
        Conditions.await("outcome", client.commit(transaction, Acknowledge.COMPLETED)).assertCommitted();
        assertAllDecided(true);
    }

    @Test
    void shouldRefuseTheHundredAndFirstEnlistmentAtTheCoordinatorToo() {
        final RawPeer raw = new RawPeer(house, coordinator);
        try {
            raw.openSession();
            final long id = raw.id(1);
            raw.begin(id, 50_000);
            for (int i = 0; i < LIMIT; i++) {
                raw.enlist(id, RESOURCES[i], 4);
                assertEquals(Peer.JOINED, raw.awaitReply(id).text());
            }
            raw.enlist(id, RESOURCES[LIMIT], 4);
            final RawPeer.Reply reply = raw.awaitReply(id);
            assertEquals(RejectCode.TOO_MANY_BRANCHES, reply.code());
            assertEquals(RESOURCES[LIMIT], reply.branchId());
            raw.commit(id);
            assertEquals(OutcomeType.COMMITTED, raw.awaitReply(id).outcome());
        } finally {
            raw.close();
        }
        assertAllDecided(true);
    }
}
