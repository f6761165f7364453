package io.dtm.core.coordinator;

import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The clients of a {@link RandomWorld}. They repeat themselves, also about what ended long ago. */
final class RandomClients {
    private static final UnsafeBuffer PAYLOAD = CoordinatorScenario.buffer("do this and that, in this order, at once");
    private static final long JOIN_TOKEN = 99;

    /** A session of a client. */
    private static final class Client {
        final int session;
        final int openedInEpoch;
        int link;
        long counter;

        Client(final int session, final int openedInEpoch, final int link) {
            this.session = session;
            this.openedInEpoch = openedInEpoch;
            this.link = link;
        }
    }

    private final RandomWorld world;
    private final List<Client> clients = new ArrayList<>();
    private final List<Long> begun = new ArrayList<>();

    RandomClients(final RandomWorld world) {
        this.world = world;
    }

    List<Long> transactions() {
        return begun;
    }

    long anyTransaction() {
        if (begun.isEmpty()) {
            return 1L << 32 | 1;
        }
        // Recent ones are more interesting.
        final int back = world.random(4) > 0 ? Math.min(begun.size(), 10) : begun.size();
        return begun.get(begun.size() - 1 - world.random(back));
    }

    void act() {
        if (clients.size() < 2 || world.random(100) == 0) {
            final int link = world.newLink();
            final int session = world.open(link);
            if (session != 0) {
                clients.add(new Client(session, world.epoch(), link));
            }
            return;
        }
        final Client client = clients.get(clients.size() - 1 - world.random(Math.min(4, clients.size())));
        if (world.linkOf(client.session) != client.link && world.random(4) > 0) {
            reconnect(client);
            return;
        }
        if (client.openedInEpoch < world.epoch() && world.random(4) > 0) {
            clients.remove(client);
            return;
        }
        final long transaction = anyTransaction();
        final int stage = 1 + world.random(3);
        switch (world.random(18)) {
            case 0, 1, 2, 11, 12, 13 -> submit(client, ++client.counter, stage);
            case 3, 4, 14, 15, 16 -> begin(client);
            case 5, 6 -> join(transaction);
            case 7 -> commit(transaction, stage);
            case 8 -> world.event("rollback", linkOf(transaction), to -> to.rollback(transaction, stage));
            case 9 -> world.event("inquire", linkOf(transaction), to -> to.inquire(transaction, stage));
            case 10 -> reconnect(client);
            default -> repeat(client, stage);
        }
    }

    private int linkOf(final long transactionId) {
        return world.linkOf((int) (transactionId >>> 32));
    }

    private void submit(final Client client, final long counter, final int stage) {
        final long transactionId = (long) client.session << 32 | counter;
        begun.add(transactionId);
        final int count = 1 + world.random(4);
        final int first = world.random(world.databases.size());
        final int[] resources = new int[count];
        for (int i = 0; i < count; i++) {
            resources[i] = 1 + (first + i) % world.databases.size();
        }
        final int timeoutMs = world.random(3) * 500;
        final int length = world.random(PAYLOAD.capacity());
        world.event("submit " + RecordingOutput.id(transactionId), client.link, to -> {
            to.submitStart(transactionId, timeoutMs, stage, count);
            for (int i = 0; i < count; i++) {
                to.submitBranch(i, resources[i], PAYLOAD, 0, length);
            }
            to.submitEnd();
        });
    }

    private void begin(final Client client) {
        final long transactionId = (long) client.session << 32 | ++client.counter;
        begun.add(transactionId);
        final int timeoutMs = world.random(3) * 1000;
        world.event("begin " + RecordingOutput.id(transactionId), client.link,
            to -> to.begin(transactionId, timeoutMs, JOIN_TOKEN));
        for (int i = world.random(4); i > 0; i--) {
            join(transactionId);
        }
        if (world.random(3) > 0) {
            commit(transactionId, 1 + world.random(3));
        }
    }

    private void join(final long transactionId) {
        if (world.processes().isEmpty()) {
            return;
        }
        final RandomProcess process = world.processes().get(world.random(world.processes().size()));
        final boolean byClient = world.random(3) == 0;
        final int resource = process.resource;
        final long incarnation = byClient ? 0 : process.incarnation;
        final DirectBuffer payload = byClient ? PAYLOAD : ScenarioClient.none();
        final int epoch = world.epoch();
        world.event("join " + RecordingOutput.branch(transactionId, resource),
            byClient ? linkOf(transactionId) : process.link,
            to -> to.enlist(transactionId, resource, resource, incarnation, JOIN_TOKEN, epoch,
                payload, 0, payload.capacity()));
    }

    private void commit(final long transactionId, final int stage) {
        final int expected = world.random(4) == 0 ? 1 + world.random(5) : 0;
        world.event("commit " + RecordingOutput.id(transactionId), linkOf(transactionId), to -> {
            to.commitStart(transactionId, stage, expected > 0 ? 1 : 0);
            if (expected > 0) {
                to.commitExpects(expected);
            }
            to.commitEnd();
        });
    }

    private void reconnect(final Client client) {
        client.link = world.newLink();
        if (!world.resume(client.session, client.link)) {
            clients.remove(client);
        } else if (world.random(6) == 0) {
            world.event("close", client.link, to -> to.sessionClose(client.session));
        }
    }

    /** The same id once more, maybe with another request. */
    private void repeat(final Client client, final int stage) {
        if (client.counter > 0) {
            submit(client, 1 + world.random((int) client.counter), stage);
        }
    }
}
