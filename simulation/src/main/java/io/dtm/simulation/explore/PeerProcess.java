package io.dtm.simulation.explore;

import io.dtm.client.Acknowledge;
import io.dtm.client.Outcome;
import io.dtm.client.Refusal;
import io.dtm.session.BeginListener;
import io.dtm.session.ClientTransaction;
import io.dtm.session.CoordinatorLink;
import io.dtm.session.CoordinatorSession;
import io.dtm.session.EpochMemory;
import io.dtm.session.JoinListener;
import io.dtm.session.OutcomeListener;
import io.dtm.session.RegistrationListener;
import io.dtm.session.ResourceRegistration;
import io.dtm.session.SessionContext;
import io.dtm.session.SessionListener;
import io.dtm.session.SubmitRequest;
import io.dtm.simulation.explore.ExploredResource.Choice;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A process with the real library in it, a client or a participant: takes inputs one by one, and does after each what
 * there is to do.
 */
final class PeerProcess {
    private static final long SECOND = 1_000_000_000L;
    private static final long STEP_NS = 4 * SECOND;
    private static final long TICK_NS = 11 * SECOND;
    private static final int MAX_ROUNDS = 1_000;
    private static final int PAYLOAD_LENGTH = 8;
    private static final int MAX_BRANCHES = 64;

    /** What happens to it. */
    enum Input { LINK_UP, LINK_LOST, FRAME, TICK, CRASH, DATABASE, SUBMIT, BEGIN, CALL, ANSWER, COMMIT }

    private final Scope scope;
    private final int peer;
    private final ExploredResource resource;
    private final EpochMemory memory = EpochMemory.inMemory();
    private final Told told = new Told();
    private int starts;

    // one process
    private Link link;
    private CoordinatorSession session;
    private ExploredResource.Process participant;
    private long nowNs;
    private ClientTransaction transaction;
    private int answers;
    private boolean isDisconnected;
    private boolean isEnding;
    private int begun;
    private int awaited;

    // what the last input led to
    private final List<Bytes> sent = new ArrayList<>();
    private final List<Bytes> calls = new ArrayList<>();
    private boolean reconnects;

    /**
     * It starts at once.
     *
     * @param resource that it serves; null: it is the client.
     */
    PeerProcess(final Scope scope, final int peer, final ExploredResource resource) {
        this.scope = scope;
        this.peer = peer;
        this.resource = resource;
        start();
        settle();
    }

    /**
     * What the application was told of a transaction.
     *
     * @param status       of its outcome; null: it was refused.
     * @param isNeverBegun whether it was told that it had never begun.
     */
    record Answer(Outcome.Status status, boolean isNeverBegun) {
    }

    /** What the application was told of its transactions; told twice is told for good. */
    static final class Told {
        private final TreeMap<Long, Answer> byTransaction = new TreeMap<>();
        private String failure;

        void add(final long transactionId, final Answer answer) {
            final Answer before = byTransaction.put(transactionId, answer);
            if (before != null) {
                failure = "the client was told " + before + " and then " + answer;
            }
        }

        Map<Long, Answer> all() {
            return Map.copyOf(byTransaction);
        }
    }

    Told told() {
        return told;
    }

    List<Bytes> sent() {
        return sent;
    }

    /** What it tells other processes beside the coordinator's links: as {@link Call} says. */
    List<Bytes> calls() {
        return calls;
    }

    /** Whether it has given its link up and wants another one. */
    boolean reconnects() {
        return reconnects;
    }

    boolean hasChosen() {
        return participant != null && participant.hasChosen();
    }

    /** Its code; null: it is the client. */
    ExploredResource.Process participant() {
        return participant;
    }

    String failure() {
        return told.failure;
    }

    /** What of it decides how it goes on. */
    List<Object> state() {
        final List<Object> roots = new ArrayList<>();
        roots.add(session);
        roots.add(participant);
        roots.add(memory);
        roots.add(told);
        roots.add(link);
        roots.add(transaction);
        roots.add(answers);
        roots.add(starts);
        roots.add(begun);
        roots.add(awaited);
        roots.add(isEnding);
        return roots;
    }

    long nowNs() {
        return nowNs;
    }

    /** Takes one input and does what there is to do then. */
    void take(final Input input, final int detail, final byte[] content, final Choice choice) {
        sent.clear();
        calls.clear();
        reconnects = false;
        if (participant != null) {
            participant.choose(choice);
        }
        switch (input) {
            case CRASH -> {
                transaction = null;
                answers = 0;
                isEnding = false;
                awaited = told.byTransaction.size();
                start();
            }
            case LINK_UP -> link.status = CoordinatorLink.Status.CONNECTED;
            case LINK_LOST -> link.lose();
            case FRAME -> link.inbox.add(content);
            case TICK -> nowNs += TICK_NS;
            case DATABASE -> resource.work(detail, resource.senders().get(detail) == participant);
            case SUBMIT -> submit();
            case BEGIN -> begin();
            case CALL -> serve(Call.decode(content));
            case ANSWER -> {
                final Call answer = Call.decode(content);
                if (transaction != null && transaction.transactionId() == answer.transactionId()) {
                    answers |= 1 << scope.home(answer.from()) * scope.calls() + answer.part();
                }
            }
            case COMMIT -> commit();
            default -> throw new IllegalStateException("no such input: " + input);
        }
        settle();
    }

