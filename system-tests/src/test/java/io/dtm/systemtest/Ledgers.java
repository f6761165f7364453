package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.client.Outcome;
import io.dtm.participant.BranchId;
import io.dtm.participant.DecisionReply;
import io.dtm.participant.Participant;
import io.dtm.participant.ScanReply;
import io.dtm.participant.VoteReply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.agrona.DirectBuffer;

/**
 * Two resources in memory and a client that writes numbered entries into both, some of which the second one refuses:
 * what the client was told is held against what both have. One thread; the resources are called by others.
 */
final class Ledgers {
    private static final String ONE = "one";
    private static final String OTHER = "other";
    private static final int REFUSED_EACH = 7;
    private static final int AT_A_TIME = 16;

    private final Ledger one = new Ledger(false);
    private final Ledger other = new Ledger(true);
    private final Map<Integer, CompletableFuture<Answer>> answers = new HashMap<>();
    private final Peer client;
    private final int oneId;
    private final int otherId;

    /**
     * @param onePeer   serves the one.
     * @param otherPeer serves the other.
     * @param client    asks.
     */
    Ledgers(final Peer onePeer, final Peer otherPeer, final Peer client) {
        this.client = client;
        onePeer.register(ONE, one);
        otherPeer.register(OTHER, other);
        oneId = client.lookUp(ONE);
        otherId = client.lookUp(OTHER);
    }

    /** Makes so many transactions, a few at a time, and waits for their outcomes. */
    void write(final int count) {
        final List<CompletableFuture<Answer>> running = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            running.add(submit());
            if (running.size() == AT_A_TIME) {
                Conditions.await("an outcome", running.remove(0));
            }
        }
        running.forEach(answer -> Conditions.await("an outcome", answer));
    }

    /** Makes one, without waiting. */
    CompletableFuture<Answer> submit() {
        final int number = answers.size();
        final CompletableFuture<Answer> answer =
            client.submit(client.request(Integer.toString(number), oneId, otherId));
        answers.put(number, answer);
        return answer;
    }

    /** Waits until nothing is prepared any more, and compares. All that can be committed must be. */
    void assertGood() {
        Conditions.await(() -> "nothing is prepared, but " + one + other, () -> one.isAtRest() && other.isAtRest());
        answers.forEach((number, future) -> {
            final Answer answer = Conditions.await("outcome of " + number, future);
            final boolean wanted = number % REFUSED_EACH != 0;
            assertEquals(wanted ? Outcome.Status.COMMITTED : Outcome.Status.ABORTED, answer.outcome().status(),
                () -> number + ": " + answer);
            assertEquals(wanted ? 1 : 0, one.count(number), () -> number + " in one");
            assertEquals(wanted ? 1 : 0, other.count(number), () -> number + " in the other");
        });
        assertTrue(one.wrong().isEmpty() && other.wrong().isEmpty(), () -> one.wrong() + " " + other.wrong());
    }

    /** A resource in memory. */
    private static final class Ledger implements Participant {
        private final boolean refuses;
        private final Map<BranchId, Integer> prepared = new HashMap<>();
        private final Map<Integer, Integer> entries = new HashMap<>();
        private final List<String> wrong = new ArrayList<>();

        Ledger(final boolean refuses) {
            this.refuses = refuses;
        }

        @Override
        public synchronized void prepare(
            final BranchId branch,
            final DirectBuffer payload,
            final int offset,
            final int length,
            final VoteReply reply) {
            final int number = Integer.parseInt(payload.getStringWithoutLengthUtf8(offset, length));
            if (prepared.put(branch, number) != null || entries.containsKey(number)) {
                wrong.add("asked twice for " + number);
            }
            if (refuses && number % REFUSED_EACH == 0) {
                prepared.remove(branch);
                reply.no("refused");
            } else {
                reply.yes();
            }
        }

        @Override
        public synchronized void commit(final BranchId branch, final DecisionReply reply) {
            final Integer number = prepared.remove(branch);
            if (number == null) {
                wrong.add("COMMIT of " + branch + ", which isn't prepared");
            } else {
                entries.merge(number, 1, Integer::sum);
            }
            reply.done();
        }

        @Override
        public synchronized void rollback(final BranchId branch, final DecisionReply reply) {
            prepared.remove(branch);
            reply.done();
        }

        @Override
        public synchronized void scan(final long coordinatorId, final ScanReply reply) {
            prepared.keySet().forEach(reply::prepared);
            reply.complete();
        }

        synchronized boolean isAtRest() {
            return prepared.isEmpty();
        }

        synchronized int count(final int number) {
            return entries.getOrDefault(number, 0);
        }

        synchronized List<String> wrong() {
            return List.copyOf(wrong);
        }

        @Override
        public synchronized String toString() {
            return prepared.toString();
        }
    }
}
