package io.dtm.simulation.transcript;

import io.dtm.client.Outcome;
import io.dtm.client.Refusal;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.simulation.check.Checker;
import io.dtm.simulation.check.Violations;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.engine.Trace;
import io.dtm.simulation.network.Courier;
import io.dtm.simulation.network.FrameReader;
import io.dtm.simulation.network.NetworkSettings;
import io.dtm.simulation.network.SimulatedNetwork;
import io.dtm.simulation.network.WireMessage;
import io.dtm.simulation.node.CoordinatorNode;
import io.dtm.simulation.node.CoordinatorTimes;
import io.dtm.simulation.node.ParticipantNode;
import io.dtm.simulation.node.Peer;
import io.dtm.simulation.resource.OnePhase;
import io.dtm.simulation.resource.SimulatedDatabase;
import io.dtm.simulation.resource.SimulatedParticipant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The simulator's nodes, in the hands of a transcript: everything flows at once unless the transcript holds it. */
final class TranscriptWorld implements Courier, ScriptedClient.Listener {
    /** A message that is held, or was seen. */
    record Pattern(Word word, String transaction, String peer) {
        @Override
        public String toString() {
            return word + " " + transaction + (word.isToPeer() ? " to " : " from ") + peer;
        }
    }

    private record Copy(Pattern pattern, DirectBuffer frame, int length) {
    }

    private static final long SECOND = 1_000_000_000L;
    private static final long LINE_NS = SECOND / 10;

    final Schedule schedule = new Schedule();
    final Trace trace = new Trace(schedule);
    final Violations violations = new Violations(schedule, trace);
    final Checker checker = new Checker(schedule, trace, violations);
    final Names names = new Names();
    final Received received = new Received();
    final CoordinatorNode coordinator;
    final Map<String, ScriptedDatabase> databases = new LinkedHashMap<>();
    final Map<String, ParticipantNode> participants = new LinkedHashMap<>();
    final Map<String, ScriptedClient> clients = new LinkedHashMap<>();
    final Map<String, OnePhase> onePhase = new LinkedHashMap<>();
    /** How many finished branches a resource's processes remember, if not many. */
    final Map<String, Integer> remembered = new LinkedHashMap<>();
    final Forgery forged = new Forgery();
    private final Rules rules;
    private String heldBehind;
    private final RandomStream random = new RandomStream(1);
    private final FrameReader reader = new FrameReader();
    private final FrameReader heldReader = new FrameReader();
    private final SimulatedNetwork network;
    private final List<Pattern> held = new ArrayList<>();
    private final List<Copy> copies = new ArrayList<>();

    TranscriptWorld() {
        this(new Rules());
    }

    /** @param rules that hold: tests switch some off. */
    TranscriptWorld(final Rules rules) {
        this.rules = rules;
        network = new SimulatedNetwork(schedule, random.split("network"), trace, NetworkSettings.IMMEDIATE,
            this::onSent);
        network.courier(this);
        network.arrivals((peer, linkId, toPeer, buffer, offset, length) ->
            reader.read(buffer, offset, message -> onArrived(peer, message)));
        coordinator = new CoordinatorNode(CoordinatorNode.NAME, schedule, random.split("coordinator"), trace, network,
            checker, violations, settings(CoordinatorSettings.DURABILITY_FORCE), CoordinatorTimes.IMMEDIATE);
        coordinator.mayStart(false);
        coordinator.plant(journal -> new HeldJournal(rules.journal(journal), this::isHeldBehind,
            () -> coordinator.holdForce(true)));
    }

    /** Nothing is repeated within the time that a few lines take. */
    private static CoordinatorSettings settings(final int durability) {
        final CoordinatorSettings usual = CoordinatorSettings.defaults();
        return new CoordinatorSettings(
            usual.defaultTimeoutMs(), usual.maxTimeoutMs(), usual.sessionTimeoutMs(), CoordinatorNode.MAX_BRANCHES,
            CoordinatorNode.MAX_PAYLOAD_BYTES, CoordinatorNode.MAX_PAYLOAD_BYTES, 1000, 100, 100,
            usual.maxInstances(), 1 << 20, 1000, usual.retentionMs(), 5_000, 5_000, durability);
    }

    void answerBeforeForcing() {
        coordinator.settingsOfLife(() -> settings(CoordinatorSettings.DURABILITY_APPEND));
    }

    /** Lets everything happen that happens at once. */
    void settle() {
        schedule.runUntil(schedule.nowNs() + LINE_NS);
    }

    void pass(final long seconds) {
        schedule.runUntil(schedule.nowNs() + seconds * SECOND);
    }

    // nodes

    void start(final String name) {
        if (name.startsWith("C")) {
            clients.computeIfAbsent(name,
                key -> new ScriptedClient(name, schedule, random.split(name), trace, network, this)).start();
        } else {
            startParticipant(name, name);
        }
    }

    void startParticipant(final String name, final String resource) {
        participant(name, resource).start();
    }

    void serveToo(final String name, final String resource) {
        final ParticipantNode node = participant(name, name);
        node.serveToo(resource, code(resource));
        participants.put(resource, node);
    }

    private ParticipantNode participant(final String name, final String resource) {
        return participants.computeIfAbsent(name, key -> participantNode(name, resource));
    }

    private Function<RandomStream, SimulatedParticipant> code(final String resource) {
        final ScriptedDatabase database = databases.computeIfAbsent(resource,
            key -> new ScriptedDatabase(new SimulatedDatabase(resource, trace, checker.resources())));
        return process -> rules.participant(database, schedule, process, checker.resources(),
            onePhase.getOrDefault(resource, OnePhase.NEVER));
    }

