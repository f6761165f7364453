package io.dtm.simulation.node;

import io.dtm.client.Acknowledge;
import io.dtm.client.Refusal;
import io.dtm.session.BeginListener;
import io.dtm.session.ClientTransaction;
import io.dtm.session.JoinListener;
import io.dtm.session.ResourceHandle;
import io.dtm.simulation.resource.Work;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * An interactive transaction of an application: it calls services, some of them twice, waits for their answers or
 * doesn't, and commits. Calls take time, may get lost with a process, and may reach any process of a resource.
 */
final class InteractiveRequest implements BeginListener {
    private static final long CALL_TIMEOUT_NS = 2_000_000_000L;
    private static final int[] NONE = {};

    private final ClientNode client;
    private final int ofLife;
    private final long requestId;
    private final int retries;
    private final boolean isRacing;
    private final List<Integer> calls = new ArrayList<>();
    private ClientTransaction transaction;
    private int answers;
    private boolean hasFailed;
    private boolean isEnding;

    InteractiveRequest(final ClientNode client, final long requestId, final int retries) {
        this.client = client;
        this.ofLife = client.life();
        this.requestId = requestId;
        this.retries = retries;
        this.isRacing = client.random.chance(client.settings().racingPerMillion());
    }

    void start() {
        client.library().begin(client.drawTimeoutMs(), this);
    }

    @Override
    public void onRefused(final Refusal refusal, final String text) {
        if (ofLife == client.life()) {
            client.refused(requestId, retries);
        }
    }

    @Override
    public void onBegun(final ClientTransaction begun) {
        if (ofLife != client.life()) {
            return;
        }
        transaction = begun;
        client.checker().onBegun(client.name(), begun.transactionId(), requestId);
        for (final int index : client.choose()) {
            calls.add(index);
            if (!isRacing && client.random.nextInt(4) == 0) {
                calls.add(index);
            }
        }
        for (int i = 0; i < calls.size(); i++) {
            final boolean isSingle = calls.indexOf(calls.get(i)) == calls.lastIndexOf(calls.get(i));
            if (isSingle && client.random.chance(client.settings().enlistedPerMillion())) {
                enlist(calls.get(i));
            } else {
                call(calls.get(i), 1L << i);
            }
        }
        if (isRacing) {
            client.later(client.drawCallNs(), this::commit);
        } else {
            client.later(CALL_TIMEOUT_NS, () -> {
                hasFailed = true;
                end();
            });
        }
    }

    private void call(final int index, final long part) {
        final String resource = client.workload().resources().get(index);
        client.later(client.drawCallNs(), () -> {
            final List<ParticipantNode> up = client.running(resource);
            if (up.isEmpty()) {
                answered(index, part, false);
            } else {
                serve(up.get(client.random.nextInt(up.size())), index, part);
            }
        });
    }

    /** The participant gets the work with PREPARE; the commit names the branch by itself. */
    private void enlist(final int index) {
        client.lookUp(new int[] {index}, handles -> enlist(index, handles[0]), () -> answered(index, 0, false));
        client.wakeUp();
    }

    private void enlist(final int index, final int resource) {
        final long part = 1L << ResourceHandle.resourceId(resource);
        final UnsafeBuffer payload = new UnsafeBuffer(new byte[Long.BYTES]);
        payload.putLong(0, requestId, ByteOrder.LITTLE_ENDIAN);
        client.library().enlist(transaction, resource, payload, 0, Long.BYTES, new JoinListener() {
            @Override
            public void onJoined() {
                answered(index, part, true);
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                answered(index, part, false);
            }
        });
    }

    private void serve(final ParticipantNode service, final int index, final long part) {
        final String resource = client.workload().resources().get(index);
        service.serve(client, resource, transaction, new Work(requestId, part), new JoinListener() {
            @Override
            public void onJoined() {
                client.later(client.drawCallNs(), () -> answered(index, part, true));
            }

            @Override
            public void onRefused(final Refusal refusal, final String text) {
                client.later(client.drawCallNs(), () -> answered(index, part, false));
            }
        });
    }

    private void answered(final int index, final long part, final boolean isDone) {
        if (isEnding || ofLife != client.life()) {
            return;
        }
        if (isDone) {
            client.lookUp(new int[] {index}, handles -> served(handles[0], part), () -> answered(index, part, false));
        } else {
            hasFailed = true;
            count();
        }
    }

    private void served(final int resource, final long part) {
        if (!isEnding) {
            client.checker().onServed(transaction.transactionId(), ResourceHandle.resourceId(resource), part);
            count();
        }
    }

    private void count() {
        answers++;
        if (answers == calls.size() && !isRacing) {
            end();
        }
    }

    private void end() {
        if (isEnding) {
            return;
        }
        if (hasFailed || client.random.chance(client.settings().rollbackPerMillion())) {
            isEnding = true;
            client.library().rollback(transaction, client.end(requestId, retries));
            client.wakeUp();
        } else {
            commit();
        }
    }

    private void commit() {
        isEnding = true;
        final boolean namesBranches = isRacing || client.random.coin();
        final int[] expected = namesBranches ? calls.stream().distinct().mapToInt(index -> index).toArray() : NONE;
        client.lookUp(expected, this::commit,
            () -> client.library().rollback(transaction, client.end(requestId, retries)));
        client.wakeUp();
    }

    private void commit(final int[] expected) {
        if (isRacing) {
            for (final int resource : expected) {
                client.checker().onNamed(transaction.transactionId(), ResourceHandle.resourceId(resource));
            }
        }
        client.library().commit(transaction, expected, Acknowledge.DECIDED, client.end(requestId, retries));
    }
}
