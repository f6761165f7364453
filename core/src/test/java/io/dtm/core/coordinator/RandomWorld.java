package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Capability;
import io.dtm.core.coordinator.ProtocolCodes.Cause;
import io.dtm.core.coordinator.ProtocolCodes.Decision;
import io.dtm.core.coordinator.ProtocolCodes.OutcomeFlag;
import io.dtm.core.coordinator.RandomProcess.Database;
import io.dtm.core.coordinator.RandomProcess.Key;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Random events for a coordinator, from clients and processes that keep to the protocol while links, sessions,
 * processes and the coordinator itself come and go, and messages are lost, late or repeated. What it sends is judged by
 * an {@link AtomicityOracle}. The same seed makes the same events.
 */
final class RandomWorld {
    static final CoordinatorSettings SETTINGS = new CoordinatorSettings(
        2_000, 4_000, 100, 8, 64, 256, 64, 12, 16, 2, 4096, 16, 3_000, 20, 300, CoordinatorSettings.DURABILITY_FORCE);

    private static final UnsafeBuffer PRINCIPAL = CoordinatorScenario.buffer("tester");
    private static final int REPLIES_KEPT = 200;

    /** One event: it can be given to another coordinator too. */
    record Event(String name, int link, long timeNs, Consumer<CommitCoordinator> call) {
        void applyTo(final CommitCoordinator coordinator) {
            coordinator.startFrame(link, timeNs);
            call.accept(coordinator);
        }
    }

    /** What a process or a client will say, over the link that it had then. */
    private record Reply(String name, int link, Runnable whenSent, Consumer<CommitCoordinator> call) {
    }

    final Random random;
    final AtomicityOracle oracle = new AtomicityOracle();
    final Output output = new Output();
    final List<Database> databases = List.of(
        new Database("A", 0), new Database("B", 0), new Database("C", Capability.ONE_PHASE),
        new Database("D", Capability.LAST_AGENT), new Database("E", 0));
    private final CommitCoordinator coordinator = new CommitCoordinator(output);
    private final Consumer<Event> observer;
    private final List<RandomProcess> processes = new ArrayList<>();
    private final Map<Integer, RandomProcess> processBySession = new HashMap<>();
    private final Map<Integer, Integer> linkOfSession = new HashMap<>();
    private final Map<Key, Integer> finished = new HashMap<>();
    private final RandomClients clients;
    private Deque<Reply> replies = new ArrayDeque<>();
    /** The less, the more calm the world. */
    private final int faults;
    private int losesOneIn;
    private long nowNs;
    private int epoch;
    private int lastLink;
    private long lastIncarnation;
    private int openedSession;
    private int registeredResource;

    /** @param observer is told of each event after this world's coordinator has taken it. */
    RandomWorld(final long seed, final Consumer<Event> observer) {
        this.random = new Random(seed);
        this.observer = observer;
        this.clients = new RandomClients(this);
        this.faults = 1 + random(30);
        this.losesOneIn = 2 + 120 / faults;
        event("settings", 0, to -> to.settings(SETTINGS));
        restart();
        databases.forEach(one -> startProcess(one, "1"));
        event("grace ended", 0, CommitCoordinator::graceEnded);
    }

    CommitCoordinator coordinator() {
        return coordinator;
    }

    int random(final int bound) {
        return random.nextInt(bound);
    }

    int epoch() {
        return epoch;
    }

    void require(final boolean holds, final String otherwise) {
        require(holds, () -> otherwise);
    }