    private ParticipantNode participantNode(final String name, final String resource) {
        final ParticipantNode node = new ParticipantNode(name, name, resource, schedule, random.split(name),
            trace, network, code(resource));
        node.incarnations(rules::incarnation);
        if (remembered.containsKey(resource)) {
            node.remembered(remembered.get(resource));
        }
        return node;
    }

    Peer peer(final String name) {
        final Peer peer = clients.containsKey(name) ? clients.get(name) : participants.get(name);
        if (peer == null) {
            throw new AssertionError("nobody is called " + name);
        }
        return peer;
    }

    ScriptedClient client(final String name) {
        peer(name);
        return clients.get(name);
    }

    ScriptedParticipant participant(final String name) {
        peer(name);
        final ParticipantNode node = participants.get(name);
        return (ScriptedParticipant) node.participant(resource(name, node));
    }

    /** A process is called as its own resource is; another one that it serves is called as itself. */
    String resource(final String name) {
        return resource(name, participants.get(name));
    }

    private static String resource(final String name, final ParticipantNode node) {
        return node.serves(name) ? name : node.resourceName();
    }

    /** What is forced then ends with the record in which a process of this resource registers. */
    void holdForceBehindRegister(final String resource) {
        heldBehind = resource;
    }

    private boolean isHeldBehind(final DirectBuffer frame, final int offset) {
        final boolean[] found = new boolean[1];
        heldReader.read(frame, offset, message ->
            found[0] |= Word.REGISTER.is(message) && message.text.equals(heldBehind));
        heldBehind = found[0] ? null : heldBehind;
        return found[0];
    }

    // the network

    /** A frame that this peer's library never sent arrives over its link. */
    void forge(final String name, final DirectBuffer frame) {
        network.replay(peer(name).link(), false, frame, frame.capacity());
    }

    void hold(final Pattern pattern) {
        held.add(pattern);
    }

    @Override
    public boolean holds(final String peer, final boolean toPeer, final DirectBuffer buffer, final int length) {
        for (final Pattern pattern : held) {
            if (pattern.peer().equals(peer) && pattern.word().isToPeer() == toPeer && contains(buffer, pattern)) {
                held.remove(pattern); // it stands for one message; what is behind that one waits by itself
                return true;
            }
        }
        return false;
    }

    private boolean contains(final DirectBuffer buffer, final Pattern pattern) {
        final boolean[] found = new boolean[1];
        heldReader.read(buffer, 0, message -> found[0] |= matches(message, pattern));
        return found[0];
    }

    private boolean matches(final WireMessage message, final Pattern pattern) {
        return pattern.word().is(message) && names.name(message.transactionId).equals(pattern.transaction());
    }

    void deliver(final Pattern pattern) {
        final DirectBuffer first = network.firstHeld(peer(pattern.peer()).link(), pattern.word().isToPeer());
        if (first == null || !contains(first, pattern)) {
            throw new AssertionError("the next message that is held there is not " + pattern);
        }
        network.release(peer(pattern.peer()).link(), pattern.word().isToPeer());
    }

    void replay(final Pattern pattern) {
        for (int i = copies.size() - 1; i >= 0; i--) {
            if (copies.get(i).pattern().equals(pattern)) {
                network.replay(peer(pattern.peer()).link(), pattern.word().isToPeer(), copies.get(i).frame(),
                    copies.get(i).length());
                return;
            }
        }
        throw new AssertionError("there never was a " + pattern);
    }

    private void onSent(
        final String peer,
        final int linkId,
        final boolean toPeer,
        final DirectBuffer buffer,
        final int offset,
        final int length) {
        checker.onSent(peer, linkId, toPeer, buffer, offset, length);
        final UnsafeBuffer copy = new UnsafeBuffer(new byte[length]);
        copy.putBytes(0, buffer, offset, length);
        reader.read(buffer, offset, message -> {
            if (message.kind == WireMessage.Kind.SUBMIT_BRANCH) {
                names.learn(message.payload, message.transactionId);
            }
        });
        reader.read(buffer, offset, message -> {
            forged.learn(message);
            final Word word = Word.of(message);
            if (word != null) {
                copies.add(new Copy(new Pattern(word, names.name(message.transactionId), peer), copy, length));
            }
        });
    }

    private void onArrived(final String peer, final WireMessage message) {
        final Word word = Word.of(message);
        if (word != null && word.isToPeer()) {
            received.add(peer, word + " " + names.name(message.transactionId), word.isDecision());
        }
    }

    // clients

    @Override
    public void onBegun(final String client, final long transactionId, final long requestId) {
        names.learn(requestId, transactionId);
        checker.onBegun(client, transactionId, requestId);
    }

    @Override
    public void onTold(final String client, final long requestId, final long transactionId, final Outcome outcome) {
        names.learn(requestId, transactionId);
        final String status = outcome.neverBegun() ? "NEVER-BEGUN" : outcome.status().toString();
        received.add(client, status + " T" + requestId, true);
        if (outcome.status() == Outcome.Status.ABORTED) {
            received.add(client, status + " T" + requestId + " because " + outcome.reason(), false);
        }
        trace.event(client, "is told " + status + " %T", transactionId, requestId);
        if (outcome.status() != Outcome.Status.ACCEPTED) {
            checker.onTold(transactionId, outcome.status() == Outcome.Status.COMMITTED,
                outcome.status() == Outcome.Status.ABORTED);
        }
    }

    @Override
    public void onRefused(
        final String client, final long requestId, final long transactionId, final Refusal refusal) {
        received.add(client, "REFUSED T" + requestId, true);
        received.add(client, "REFUSED T" + requestId + " because " + refusal, false);
    }
}
