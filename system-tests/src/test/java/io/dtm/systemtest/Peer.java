package io.dtm.systemtest;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.client.Acknowledge;
import io.dtm.client.Dtm;
import io.dtm.client.DtmContext;
import io.dtm.client.Outcome;
import io.dtm.client.Refusal;
import io.dtm.participant.Participant;
import io.dtm.session.BeginListener;
import io.dtm.session.ClientTransaction;
import io.dtm.session.CoordinatorSession;
import io.dtm.session.JoinListener;
import io.dtm.session.LookupListener;
import io.dtm.session.OutcomeListener;
import io.dtm.session.RegistrationListener;
import io.dtm.session.ResourceRegistration;
import io.dtm.session.SessionListener;
import io.dtm.session.SubmitRequest;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import org.agrona.concurrent.UnsafeBuffer;

/** A connection of the library, as client and participant, with futures for answers. Any thread. */
final class Peer implements AutoCloseable {
    /** Accepted by the coordinator: not refused. */
    static final String JOINED = "joined";

    private final Dtm dtm;
    private final int coordinators;
    private final List<String> refusals = new CopyOnWriteArrayList<>();
    private final List<String> connections = new CopyOnWriteArrayList<>();
    private final Map<String, Integer> registrations = new ConcurrentHashMap<>();

    /**
     * @param name            of it.
     * @param driverDirectory for an embedded media driver.
     * @param externalDriver  directory of another process's media driver; null: one is embedded.
     * @param endpoints       of the coordinators.
     */
    Peer(final String name, final Path driverDirectory, final Path externalDriver, final List<String> endpoints) {
        final DtmContext context = new DtmContext()
            .name(name)
            .driverDirectory(driverDirectory)
            .aeronDirectoryName(externalDriver == null ? null : externalDriver.toString())
            .listener(new Listener())
            .errorHandler(error -> connections.add("error " + error));
        endpoints.forEach(context::coordinator);
        coordinators = endpoints.size();
        dtm = Dtm.connect(context);
    }

    private void execute(final int coordinator, final CoordinatorSession.Command command) {
        assertTrue(dtm.session(coordinator).execute(command), "the session takes no commands");
    }

    int lookUp(final String resource) {
        return lookUp(0, resource);
    }

    int lookUp(final int coordinator, final String resource) {
        return Conditions.await("lookup of " + resource, lookUpLater(coordinator, resource));
    }

    CompletableFuture<Integer> lookUpLater(final int coordinator, final String resource) {
        final CompletableFuture<Integer> found = new CompletableFuture<>();
        execute(coordinator, session -> session.lookup(resource, new LookupListener() {
            @Override
            public void onFound(final int resourceId) {
                found.complete(resourceId);
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                found.completeExceptionally(new IllegalStateException(refusal + ": " + text));
            }
        }));
        return found;
    }