    private void start() {
        starts++;
        nowNs = 0; // as the library's own clock: else no state of it equals one that began at another time
        isDisconnected = false;
        reconnects = true;
        link = new Link();
        session = new CoordinatorSession(new SessionContext()
            .link(link)
            .random(() -> 0x77)
            .epochMemory(memory)
            .commandCapacity(4)
            .listener(new SessionListener() {
                @Override
                public void onDisconnected(final String reason) {
                    isDisconnected = true;
                }
            })
            .errorHandler(error -> told.failure = "the library failed: " + error)
            .maxBranches(MAX_BRANCHES, scope.remembered())
            .clientName("P" + peer));
        if (resource != null) {
            participant = resource.new Process();
            session.register(new ResourceRegistration(
                resourceName(), "P" + peer, 0x100L * (peer + 1) + starts, participant), RegistrationListener.NONE);
        }
    }

    private String resourceName() {
        return "R" + scope.home(peer);
    }

    /** Works until there is nothing to do; waits out pauses before it connects again. */
    private void settle() {
        int rounds = 0;
        do {
            while (session.doWork(nowNs) > 0) {
                if (++rounds > MAX_ROUNDS) {
                    throw new IllegalStateException("the library never comes to rest");
                }
            }
            if (isDisconnected) {
                nowNs += STEP_NS;
            }
        } while (isDisconnected && ++rounds < MAX_ROUNDS);
    }

    // the application

    private void submit() {
        begun++;
        awaited++;
        final SubmitRequest request = new SubmitRequest().timeoutMs(scope.timeoutMs());
        final UnsafeBuffer payload = new UnsafeBuffer(new byte[PAYLOAD_LENGTH]);
        for (int i = 0; i < scope.participants(); i++) {
            request.branch(scope.resourceId(i), payload, 0, PAYLOAD_LENGTH);
        }
        session.submit(request, new End());
    }

    private void begin() {
        begun++;
        session.begin(scope.timeoutMs(), new BeginListener() {
            @Override
            public void onBegun(final ClientTransaction begun) {
                transaction = begun;
                for (int i = 0; i < scope.participants(); i++) {
                    for (int part = 0; part < scope.calls(); part++) {
                        final int server = scope.server(i, part);
                        calls.add(new Call(
                            server, peer, false, part, begun.transactionId(), begun.joinToken()).encode());
                    }
                }
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                told.add(0, new Answer(null, false));
            }
        });
    }

    private void serve(final Call call) {
        final ExploredResource.Process asked = participant;
        asked.work(call.transactionId(), call.part());
        session.join(resourceName(), call.transactionId(), call.joinToken(), session.epoch(), 60 * SECOND,
            new JoinListener() {
                @Override
                public void onJoined() {
                    if (asked == participant) {
                        calls.add(call.answer().encode());
                    }
                }

                @Override
                public void onRefused(final Refusal refusal, final String text) {
                    // the caller waits in vain
                }
            });
    }

    private void commit() {
        isEnding = true;
        awaited++;
        session.commit(transaction, scope.isRacing() ? scope.resourceIds() : new int[0],
            Acknowledge.DECIDED, new End());
    }

    /** Number of transactions that the application has begun. */
    int begun() {
        return begun;
    }

    /** Number of those of which it wants to be told. */
    int awaited() {
        return awaited;
    }

    boolean mayCommit() {
        return transaction != null && !isEnding;
    }

    /** A bit for each participant and part: which of them answered. */
    int answers() {
        return answers;
    }

    private final class End implements OutcomeListener {
        private final int ofStart = starts;

        @Override
        public void onOutcome(final long transactionId, final Outcome outcome) {
            if (ofStart == starts) {
                told.add(transactionId, new Answer(outcome.status(), outcome.neverBegun()));
            }
        }

        @Override
        public void onRefused(final long transactionId, final Refusal refusal, final String text) {
            if (ofStart == starts) {
                told.add(transactionId, new Answer(null, false));
            }
        }
    }

    private final class Link implements CoordinatorLink {
        private final ArrayDeque<byte[]> inbox = new ArrayDeque<>();
        private Status status = Status.CONNECTING;

        void lose() {
            inbox.clear();
            status = Status.LOST;
        }

        @Override
        public Status status(final long time) {
            return status;
        }

        @Override
        public boolean offer(final DirectBuffer buffer, final int offset, final int length) {
            if (status != Status.CONNECTED) {
                return false;
            }
            sent.add(Bytes.copyOf(buffer, offset, length));
            return true;
        }

        @Override
        public int poll(final FrameHandler handler, final int limit) {
            int taken = 0;
            while (taken < limit && !inbox.isEmpty()) {
                final byte[] frame = inbox.poll();
                handler.onFrame(new UnsafeBuffer(frame), 0, frame.length);
                taken++;
            }
            return taken;
        }

        @Override
        public void reconnect() {
            inbox.clear();
            sent.clear();
            status = Status.CONNECTING;
            isDisconnected = false;
            reconnects = true;
        }

        @Override
        public void close() {
            status = Status.LOST;
        }
    }
}
