package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.client.Acknowledge;
import io.dtm.client.Refusal;
import io.dtm.client.RefusedException;
import io.dtm.codec.Templates;
import io.dtm.codec.message.OutcomeType;
import io.dtm.codec.message.RejectCode;
import io.dtm.session.ClientTransaction;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a coordinator doesn't take: each gets a clear error at the side that can know, and the coordinator goes on. */
class BadInputTest {
    private static final int LONG_MS = 60_001;
    private static final int LARGE_BYTES = 16 * 1024 + 1;
    private static final int UNKNOWN_RESOURCE = 4_000;

    private static House house;
    private static CoordinatorChild coordinator;
    private static HeldParticipant participant;
    private static Peer client;
    private static RawPeer raw;
    private static int resource;
    private static int counter;

    @BeforeAll
    static void start() {
        house = new House();
        coordinator = house.coordinator("dtm.session.timeout=120s");
        participant = new HeldParticipant();
        client = house.peer("client", coordinator);
        client.register("one", participant);
        client.register("two", new HeldParticipant());
        resource = client.lookUp("one");
        raw = house.own(new RawPeer(house, coordinator));
        raw.openSession();
    }

    @AfterAll
    static void close() {
        house.close();
    }

    @AfterEach
    void shouldGoOn() {
        Conditions.await("outcome", client.submit(client.request("work", resource, client.lookUp("two"))))
            .assertCommitted();
        raw.submit(nextId(), 1_000, 10, resource);
        assertEquals(OutcomeType.COMMITTED, raw.awaitReply(raw.id(counter)).outcome());
        assertTrue(coordinator.jvm().isAlive());
    }

    private static long nextId() {
        return raw.id(++counter);
    }

    private static RawPeer.Reply assertRejected(final long id, final RejectCode code) {
        final RawPeer.Reply reply = raw.awaitReply(id);
        assertEquals(code, reply.code(), reply::toString);
        assertTrue(reply.text().length() > 10, "a sentence: " + reply);
        return reply;
    }

    @Test
    void shouldRefuseAnUnknownParticipant() {
        final CompletableFuture<Integer> found = client.lookUpLater(0, "nobody");
        final AssertionError error = assertThrows(AssertionError.class, () -> Conditions.await("lookup", found));
        assertTrue(error.getMessage().contains("UNKNOWN_PARTICIPANT"), error::getMessage);

        Conditions.await("outcome", client.submit(client.request("work", resource, UNKNOWN_RESOURCE)))
            .assertRefused(Refusal.UNKNOWN_PARTICIPANT);
        raw.submit(nextId(), 1_000, 10, resource, UNKNOWN_RESOURCE);
        assertEquals(1, assertRejected(raw.id(counter), RejectCode.UNKNOWN_PARTICIPANT).branchId());
    }

    @Test
    void shouldRefuseWhatIsAskedForAnUnknownTransaction() {
        final long id = raw.id(counter + 1_000);
        raw.inquire(id);
        assertRejected(id, RejectCode.UNKNOWN_TRANSACTION);
        raw.rollback(id);
        assertRejected(id, RejectCode.UNKNOWN_TRANSACTION);
        raw.enlist(id, resource, 0);
        assertRejected(id, RejectCode.UNKNOWN_TRANSACTION);
        final long nobodys = 0x7000_0000L << 32 | 1;
        raw.inquire(nobodys);
        assertRejected(nobodys, RejectCode.SESSION_UNKNOWN);
        assertTrue(Conditions.await("join", client.join("one", nobodys, 1)).length() > 10);
    }

    @Test
    void shouldRefuseWhatIsAskedForAFinishedTransaction() {
        final long id = nextId();
        raw.begin(id, 5_000);
        raw.rollback(id);
        assertEquals(OutcomeType.ABORTED, raw.awaitReply(id).outcome());
        raw.enlist(id, resource, 0);
        assertRejected(id, RejectCode.TRANSACTION_FINISHED);
        // its outcome is kept, and told to whoever asks for another
        raw.rollback(id);
        assertEquals(OutcomeType.ABORTED, raw.awaitReply(id).outcome());

        final ClientTransaction transaction = client.begin(5_000);
        assertEquals(Peer.JOINED, Conditions.await("enlisted", client.enlist(transaction, resource, 1)));
        Conditions.await("outcome", client.commit(transaction, Acknowledge.COMPLETED)).assertCommitted();
        Conditions.await("refusal", client.commit(transaction, Acknowledge.COMPLETED))
            .assertRefused(Refusal.OPERATION_REFUSED);
        final String enlisted = Conditions.await("refusal", client.enlist(transaction, resource, 1));
        assertTrue(enlisted.length() > 10, enlisted);
        final String joined = Conditions.await("refusal", client.join(
            "two", transaction.transactionId(), transaction.joinToken()));
        assertTrue(joined.startsWith("TRANSACTION_FINISHED"), joined);
    }