    private void require(final boolean holds, final Supplier<String> otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise.get());
        }
    }

    void event(final String name, final int link, final Consumer<CommitCoordinator> call) {
        final Event event = new Event(name, link, nowNs, call);
        final int before = output.messages();
        try {
            event.applyTo(coordinator);
            require(output.messages() - before <= (link == 0
                ? CoordinatorScenario.MAX_MESSAGES : CoordinatorScenario.MAX_MESSAGES_OF_PEER), "too many messages");
            observer.accept(event);
        } catch (final RuntimeException | AssertionError e) {
            throw new AssertionError("at " + name + " over link " + link, e);
        }
        output.take();
    }

    /** One more event, or a few that belong together. */
    void next() {
        nowNs += random(50) == 0 ? random(50 * faults) * CoordinatorScenario.MILLI
            : random(3) * CoordinatorScenario.MILLI;
        final int dice = random(300);
        if (dice < faults) {
            fault();
        } else if (dice < 210 && !replies.isEmpty()) {
            deliverReply();
        } else if (dice < 250) {
            clients.act();
        } else if (dice < 270) {
            event("tick", 0, CommitCoordinator::tick);
        } else if (dice < 295) {
            event("continue", 0, CommitCoordinator::continueSteps);
        } else if (!processes.isEmpty()) {
            processes.get(random(processes.size())).scan();
        }
    }

    private void fault() {
        switch (random(10)) {
            case 0, 1, 2 -> hostActs();
            case 3 -> operatorActs();
            default -> participantActs();
        }
    }

    // the host

    private void restart() {
        epoch++;
        linkOfSession.clear();
        final int startedEpoch = epoch;
        final long downtimeNs = random(100) * CoordinatorScenario.MILLI;
        event("epoch " + epoch, 0, to -> to.epochStarted(
            CoordinatorScenario.COORDINATOR_ID, startedEpoch, 0, 1000L + startedEpoch, 0, downtimeNs));
        event("settings", 0, to -> to.settings(SETTINGS));
    }

    private void hostActs() {
        switch (random(8)) {
            case 0 -> restart();
            case 1 -> event("storage refused", 0, CommitCoordinator::storageRefused);
            case 2, 3 -> event("storage available", 0, CommitCoordinator::storageAvailable);
            case 4, 5 -> event("grace ended", 0, CommitCoordinator::graceEnded);
            default -> loseLink(lastLink - random(Math.min(12, lastLink)));
        }
    }

    private void loseLink(final int link) {
        linkOfSession.values().removeIf(one -> one == link);
        event("link " + link + " lost", link, to -> to.linkLost(ProtocolCodes.Close.LOST));
    }

    private void operatorActs() {
        final long transactionId = clients.anyTransaction();
        final int branchId = random(6);
        switch (random(4)) {
            case 0 -> event("operator rolls back", 0, to -> to.operatorRollback(1, transactionId));
            case 1 -> event("operator settles", 0,
                to -> to.operatorSettle(1, transactionId, branchId, Decision.COMMIT));
            default -> event("operator confirms", 0, to -> to.operatorConfirmRecovered(1));
        }
    }

    // participants

    private void participantActs() {
        if (processes.size() < 3 || (random(10) == 0 && processes.size() < 8)) {
            startProcess(databases.get(random(databases.size())), random(3) == 0 ? "2" : "1");
            return;
        }
        final RandomProcess process = processes.get(random(processes.size()));
        switch (random(8)) {
            case 0 -> stop(process);
            case 1 -> {
                stop(process);
                startProcess(process.database, process.instance);
            }
            case 2, 3, 4 -> connect(process);
            case 5 -> register(process);
            default -> process.scan();
        }
    }

    RandomProcess startProcess(final Database database, final String instance) {
        final RandomProcess process = new RandomProcess(this, database, instance, ++lastIncarnation);
        processes.removeIf(one -> one.database == database && one.instance.equals(instance));
        processes.add(process);
        connect(process);
        return process;
    }

    /** Its messages that are under way may still arrive. */
    private void stop(final RandomProcess process) {
        processes.remove(process);
        processBySession.remove(process.session);
    }

    void connect(final RandomProcess process) {
        process.link = newLink();
        if (process.session == 0 || !resume(process.session, process.link)) {
            process.session = open(process.link);
        }
        if (process.session != 0 && (losesOneIn == 0 || random(5) > 0)) {
            register(process);
        }
    }

    private void register(final RandomProcess process) {
        if (process.session == 0) {
            return;
        }
        processBySession.put(process.session, process);
        registeredResource = 0;
        final UnsafeBuffer names = CoordinatorScenario.buffer(process.database.name + process.instance);
        event("register " + process.database.name + process.instance + " i" + process.incarnation, process.link,
            to -> to.register(1, process.session, process.incarnation, process.database.capabilities, 0, 0,
                names, 0, 1, 1, 1));
        if (registeredResource != 0) {
            process.resource = registeredResource;
        }
    }

    List<RandomProcess> processes() {
        return processes;
    }

    boolean isUndone(final Key key) {
        return !finished.containsKey(key);
    }

    void done(final Key key, final int decision) {
        finished.put(key, decision);
        oracle.done(key.transactionId(), key.branchId(), decision);
    }

    void delegateAnswered(final Key key, final boolean committed) {
        oracle.delegateAnswered(key.transactionId(), committed);
    }

    void reply(
        final RandomProcess process,
        final String name,
        final long transactionId,
        final int branchId,
        final int vote,
        final Consumer<CommitCoordinator> call) {
        replies.addLast(new Reply(name, process.link, () -> oracle.voted(transactionId, branchId, vote), call));
    }

    void reply(final RandomProcess process, final String name, final Consumer<CommitCoordinator> call) {
        replies.addLast(new Reply(name, process.link, () -> { }, call));
    }

    /** In order or not, lost or repeated. */
    private void deliverReply() {
        final Reply reply = random(4) > 0 ? replies.pollFirst() : replies.pollLast();
        if (losesOneIn > 0) {
            if (random(losesOneIn) == 0) {
                return;
            }
            if (random(losesOneIn) == 0) {
                replies.addLast(reply);
            }
            if (replies.size() > REPLIES_KEPT) {
                replies = new ArrayDeque<>();
            }
        }
        reply.whenSent.run();
        event(reply.name, reply.link, reply.call);
    }

    // sessions

    int newLink() {
        return ++lastLink;
    }

    /** Returns the session's id; 0 if it was refused. */
    int open(final int link) {
        openedSession = 0;
        event("open", link, to -> to.sessionOpening(1, 11, 12, 0, 0, 0, 0, 0, PRINCIPAL, 0, PRINCIPAL.capacity()));
        if (openedSession != 0) {
            linkOfSession.put(openedSession, link);
        }
        return openedSession;
    }

    boolean resume(final int session, final int link) {
        openedSession = 0;
        event("resume " + session, link,
            to -> to.sessionResuming(1, session, 11, 12, 0, 0, 0, 0, 0, PRINCIPAL, 0, PRINCIPAL.capacity()));
        if (openedSession != 0) {
            linkOfSession.put(openedSession, link);
        }
        return openedSession != 0;
    }

    int linkOf(final int session) {
        return linkOfSession.getOrDefault(session, 0);
    }

    // the end

    /** No more faults: every database is served again, all is delivered and asked about until nothing is left. */
    void settle() {
        losesOneIn = 0;
        restart();
        event("storage available", 0, CommitCoordinator::storageAvailable);
        event("grace ended", 0, CommitCoordinator::graceEnded);
        processes.clear();
        for (final Database database : databases) {
            startProcess(database, "1");
            drain(); // it may take the place of another
        }
        for (int round = 0; round < 400; round++) {
            drain();
            nowNs += 200 * CoordinatorScenario.MILLI;
            event("tick", 0, CommitCoordinator::tick);
            if (round % 10 == 0) {
                processes.forEach(RandomProcess::scan);
            }
        }
        purge();
        drain();
        require(coordinator.transactionsInFlight() == 0,
            () -> "these never end:\n" + String.join("\n", CheckpointRecorder.linesOf(coordinator)));
        databases.forEach(one -> require(one.prepared.isEmpty(), () -> "prepared for ever: " + one.prepared));
        oracle.atRest();
    }

    /** What an operator settled, and nobody acknowledged, goes when the operator says so. */
    private void purge() {
        for (final long transactionId : clients.transactions()) {
            for (int branch = 0; branch <= databases.size(); branch++) {
                final int branchId = branch;
                event("operator purges", 0, to -> to.operatorPurge(1, transactionId, branchId));
            }
        }
    }

    private void drain() {
        while (!replies.isEmpty() || coordinator.hasContinuation()) {
            if (coordinator.hasContinuation()) {
                event("continue", 0, CommitCoordinator::continueSteps);
            } else {
                deliverReply();
            }
        }
    }

    /** Brings what is sent to those whom it is sent to. */
    final class Output extends RecordingOutput {
        @Override
        public void sessionOpened(
            final int sessionId, final long requestId, final long high, final long low, final long nonce) {
            super.sessionOpened(sessionId, requestId, high, low, nonce);
            openedSession = sessionId;
        }

        @Override
        public void sessionResumed(
            final int sessionId, final long requestId, final int openedInEpoch, final long nonce) {
            super.sessionResumed(sessionId, requestId, openedInEpoch, nonce);
            openedSession = sessionId;
        }

        @Override
        public void registered(final int sessionId, final long requestId, final int resource, final long nonce) {
            super.registered(sessionId, requestId, resource, nonce);
            registeredResource = resource;
        }

        @Override
        public void outcome(
            final int sessionId,
            final boolean onAppend,
            final long transactionId,
            final int stage,
            final int outcome,
            final int reason,
            final int flags,
            final int branchId,
            final DirectBuffer text,
            final int textOffset,
            final int textLength) {
            super.outcome(sessionId, onAppend, transactionId, stage, outcome, reason, flags, branchId, text,
                textOffset, textLength);
            oracle.outcomeTold(transactionId, outcome, (flags & OutcomeFlag.NOTHING_WRITTEN) != 0);
        }

        @Override
        public void prepare(
            final int sessionId,
            final boolean onAppend,
            final int resourceId,
            final long incarnation,
            final long transactionId,
            final int branchId,
            final int enlistEpoch,
            final PayloadReader payload) {
            super.prepare(
                sessionId, onAppend, resourceId, incarnation, transactionId, branchId, enlistEpoch, payload);
            oracle.prepareSent(transactionId, branchId);
            final RandomProcess process = receiver(sessionId);
            if (process != null) {
                process.onPrepare(transactionId, branchId, enlistEpoch, incarnation);
            }
        }

        @Override
        public void decision(
            final int sessionId,
            final int resourceId,
            final long transactionId,
            final int branchId,
            final int enlistEpoch,
            final int decision,
            final int cause) {
            super.decision(sessionId, resourceId, transactionId, branchId, enlistEpoch, decision, cause);
            oracle.decisionSent(transactionId, branchId, decision, cause == Cause.PRESUMED);
            final RandomProcess process = receiver(sessionId);
            if (process != null) {
                process.onDecision(transactionId, branchId, decision, cause == Cause.PRESUMED);
            }
        }

        @Override
        public void commitOnePhase(
            final int sessionId,
            final int resourceId,
            final long incarnation,
            final long transactionId,
            final int branchId,
            final int enlistEpoch,
            final PayloadReader payload) {
            super.commitOnePhase(
                sessionId, resourceId, incarnation, transactionId, branchId, enlistEpoch, payload);
            oracle.delegated(transactionId);
            final RandomProcess process = receiver(sessionId);
            if (process != null) {
                process.onCommitOnePhase(transactionId, branchId, incarnation);
            }
        }

        /** Null: it is lost on the way. */
        private RandomProcess receiver(final int sessionId) {
            return losesOneIn > 0 && random(losesOneIn) == 0 ? null : processBySession.get(sessionId);
        }
    }
}