    /** Serves a resource at all coordinators of this connection, and waits until they know. */
    void register(final String resource, final Participant participant) {
        final ResourceRegistration registration = new ResourceRegistration(
            resource, "only", ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE), participant);
        for (int i = 0; i < coordinators; i++) {
            registerLater(resource, registration, i);
        }
        Conditions.await(() -> resource + " is registered, but: " + refusals + connections, () -> {
            int registered = 0;
            for (int i = 0; i < coordinators; i++) {
                registered += isRegistered(resource, i) ? 1 : 0;
            }
            return registered == coordinators;
        });
    }

    private void registerLater(final String resource, final ResourceRegistration registration, final int coordinator) {
        final String key = resource + "@" + coordinator;
        execute(coordinator, session -> session.register(registration, new RegistrationListener() {
            @Override
            public void onRegistered(final long coordinatorId, final int resourceId, final int epoch) {
                registrations.put(key, epoch);
            }

            @Override
            public void onUnregistered() {
                registrations.remove(key);
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                refusals.add(refusal + ": " + text);
            }
        }));
    }

    private boolean isRegistered(final String resource, final int coordinator) {
        return registrations.containsKey(resource + "@" + coordinator);
    }

    /** @return of the coordinator at which a resource is registered now; 0: at none. */
    int registeredEpoch(final String resource) {
        return registrations.getOrDefault(resource + "@0", 0);
    }

    /**
     * Commits a transaction once its resources are back: what was looked up or submitted before this connection saw the
     * coordinator's restart may be refused, never begun, or unknown to a restored coordinator.
     *
     * @param former    epoch; 0 before the first.
     * @param resources of this connection, each a branch.
     * @return the epoch that serves now.
     */
    int assertServes(final int former, final String... resources) {
        for (final String resource : resources) {
            Conditions.await(
                () -> resource + " is back after epoch " + former + ", but: " + refusals + connections,
                () -> registeredEpoch(resource) > former);
        }
        final int[] found = Arrays.stream(resources).mapToInt(this::lookUp).toArray();
        Conditions.await("outcome", submit(request("work", found))).assertCommitted();
        return registeredEpoch(resources[0]);
    }

    /** @return a request with a branch for each resource. */
    SubmitRequest request(final String payload, final int... resources) {
        final SubmitRequest request = new SubmitRequest();
        final UnsafeBuffer buffer = new UnsafeBuffer(payload.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        for (final int resource : resources) {
            request.branch(resource, buffer, 0, buffer.capacity());
        }
        return request;
    }

    CompletableFuture<Answer> submit(final SubmitRequest request) {
        return submit(0, request);
    }

    CompletableFuture<Answer> submit(final int coordinator, final SubmitRequest request) {
        final Asked asked = new Asked();
        execute(coordinator, session -> session.submit(request, asked));
        return asked.answer;
    }

    ClientTransaction begin(final int timeoutMs) {
        return Conditions.await("begin", beginLater(timeoutMs));
    }

    CompletableFuture<ClientTransaction> beginLater(final int timeoutMs) {
        final CompletableFuture<ClientTransaction> begun = new CompletableFuture<>();
        execute(0, session -> session.begin(timeoutMs, new BeginListener() {
            @Override
            public void onBegun(final ClientTransaction transaction) {
                begun.complete(transaction);
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                begun.completeExceptionally(new IllegalStateException(refusal + ": " + text));
            }
        }));
        return begun;
    }

    /** @return {@link #JOINED}, or why not. */
    CompletableFuture<String> enlist(final ClientTransaction transaction, final int resource, final int length) {
        final Join join = new Join();
        execute(0, session -> session.enlist(
            transaction, resource, new UnsafeBuffer(new byte[length]), 0, length, join));
        return join.answer;
    }

    CompletableFuture<String> join(final String resource, final long transactionId, final long token) {
        final Join join = new Join();
        execute(0, session -> session.join(resource, transactionId, token, session.epoch(), 30_000_000_000L, join));
        return join.answer;
    }

    CompletableFuture<Answer> commit(
        final ClientTransaction transaction, final Acknowledge acknowledge, final int... expected) {
        final Asked asked = new Asked();
        execute(0, session -> session.commit(transaction, expected, acknowledge, asked));
        return asked.answer;
    }

    CompletableFuture<Answer> rollback(final ClientTransaction transaction) {
        final Asked asked = new Asked();
        execute(0, session -> session.rollback(transaction, asked));
        return asked.answer;
    }

    CompletableFuture<Answer> inquire(final long transactionId, final Acknowledge acknowledge) {
        final Asked asked = new Asked();
        execute(0, session -> session.inquire(transactionId, acknowledge, asked));
        return asked.answer;
    }

    /** @return what the coordinators refused of handshakes and registrations. */
    List<String> refusals() {
        return refusals;
    }

    /** @return connects, disconnects and anomalies, in order. */
    List<String> connections() {
        return connections;
    }

    @Override
    public void close() {
        dtm.close();
    }

    private static final class Asked implements OutcomeListener {
        private final CompletableFuture<Answer> answer = new CompletableFuture<>();

        @Override
        public void onOutcome(final long transactionId, final Outcome outcome) {
            answer.complete(Answer.of(transactionId, outcome));
        }

        @Override
        public void onRefused(final long transactionId, final Refusal refusal, final String text) {
            answer.complete(Answer.refused(transactionId, refusal, text));
        }
    }

    private static final class Join implements JoinListener {
        private final CompletableFuture<String> answer = new CompletableFuture<>();

        @Override
        public void onJoined() {
            answer.complete(JOINED);
        }

        @Override
        public void onRefused(final Refusal refusal, final String text) {
            answer.complete(refusal + ": " + text);
        }
    }

    private final class Listener implements SessionListener {
        @Override
        public void onConnected(final long coordinatorId, final int epoch) {
            connections.add("connected, epoch " + epoch);
        }

        @Override
        public void onDisconnected(final String reason) {
            connections.add("disconnected: " + reason);
        }

        @Override
        public void onRefused(final Refusal refusal, final String text) {
            refusals.add(refusal + ": " + text);
        }

        @Override
        public void onEpochRefused(final String text) {
            connections.add("epoch refused: " + text);
        }

        @Override
        public void onSessionLost(final int sessionId) {
            connections.add("session " + sessionId + " lost");
        }

        @Override
        public void onAnomaly(final String text, final Throwable cause) {
            connections.add("anomaly: " + text + (cause == null ? "" : ", " + cause));
        }
    }
}
