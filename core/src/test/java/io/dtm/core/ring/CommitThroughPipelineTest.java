package io.dtm.core.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dtm.codec.message.AckResult;
import io.dtm.codec.message.VoteType;
import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.CoordinatorClock;
import io.dtm.core.fake.FakeJournal;
import io.dtm.core.fake.PeerMessages;
import io.dtm.core.recovery.RecoveryOutput;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The real coordinator in the pipeline: one transaction on its whole way, also across a restart. */
class CommitThroughPipelineTest {
    private static final int CLIENT = 1;
    private static final int ORDERS = 2;
    private static final int STOCK = 3;
    private static final int CLIENT_SESSION = 1;
    private static final long TRANSACTION = ((long) CLIENT_SESSION << 32) | 1;

    private PipelineRig rig;
    private CommitCoordinator coordinator;
    private int orders;
    private int stock;

    @Test
    void shouldCommitWhenEveryBranchVotesYes() {
        start(new FakeJournal());
        connectAll();
        rig.links.send(CLIENT, PeerMessages.submit(TRANSACTION, new int[] {orders, stock}, "debit", "credit"));
        rig.settle();
        assertEquals(List.of("Prepares " + TRANSACTION), rig.links.takeSent(ORDERS));
        assertEquals(List.of("Prepares " + TRANSACTION), rig.links.takeSent(STOCK));

        rig.links.send(ORDERS, PeerMessages.vote(orders, TRANSACTION, 0, VoteType.YES, "", 1, 1));
        rig.settle();
        assertEquals(List.of(), rig.links.takeSent(CLIENT));

        rig.links.send(STOCK, PeerMessages.vote(stock, TRANSACTION, 1, VoteType.YES, "", 1, 1));
        rig.settle();
        assertEquals(List.of("Decisions " + TRANSACTION), rig.links.takeSent(ORDERS));
        assertEquals(List.of("Decisions " + TRANSACTION), rig.links.takeSent(STOCK));
        assertEquals(List.of("Outcomes " + TRANSACTION), rig.links.takeSent(CLIENT));

        acknowledgeBoth(1);
        assertEquals(0, coordinator.transactionsInFlight());
    }

    @Test
    void shouldSendPreparesAgainAfterARestartAndCommit() {
        start(new FakeJournal());
        connectAll();
        rig.links.send(CLIENT, PeerMessages.submit(TRANSACTION, new int[] {orders, stock}, "debit", "credit"));
        rig.settle();
        rig.links.send(ORDERS, PeerMessages.vote(orders, TRANSACTION, 0, VoteType.YES, "", 1, 1));
        rig.settle();

        start(rig.journal.reopened());
        assertEquals(1, coordinator.transactionsInFlight());
        resume(ORDERS, "orders");
        resume(STOCK, "stock");
        assertEquals(List.of("Prepares " + TRANSACTION), rig.links.takeSent(STOCK).subList(2, 3));

        rig.links.send(STOCK, PeerMessages.vote(stock, TRANSACTION, 1, VoteType.YES, "", 2, 1));
        rig.settle();
        assertEquals(List.of("Decisions " + TRANSACTION), rig.links.takeSent(STOCK));
        acknowledgeBoth(2);
        assertEquals(0, coordinator.transactionsInFlight());
    }

    @Test
    void shouldRollBackAtTheDeadline() {
        start(new FakeJournal());
        connectAll();
        rig.links.send(CLIENT, PeerMessages.submit(TRANSACTION, new int[] {orders, stock}, "debit", "credit"));
        rig.settle();
        rig.links.takeSent(ORDERS);
        rig.nowNs += 501_000_000;
        rig.settle();

        assertEquals(List.of("Outcomes " + TRANSACTION), rig.links.takeSent(CLIENT));
        assertEquals("Decisions " + TRANSACTION, rig.links.takeSent(ORDERS).get(0));
    }

    private void start(final FakeJournal journal) {
        rig = new PipelineRig(journal);
        final RecoveryOutput output = new RecoveryOutput();
        coordinator = new CommitCoordinator(output);
        rig.with(context -> context.coordinator(coordinator).output(output).coordinatorClock(clockOf(coordinator)));
        rig.launch(handler -> List.copyOf(journal.entries()).forEach(entry -> handler.onRecord(entry.position(),
            entry.linkId(), entry.timeNs(), entry.frame(), 0, entry.frame().capacity())), 0);
        rig.settle();
        assertNull(rig.pipeline.haltCause());
    }

    private void connectAll() {
        connect(CLIENT, "client");
        rig.links.takeSent(CLIENT);
        orders = register(ORDERS, "orders");
        stock = register(STOCK, "stock");
    }

    private void connect(final int link, final String principal) {
        rig.links.up(link).send(link, PeerMessages.sessionOpen(1, "c", principal, 0, 0));
        rig.settle();
    }

    /** The session of link n is n. */
    private int register(final int link, final String resource) {
        connect(link, resource);
        rig.links.send(link, PeerMessages.register(1, link, resource, 0, 0));
        rig.settle();
        final List<String> sent = rig.links.takeSent(link);
        assertEquals("SessionOpened " + link, sent.get(0));
        return Integer.parseInt(sent.get(1).replace("Registered ", ""));
    }

    private void resume(final int link, final String resource) {
        rig.links.up(link).send(link, PeerMessages.sessionResume(1, link, resource, 2L * link - 1, 2L * link));
        rig.links.send(link, PeerMessages.register(1, link, resource, 1, 55));
        rig.settle();
        assertNull(rig.pipeline.haltCause());
    }

    private void acknowledgeBoth(final int epoch) {
        rig.links.send(ORDERS, PeerMessages.acknowledgement(orders, TRANSACTION, 0, AckResult.DONE, epoch));
        rig.links.send(STOCK, PeerMessages.acknowledgement(stock, TRANSACTION, 1, AckResult.DONE, epoch));
        rig.settle();
    }

    private static CoordinatorClock clockOf(final CommitCoordinator coordinator) {
        return new CoordinatorClock() {
            @Override
            public long nextWakeUpNs() {
                return coordinator.nextWakeUpNs();
            }

            @Override
            public boolean hasContinuation() {
                return coordinator.hasContinuation();
            }
        };
    }
}
