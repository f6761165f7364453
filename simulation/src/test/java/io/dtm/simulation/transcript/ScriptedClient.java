package io.dtm.simulation.transcript;

import io.dtm.client.Acknowledge;
import io.dtm.client.Outcome;
import io.dtm.client.Refusal;
import io.dtm.session.BeginListener;
import io.dtm.session.ClientTransaction;
import io.dtm.session.LookupListener;
import io.dtm.session.OutcomeListener;
import io.dtm.session.ResourceHandle;
import io.dtm.session.SubmitRequest;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.engine.Trace;
import io.dtm.simulation.network.SimulatedNetwork;
import io.dtm.simulation.node.Peer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.agrona.concurrent.UnsafeBuffer;

/** A client that does what a transcript says. */
final class ScriptedClient extends Peer {
    /** What it hears. */
    interface Listener {
        void onBegun(String client, long transactionId, long requestId);

        void onTold(String client, long requestId, long transactionId, Outcome outcome);

        void onRefused(String client, long requestId, long transactionId, Refusal refusal);
    }

    private final Listener listener;
    private final Map<Long, ClientTransaction> begun = new LinkedHashMap<>();

    ScriptedClient(
        final String name,
        final Schedule schedule,
        final RandomStream random,
        final Trace trace,
        final SimulatedNetwork network,
        final Listener listener) {
        super(name, schedule, random, trace, network);
        this.listener = listener;
    }

    @Override
    protected void onStart() {
        // the transcript goes on
    }

    @Override
    protected void onKilled() {
        begun.clear();
    }

    void submit(final long requestId, final List<String> names, final int timeoutMs, final Acknowledge acknowledge) {
        withResources(names, resources -> {
            final UnsafeBuffer payload = new UnsafeBuffer(new byte[Long.BYTES]);
            payload.putLong(0, requestId, ByteOrder.LITTLE_ENDIAN);
            final SubmitRequest request = new SubmitRequest().timeoutMs(timeoutMs).acknowledge(acknowledge);
            resources.forEach(resource -> request.branch(resource, payload, 0, Long.BYTES));
            session().submit(request, end(requestId));
            wakeUp();
        });
    }

    void begin(final long requestId, final int timeoutMs) {
        session().begin(timeoutMs, new BeginListener() {
            @Override
            public void onBegun(final ClientTransaction transaction) {
                begun.put(requestId, transaction);
                listener.onBegun(name(), transaction.transactionId(), requestId);
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                listener.onRefused(name(), requestId, 0, refusal);
            }
        });
        wakeUp();
    }

    ClientTransaction transaction(final long requestId) {
        return begun.get(requestId);
    }

    void commit(final long requestId, final List<String> expected) {
        withResources(expected, resources -> {
            session().commit(begun.get(requestId), resources.stream().mapToInt(resource -> resource).toArray(),
                Acknowledge.DECIDED, end(requestId));
            wakeUp();
        });
    }

    void rollBack(final long requestId) {
        session().rollback(begun.get(requestId), end(requestId));
        wakeUp();
    }

    void ask(final long requestId, final long transactionId) {
        session().inquire(transactionId, Acknowledge.DECIDED, end(requestId));
        wakeUp();
    }

    /** With the id of a resource, which in an interactive transaction is the id of its branch. */
    void withResource(final String name, final IntConsumer then) {
        withResources(List.of(name), resources -> then.accept(ResourceHandle.resourceId(resources.get(0))));
    }

    private void withResources(final List<String> names, final Consumer<List<Integer>> then) {
        withResources(names, new ArrayList<>(), then);
    }

    private void withResources(
        final List<String> names, final List<Integer> found, final Consumer<List<Integer>> then) {
        if (found.size() == names.size()) {
            then.accept(found);
        } else {
            final String name = names.get(found.size());
            session().lookup(name, new LookupListener() {
                @Override
                public void onFound(final int resource) {
                    found.add(resource);
                    withResources(names, found, then);
                }

                @Override
                public void onRefused(final Refusal refusal, final String text) {
                    throw new AssertionError("no resource " + name + ": " + text);
                }
            });
            wakeUp();
        }
    }

    private OutcomeListener end(final long requestId) {
        return new OutcomeListener() {
            @Override
            public void onOutcome(final long transactionId, final Outcome outcome) {
                listener.onTold(name(), requestId, transactionId, outcome);
            }

            @Override
            public void onRefused(final long transactionId, final Refusal refusal, final String text) {
                listener.onRefused(name(), requestId, transactionId, refusal);
            }
        };
    }
}
