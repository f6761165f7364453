package io.dtm.simulation.transcript;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.client.Acknowledge;
import io.dtm.client.Outcome;
import io.dtm.client.Refusal;
import io.dtm.codec.FrameDescriptor;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.simulation.check.Checker;
import io.dtm.simulation.check.Violations;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.engine.Trace;
import io.dtm.simulation.network.FrameReader;
import io.dtm.simulation.network.NetworkSettings;
import io.dtm.simulation.network.SimulatedNetwork;
import io.dtm.simulation.network.WireMessage;
import io.dtm.simulation.network.WireMessage.Kind;
import io.dtm.simulation.node.CoordinatorNode;
import io.dtm.simulation.node.CoordinatorTimes;
import io.dtm.simulation.node.ParticipantNode;
import io.dtm.simulation.resource.OnePhase;
import io.dtm.simulation.resource.ResourceSettings;
import io.dtm.simulation.resource.SimulatedDatabase;
import io.dtm.simulation.resource.SimulatedParticipant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;

/** What a transaction costs on the wire, with the real coordinator and the real library, driven by hand. */
class MessageCountTest implements ScriptedClient.Listener {
    private static final long MICRO = 1_000;
    private static final long SECOND = 1_000_000_000;
    private static final ResourceSettings VOTES_YES = new ResourceSettings(0, 0, RandomStream.MILLION, 0, 1, 1);
    private static final ResourceSettings VOTES_READ_ONLY =
        new ResourceSettings(0, RandomStream.MILLION, RandomStream.MILLION, 0, 1, 1);
    /** A force takes as long as on a disk, and a frame as long as over loopback. */
    private static final CoordinatorTimes TIMES = new CoordinatorTimes(MICRO, MICRO, 100 * MICRO, 100 * MICRO, 0, 1, 1);
    private static final NetworkSettings NETWORK = new NetworkSettings(5 * MICRO, 5 * MICRO, 1, 1, 1 << 24, 0);
    private static final String CLIENT = "C1";

    private final Schedule schedule = new Schedule();
    private final RandomStream random = new RandomStream(1);
    private final Trace trace = new Trace(schedule);
    private final Violations violations = new Violations(schedule, trace);
    private final Checker checker = new Checker(schedule, trace, violations);
    private final FrameReader reader = new FrameReader();
    /** Peer and message, for instance "P1 <- PREPARE"; and how often. */
    private final Map<String, Integer> counts = new TreeMap<>();
    private final List<Outcome.Status> told = new ArrayList<>();
    private final SimulatedNetwork network =
        new SimulatedNetwork(schedule, random.split("network"), trace, NETWORK, this::onSent);
    private final ScriptedClient client =
        new ScriptedClient(CLIENT, schedule, random.split(CLIENT), trace, network, this);
    private final List<String> names = new ArrayList<>();
    private long frames;
    private long messages;
    private int requestsLeft;
    private long lastRequest;

    private void house(final ResourceSettings... participants) {
        new CoordinatorNode(CoordinatorNode.NAME, schedule, random.split("coordinator"),
            trace, network, checker, violations,
            CoordinatorSettings.defaults(), TIMES).start();
        for (final ResourceSettings settings : participants) {
            final String name = "P" + (names.size() + 1);
            names.add(name);
            final SimulatedDatabase database = new SimulatedDatabase(name, trace, checker.resources());
            new ParticipantNode(name, name, name, schedule, random.split(name), trace, network,
                ofProcess -> new SimulatedParticipant(database, schedule, ofProcess, settings, checker.resources(),
                    OnePhase.NEVER, () -> { })).start();
        }
        client.start();
        run(2 * SECOND);
        submit(); // resolves the names
        run(SECOND);
        counts.clear();
        told.clear();
        frames = 0;
        messages = 0;
    }

    private void submit() {
        client.submit(++lastRequest, names, 0, Acknowledge.DECIDED);
    }

    private void run(final long timeNs) {
        schedule.runUntil(schedule.nowNs() + timeNs);
    }

    private void onSent(
        final String peer,
        final int linkId,
        final boolean toPeer,
        final DirectBuffer buffer,
        final int offset,
        final int length) {
        checker.onSent(peer, linkId, toPeer, buffer, offset, length);
        final long before = messages;
        reader.read(buffer, offset, message -> count(peer, toPeer, message));
        if (messages > before) {
            frames++;
        }
        assertTrue(FrameDescriptor.messageCount(buffer, offset) > 0);
    }

    private void count(final String peer, final boolean toPeer, final WireMessage message) {
        if (message.kind != Kind.KEEP_ALIVE && message.kind != Kind.SUBMIT_BRANCH) {
            messages++;
            counts.merge(peer + (toPeer ? " <- " : " -> ") + message.kind, 1, Integer::sum);
        }
    }

    @Test
    void shouldCostOneMessageEachWayAndFourForEachBranch() {
        house(VOTES_YES, VOTES_YES, VOTES_YES, VOTES_YES, VOTES_YES);

        submit();
        run(SECOND);

        assertEquals(List.of(Outcome.Status.COMMITTED), told);
        final Map<String, Integer> expected = new TreeMap<>(Map.of("C1 -> SUBMIT", 1, "C1 <- OUTCOME", 1));
        for (final String name : names) {
            expected.put(name + " <- PREPARE", 1);
            expected.put(name + " -> VOTE", 1);
            expected.put(name + " <- DECISION", 1);
            expected.put(name + " -> ACKNOWLEDGEMENT", 1);
        }
        assertEquals(expected, counts);
        assertEquals(List.of(), violations.texts());
    }

    @Test
    void shouldCostTwoMessagesForAReadOnlyBranch() {
        house(VOTES_YES, VOTES_READ_ONLY);

        submit();
        run(SECOND);

        assertEquals(List.of(Outcome.Status.COMMITTED), told);
        assertEquals(new TreeMap<>(Map.of("C1 -> SUBMIT", 1, "C1 <- OUTCOME", 1,
            "P1 <- PREPARE", 1, "P1 -> VOTE", 1, "P1 <- DECISION", 1, "P1 -> ACKNOWLEDGEMENT", 1,
            "P2 <- PREPARE", 1, "P2 -> VOTE", 1)), counts);
    }

    @Test
    void shouldPutFourMessagesAndMoreIntoAFrameWith64TransactionsInFlight() {
        house(VOTES_YES, VOTES_YES);

        requestsLeft = 64 * 20;
        for (int i = 0; i < 64; i++) {
            submit();
        }
        run(10 * SECOND);

        assertEquals(64 * 21, told.size());
        assertEquals(10 * 64 * 21, messages);
        assertTrue(messages >= 4 * frames, messages + " messages in " + frames + " frames");
    }

    @Override
    public void onBegun(final String name, final long transactionId, final long requestId) {
        throw new AssertionError("nothing interactive here");
    }

    @Override
    public void onTold(
        final String name, final long requestId, final long transactionId, final Outcome outcome) {
        told.add(outcome.status());
        if (requestsLeft > 0) {
            requestsLeft--;
            submit();
        }
    }

    @Override
    public void onRefused(
        final String name, final long requestId, final long transactionId, final Refusal refusal) {
        throw new AssertionError("refused: " + refusal);
    }
}
