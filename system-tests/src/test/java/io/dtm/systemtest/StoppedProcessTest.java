package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * SIGSTOP for 15 s: longer than the 10 s after which a silent session is lost, as when a machine is short of memory or
 * moved. All come back by themselves, and what had been submitted isn't aborted before its deadline. At the same time,
 * each in a house of its own: most of the time nothing is done.
 */
@Execution(ExecutionMode.CONCURRENT)
class StoppedProcessTest {
    private static final long STOPPED_S = 15;

    private final House house = new House();

    @AfterEach
    void close() {
        house.close();
    }

    private static void stop(final ChildJvm process) {
        process.pause();
        waitStopped();
        process.resume();
    }

    private static void waitStopped() {
        try {
            TimeUnit.SECONDS.sleep(STOPPED_S);
        } catch (final InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void assertServes(final Peer client, final int... resources) {
        Conditions.await("outcome", client.submit(client.request("work", resources))).assertCommitted();
    }

    @Test
    void shouldResumeWhenTheCoordinatorIsStopped() {
        final CoordinatorChild coordinator = house.coordinator();
        final HeldParticipant held = new HeldParticipant().withholdsVotes();
        final HeldParticipant silent = new HeldParticipant().withholdsAcknowledgements();
        house.peer("held", coordinator).register("held", held);
        house.peer("silent", coordinator).register("silent", silent);
        final Peer client = house.peer("client", coordinator);
        final int heldId = client.lookUp("held");
        final int silentId = client.lookUp("silent");
        final CompletableFuture<Answer> before = client.submit(client.request("work", heldId, silentId));
        final long id = held.awaitPrepare().branch.transactionId();
        Conditions.await("a vote", () -> !coordinator.story().votes(id, 1).isEmpty());

        coordinator.jvm().pause();
        // both reach a coordinator that doesn't run
        final CompletableFuture<Answer> meanwhile = client.submit(client.request("work", heldId, silentId));
        held.awaitPrepare().yes();
        stop(coordinator.jvm());
        held.votes(true);

        Conditions.await("outcome", before).assertCommitted();
        assertTrue(silent.awaitDecision().isCommit);
        Conditions.await("the other PREPARE", () -> held.prepares().size() == 2);
        held.prepares().get(1).yes();
        Conditions.await("outcome", meanwhile).assertCommitted();
        Conditions.await("COMMITs", () -> silent.decisions().size() == 2 && held.decisions().size() == 2);
        silent.decisions().forEach(HeldParticipant.Decision::done);
        Conditions.await("the end", () -> coordinator.story().transactionsInFlight() == 0);
        assertEquals(1, coordinator.story().epochs().size());
    }

    @Test
    void shouldResumeWhenAParticipantIsStopped() {
        final CoordinatorChild coordinator = house.coordinator();
        final Path store = house.path("store");
        final ChildJvm stopped = house.participantProcess("store", store, coordinator).start();
        stopped.awaitLine(ParticipantMain.READY);
        final HeldParticipant held = new HeldParticipant().withholdsVotes();
        house.peer("held", coordinator).register("held", held);
        final Peer client = house.peer("client", coordinator);
        final int storeId = client.lookUp("store");
        final int heldId = client.lookUp("held");
        final CompletableFuture<Answer> voted = client.submit(client.request("voted", storeId, heldId));
        final long id = held.awaitPrepare().branch.transactionId();
        Conditions.await("its vote", () -> !coordinator.story().votes(id, 0).isEmpty());

        stopped.pause();
        final CompletableFuture<Answer> unvoted = client.submit(client.request("unvoted", storeId, heldId));
        Conditions.await("PREPARE", () -> held.prepares().size() == 2);
        stop(stopped);

        // its YES stands, though its session was lost meanwhile
        assertFalse(voted.isDone());
        held.prepares().forEach(HeldParticipant.Prepare::yes);
        Conditions.await("outcome", voted).assertCommitted();
        // and what it hadn't voted on waits for it: a submitted transaction isn't aborted before its deadline
        Conditions.await("outcome", unvoted).assertCommitted();
        Conditions.await("the end", () -> coordinator.story().transactionsInFlight() == 0);
        Conditions.await("its loss in the journal", () -> coordinator.story().count("linkLost") > 0);
        assertEquals(0, DirectoryParticipant.prepared(store));
        assertEquals(2, DirectoryParticipant.committed(store));
        assertTrue(held.decisions().stream().allMatch(decision -> decision.isCommit));
        held.votes(true);
        assertServes(client, storeId, heldId);
    }

    @Test
    void shouldResumeWhenAClientIsStopped() {
        final CoordinatorChild coordinator = house.coordinator();
        final HeldParticipant held = new HeldParticipant().withholdsVotes();
        final HeldParticipant willing = new HeldParticipant();
        house.peer("held", coordinator).register("held", held);
        house.peer("willing", coordinator).register("willing", willing);
        final ChildJvm client = house.own(new ChildJvm("client", house.path("client-log"), List.of(),
            ClientMain.class.getName(),
            List.of(coordinator.endpoint(), house.path("client-aeron").toString(), "held", "willing"))).start();
        client.awaitLine(ClientMain.SUBMITTED);
        final long id = held.awaitPrepare().branch.transactionId();

        stop(client);

        Conditions.await("its loss in the journal", () -> coordinator.story().count("linkLost") > 0);
        // a submitted transaction finishes, whatever becomes of its client
        assertTrue(coordinator.story().outcomes(id).isEmpty());
        held.votes(true);
        held.awaitPrepare().yes();
        assertTrue(willing.awaitDecision().isCommit);
        client.awaitLine(ClientMain.SECOND);
        assertTrue(client.said().contains(ClientMain.FIRST + "Answer[transactionId=" + id
            + ", outcome=Outcome[status=COMMITTED"), client::said);
        assertTrue(client.said().lines().anyMatch(line -> line.startsWith(ClientMain.SECOND)
            && line.contains("COMMITTED")), client::said);
        assertEquals(0, client.exitStatus(Conditions.LIMIT_S));
    }

    @Test
    void shouldResumeWhenAMediaDriverOfItsOwnIsStopped() {
        final Path directory = house.path("driver");
        final ChildJvm driver = house.mediaDriver(directory);
        final CoordinatorChild coordinator = house.coordinator("aeron.dir=" + directory);
        final HeldParticipant held = new HeldParticipant().withholdsVotes();
        final HeldParticipant willing = new HeldParticipant();
        final Peer near = house.own(new Peer("near", null, directory, List.of(coordinator.endpoint())));
        near.register("held", held);
        house.peer("willing", coordinator).register("willing", willing);
        final Peer far = house.peer("far", coordinator);
        final int heldId = far.lookUp("held");
        final int willingId = far.lookUp("willing");
        final CompletableFuture<Answer> farBefore = far.submit(far.request("before", heldId, willingId));
        final CompletableFuture<Answer> nearBefore = near.submit(near.request("before", heldId, willingId));
        Conditions.await("PREPAREs", () -> held.prepares().size() == 2 && willing.prepares().size() == 2);
        Conditions.await("votes", () -> coordinator.story().count("vote") == 2);

        driver.pause();
        // these don't reach the coordinator
        final CompletableFuture<Answer> farMeanwhile = far.submit(far.request("meanwhile", heldId, willingId));
        final CompletableFuture<Answer> nearMeanwhile = near.submit(near.request("meanwhile", heldId, willingId));
        held.prepares().get(0).yes();
        waitStopped();
        driver.resume();
        held.votes(true);
        held.prepares().get(1).yes();

        Conditions.await("outcome", farBefore).assertCommitted();
        Conditions.await("outcome", nearBefore).assertCommitted();
        // nobody is to be blamed for a silence that the driver made
        Conditions.await("outcome", farMeanwhile).assertCommitted();
        Conditions.await("outcome", nearMeanwhile).assertCommitted();
        Conditions.await("COMMITs", () -> held.decisions().size() == 4 && willing.decisions().size() == 4);
        assertTrue(held.decisions().stream().allMatch(decision -> decision.isCommit));
        Conditions.await("the end", () -> coordinator.story().transactionsInFlight() == 0);
        assertEquals(1, coordinator.story().epochs().size());
        assertServes(far, heldId, willingId);
        assertServes(near, heldId, willingId);
    }

    @Test
    void shouldResumeWhenADatabaseServerIsStopped() throws Exception {
        final CoordinatorChild coordinator = house.coordinator();
        final BankServer bank = house.own(new BankServer(house.path("postgres")));
        house.peer("bank", coordinator).register("bank", bank.participant());
        final HeldParticipant held = new HeldParticipant().withholdsVotes();
        house.peer("held", coordinator).register("held", held);
        final Peer client = house.peer("client", coordinator);
        final int bankId = client.lookUp("bank");
        final int heldId = client.lookUp("held");
        final CompletableFuture<Answer> voted = client.submit(client.request("voted", bankId, heldId));
        final long id = held.awaitPrepare().branch.transactionId();
        Conditions.await("its vote", () -> !coordinator.story().votes(id, 0).isEmpty());

        bank.pause();
        final CompletableFuture<Answer> unvoted = client.submit(client.request("unvoted", bankId, heldId));
        Conditions.await("PREPARE", () -> held.prepares().size() == 2);
        held.prepares().forEach(HeldParticipant.Prepare::yes);
        // decided without the database, which is told when it goes on
        Conditions.await("outcome", voted).assertCommitted();
        waitStopped();
        assertFalse(unvoted.isDone());
        bank.resume();

        Conditions.await("outcome", unvoted).assertCommitted();
        Conditions.await("the end", () -> coordinator.story().transactionsInFlight() == 0);
        assertEquals(List.of("unvoted", "voted"), bank.payloads());
        assertEquals(0, bank.prepared());
        held.votes(true);
        assertServes(client, bankId, heldId);
    }
}