    @Test
    void shouldBeginNothingAtOrBelowTheHighWaterMark() {
        final long skipped = nextId();
        final long used = nextId();
        final int prepares = participant.prepares().size();
        raw.submit(used, 1_000, 10, resource);
        assertEquals(OutcomeType.COMMITTED, raw.awaitReply(used).outcome());
        raw.submit(used, 1_000, 10, resource);
        assertEquals(OutcomeType.COMMITTED, raw.awaitReply(used).outcome());
        raw.begin(used, 1_000);
        assertEquals(OutcomeType.COMMITTED, raw.awaitReply(used).outcome());
        raw.begin(skipped, 1_000);
        assertEquals(OutcomeType.EXPIRED, raw.awaitReply(skipped).outcome());
        raw.submit(skipped, 1_000, 10, resource);
        assertEquals(OutcomeType.EXPIRED, raw.awaitReply(skipped).outcome());
        assertEquals(prepares + 1, participant.prepares().size());
    }

    @Test
    void shouldRefuseAWrongJoinToken() {
        final ClientTransaction transaction = client.begin(30_000);
        // with this the coordinator has it: a join comes over another stream
        assertEquals(Peer.JOINED, Conditions.await(
            "enlisted", client.enlist(transaction, client.lookUp("two"), 1)));

        final String answer = Conditions.await("refusal", client.join(
            "one", transaction.transactionId(), transaction.joinToken() + 1));

        assertTrue(answer.startsWith("WRONG_JOIN_TOKEN"), answer);
        Conditions.await("outcome", client.commit(transaction, Acknowledge.DECIDED)).assertCommitted();
    }

    @Test
    void shouldRefuseATimeoutOfMoreThanAMinute() {
        Conditions.await("refusal", client.submit(client.request("work", resource).timeoutMs(LONG_MS)))
            .assertRefused(Refusal.TIMEOUT_TOO_LONG);
        final AssertionError error = assertThrows(
            AssertionError.class, () -> Conditions.await("begin", client.beginLater(LONG_MS)));
        assertTrue(error.getMessage().contains("60000"), error::getMessage);
        raw.begin(nextId(), LONG_MS);
        assertTrue(assertRejected(raw.id(counter), RejectCode.TIMEOUT_TOO_LONG).text().contains("60000"));
        raw.submit(nextId(), -1, 10, resource);
        assertRejected(raw.id(counter), RejectCode.TIMEOUT_TOO_LONG);
    }

    @Test
    void shouldRefuseAPayloadThatIsTooLarge() {
        final RefusedException refused = assertThrows(
            RefusedException.class, () -> client.request("x".repeat(LARGE_BYTES), resource));
        assertEquals(Refusal.PAYLOAD_TOO_LARGE, refused.refusal());
        assertTrue(refused.getMessage().contains("16384"), refused::getMessage);
        final int[] four = IntStream.range(0, 4).toArray();
        assertThrows(RefusedException.class, () -> client.request("x".repeat(LARGE_BYTES - 1), four));

        raw.submit(nextId(), 1_000, LARGE_BYTES, resource);
        assertTrue(assertRejected(raw.id(counter), RejectCode.PAYLOAD_TOO_LARGE).text().contains("16384"));
        raw.begin(nextId(), 1_000);
        raw.enlist(raw.id(counter), resource, LARGE_BYTES);
        assertRejected(raw.id(counter), RejectCode.PAYLOAD_TOO_LARGE);
    }

    @Test
    void shouldRefuseTransactionsWithoutBranchesAndWithTheSameParticipantTwice() {
        raw.submit(nextId(), 1_000, 10);
        assertRejected(raw.id(counter), RejectCode.NO_BRANCHES);
        raw.submit(nextId(), 1_000, 10, resource, resource);
        assertRejected(raw.id(counter), RejectCode.DUPLICATE_PARTICIPANT);
        assertThrows(RefusedException.class, () -> client.request("work", resource, resource));
    }

    @Test
    void shouldDropMalformedFramesAndSaySoInItsLog() {
        final Random random = new Random(20_250_601);
        for (int i = 0; i < 300; i++) {
            final byte[] garbage = new byte[1 + random.nextInt(2_000)];
            random.nextBytes(garbage);
            if (i % 2 == 0 && garbage.length > 8) {
                garbage[0] = (byte) Templates.SCHEMA_ID;
                garbage[1] = (byte) Templates.SCHEMA_VERSION;
                garbage[2] = 1;
                garbage[3] = 0;
            }
            raw.sendBytes(garbage);
        }
        coordinator.jvm().awaitLine("dropped a frame of link");
    }

    @Test
    void shouldNameBothVersionsOfTheSchemaToAPeerOfAnother() {
        final RawPeer other = new RawPeer(house, coordinator);
        try {
            final int version = Templates.SCHEMA_VERSION + 6;
            other.sendBytes(new byte[] {(byte) Templates.SCHEMA_ID, (byte) version, 1, 0, 12, 0, 1, 8});
            final RawPeer.Reply reply = other.awaitReply(0);
            assertEquals(RejectCode.SCHEMA_VERSION, reply.code());
            assertTrue(reply.text().contains("version " + Templates.SCHEMA_VERSION), reply::text);
            assertTrue(reply.text().contains("version " + version), reply::text);
            // and it may still open a session as it should
            other.openSession();
        } finally {
            other.close();
        }
    }
}
