package io.dtm.simulation.explore;

import io.dtm.client.Outcome;
import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.message.RegisterDecoder;
import io.dtm.codec.message.RegisteredDecoder;
import io.dtm.codec.message.SessionOpenDecoder;
import io.dtm.codec.message.SessionOpenedDecoder;
import io.dtm.codec.message.SessionResumeDecoder;
import io.dtm.codec.message.SessionResumedDecoder;
import io.dtm.simulation.explore.CoordinatorHost.HostStep;
import io.dtm.simulation.explore.ExploredResource.Choice;
import io.dtm.simulation.explore.ExploredResource.Standing;
import io.dtm.simulation.explore.PeerModel.PeerStep;
import io.dtm.simulation.explore.PeerProcess.Input;
import java.util.HashMap;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What there is beside the coordinator and the processes: links between them, and what goes wrong. A state of the whole
 * is an array of numbers; a move makes another one of it.
 */
final class World {
    // slots of a state
    private static final int HOST = 0;
    private static final int BUDGETS = 1;
    private static final int CALLS = 2;
    private static final int PEERS = 3;
    // slots of a peer
    private static final int NODE = 0;
    private static final int TO_COORDINATOR = 1;
    private static final int TO_PEER = 2;
    private static final int LINK = 3;
    private static final int HANDSHAKE = 4;
    private static final int COPIES = 5;
    /** A frame of a former link that is still on its way: its generation and frame, 0 for none. */
    private static final int STALE = 6;
    private static final int STALE_GENERATION = 7;
    private static final int SLOTS = 8;
    // the link: its generation, and how it stands
    private static final int STANDING_BITS = 2;
    private static final int STANDING_MASK = 3;
    /** The peer has none and wants one. */
    private static final int WANTED = 0;
    private static final int UP = 1;
    /** The coordinator's end is gone; the peer takes what is on its way and hasn't noticed yet. */
    private static final int CUT = 2;
    private static final int MAX_REST_ROUNDS = 100;

    private final Scope scope;
    private final Numbered<Bytes> frames = new Numbered<>();
    private final Numbered<Ints> queues = new Numbered<>();
    private final CoordinatorLogic logic;
    private final CoordinatorHost host;
    private final FrameAdmission admission;
    private final PeerModel peers;
    private final Map<Integer, Boolean> handshakes = new HashMap<>();
    private final int graceFrame;
    private final int linkLostFrame;
    private final int none;
    private String failure;

    World(final Scope scope) {
        this.scope = scope;
        logic = new CoordinatorLogic(frames, scope.settings());
        host = new CoordinatorHost(logic, scope.settings(), frames);
        admission = new FrameAdmission(frames);
        peers = new PeerModel(scope, frames);
        graceFrame = frames.of(HostFrames.graceEnded());
        linkLostFrame = frames.of(HostFrames.linkLost());
        none = queues.of(Ints.NONE);
    }

    /** Takes what moves lead to. */
    interface Visitor {
        /**
         * @param move    what happens.
         * @param next    the state after it; belongs to the visitor.
         * @param failure what must not happen and did; null: nothing.
         */
        void onMove(Move move, int[] next, String failure);
    }

    /** Kinds of moves. */
    enum Kind {
        FORCE, TO_COORDINATOR, TO_PEER, STALE_ARRIVES, DATABASE, CONNECT, NOTICE, SUBMIT, BEGIN, COMMIT, CALL, // what happens anyway
        CRASH, PEER_CRASH, LOSS, SESSION_LOSS, COPY, COPY_ARRIVES, TICK, GRACE, PEER_TICK, ROLL_BACK, SETTLE
    }

    /**
     * One thing that happens.
     *
     * @param kind   what.
     * @param peer   to whom; -1: to the coordinator.
     * @param detail more of it.
     * @param choice of a vote.
     */
    record Move(Kind kind, int peer, int detail, Choice choice) {
        boolean isFault() {
            return kind.ordinal() >= Kind.CRASH.ordinal() && kind != Kind.COPY_ARRIVES;
        }
    }

    CoordinatorLogic logic() {
        return logic;
    }

    CoordinatorHost host() {
        return host;
    }

    PeerModel peers() {
        return peers;
    }

    int slots() {
        return PEERS + scope.peers() * SLOTS;
    }

    /** Everybody has started and is registered, everything is forced, nothing is on its way. */
    int[] initial() {
        final int[] state = new int[slots()];
        final HostStep started = host.start();
        state[HOST] = started.host();
        state[CALLS] = none;
        for (int peer = 0; peer < scope.peers(); peer++) {
            final PeerStep step = peers.start(peer);
            final int at = slot(peer);
            state[at + NODE] = step.node();
            state[at + TO_COORDINATOR] = none;
            state[at + TO_PEER] = none;
            state[at + COPIES] = none;
            state[at + LINK] = WANTED;
        }
        failure = null;
        for (int peer = 0; peer < scope.peers(); peer++) {
            // one after the other, so that the numbers of sessions and resources are known
            connect(state, peer);
            run(state);
        }
        if (failure != null) {
            throw new IllegalStateException("the start fails: " + failure);
        }
        state[BUDGETS] = scope.budgets();
        return state;
    }

    private static int slot(final int peer) {
        return PEERS + peer * SLOTS;
    }

    // what happens by itself

    /** Handshakes arrive as soon as they can. */
    private void shakeHands(final int[] state) {
        boolean goesOn;
        do {
            goesOn = false;
            for (int peer = 0; peer < scope.peers() && failure == null; peer++) {
                final int at = slot(peer);
                if (standing(state, peer) == UP && startsWithHandshake(state[at + TO_COORDINATOR])) {
                    deliverToCoordinator(state, peer);
                    goesOn = true;
                }
                if (standing(state, peer) != WANTED && startsWithHandshake(state[at + TO_PEER])) {
                    deliverToPeer(state, peer, Choice.YES);
                    goesOn = true;
                }
                if (standing(state, peer) == CUT && state[at + TO_PEER] == none) {
                    take(state, peer, Input.LINK_LOST, -1, Choice.YES);
                    goesOn = true;
                }
            }
        } while (goesOn);
    }

    private boolean startsWithHandshake(final int queue) {
        final Ints waiting = queues.get(queue);
        return waiting.size() > 0 && isHandshake(waiting.get(0));
    }

    private boolean isHandshake(final int frame) {
        return handshakes.computeIfAbsent(frame, number -> {
            final UnsafeBuffer buffer = new UnsafeBuffer(frames.get(number).content());
            return switch (FrameDescriptor.templateId(buffer, FrameDescriptor.HEADER_LENGTH)) {
                case SessionOpenDecoder.TEMPLATE_ID, SessionResumeDecoder.TEMPLATE_ID,
                    SessionOpenedDecoder.TEMPLATE_ID, SessionResumedDecoder.TEMPLATE_ID,
                    RegisterDecoder.TEMPLATE_ID, RegisteredDecoder.TEMPLATE_ID -> true;
                default -> false;
            };
        });
    }

    private static int standing(final int[] state, final int peer) {
        return state[slot(peer) + LINK] & STANDING_MASK;
    }

    /** Ids start at 1; each link of each peer has its own. */
    private int linkId(final int[] state, final int peer) {
        return linkId(state[slot(peer) + LINK] >> STANDING_BITS, peer);
    }

    private int linkId(final int generation, final int peer) {
        return generation * scope.peers() + peer + 1;
    }

    private void connect(final int[] state, final int peer) {
        final int at = slot(peer);
        final int generation = (state[at + LINK] >> STANDING_BITS) + 1;
        state[at + LINK] = generation << STANDING_BITS | UP;
        state[at + TO_COORDINATOR] = none;
        state[at + TO_PEER] = none;
        state[at + COPIES] = none;
        state[at + HANDSHAKE] = -1;
        take(state, peer, Input.LINK_UP, -1, Choice.YES);
        shakeHands(state);
    }

    private void onHost(final int[] state, final HostStep step) {
        state[HOST] = step.host();
        if (step.failure() != null) {
            failure = step.failure();
        }
        for (int i = 0; i < step.sent().size(); i += 2) {
            final int linkId = step.sent().get(i);
            final int peer = (linkId - 1) % scope.peers();
            if (standing(state, peer) == UP && linkId(state, peer) == linkId) {
                final int at = slot(peer) + TO_PEER;
                state[at] = queues.of(queues.get(state[at]).with(step.sent().get(i + 1)));
            }
        }
    }

    private PeerStep take(
        final int[] state, final int peer, final Input input, final int content, final Choice choice) {
        final int at = slot(peer);
        final PeerStep step = peers.take(state[at + NODE], input, content, choice);
        state[at + NODE] = step.node();
        if (step.failure() != null) {
            failure = step.failure();
        }
        if (step.reconnects()) {
            state[at + LINK] = state[at + LINK] & ~STANDING_MASK | WANTED;
            state[at + TO_COORDINATOR] = none;
            state[at + TO_PEER] = none;
            state[at + COPIES] = none;
        } else if (standing(state, peer) == UP && step.sent().size() > 0) {
            state[at + TO_COORDINATOR] =
                queues.of(queues.get(state[at + TO_COORDINATOR]).with(step.sent().values()));
            if (state[at + HANDSHAKE] < 0) {
                state[at + HANDSHAKE] = step.sent().get(0);
            }
        }
        if (step.calls().size() > 0) {
            state[CALLS] = queues.of(queues.get(state[CALLS]).with(step.calls().values()).sorted());
        }
        return step;
    }

    private void deliverToCoordinator(final int[] state, final int peer) {
        final int at = slot(peer) + TO_COORDINATOR;
        final Ints waiting = queues.get(state[at]);
        state[at] = queues.of(waiting.without(0));
        arrive(state, peer, linkId(state, peer), waiting.get(0));
    }

    private void arrive(final int[] state, final int peer, final int linkId, final int frame) {
        final Ints events = admission.events(linkId, state[slot(peer) + HANDSHAKE], frame);
        for (int i = 0; i < events.size(); i++) {
            onHost(state, host.event(state[HOST], linkId, events.get(i)));
        }
    }

    private PeerStep deliverToPeer(final int[] state, final int peer, final Choice choice) {
        final int at = slot(peer) + TO_PEER;
        final Ints waiting = queues.get(state[at]);
        state[at] = queues.of(waiting.without(0));
        return take(state, peer, Input.FRAME, waiting.get(0), choice);
    }

    /** Everything that happens without faults, in one order, until nothing is left. */
    private void run(final int[] state) {
        boolean goesOn = true;
        while (goesOn && failure == null) {
            goesOn = false;
            if (host.unforced(state[HOST]) > 0) {
                onHost(state, host.force(state[HOST]));
                goesOn = true;
            }
            for (int peer = 0; peer < scope.peers() && failure == null; peer++) {
                final int at = slot(peer);
                if (standing(state, peer) == UP && state[at + TO_COORDINATOR] != none) {
                    deliverToCoordinator(state, peer);
                    goesOn = true;
                } else if (standing(state, peer) != WANTED && state[at + TO_PEER] != none) {
                    deliverToPeer(state, peer, Choice.YES);
                    goesOn = true;
                } else if (peers.info(state[at + NODE]).hasStatements()) {
                    take(state, peer, Input.DATABASE, -1, Choice.YES);
                    goesOn = true;
                } else if (standing(state, peer) == CUT) {
                    take(state, peer, Input.LINK_LOST, -1, Choice.YES);
                    goesOn = true;
                } else if (standing(state, peer) == WANTED && state[at + LINK] > STANDING_MASK) {
                    connect(state, peer);
                    goesOn = true;
                }
            }
            shakeHands(state);
        }
    }

    // all moves

    /** Tries everything that can happen next. */
    void moves(final int[] state, final Visitor visitor) {
        if (host.unforced(state[HOST]) > 0) {
            to(state, new Move(Kind.FORCE, -1, 0, Choice.YES), visitor);
        }
        for (int peer = 0; peer < scope.peers(); peer++) {
            peerMoves(state, peer, visitor);
        }
        final Ints calls = queues.get(state[CALLS]);
        for (int i = 0; i < calls.size(); i++) {
            to(state, new Move(Kind.CALL, Call.decode(frames.get(calls.get(i)).content()).to(), i, Choice.YES),
                visitor);
        }
        applicationMoves(state, visitor);
        faults(state, visitor);
    }

    private void peerMoves(final int[] state, final int peer, final Visitor visitor) {
        final int at = slot(peer);
        final int standing = standing(state, peer);
        if (standing == UP && state[at + TO_COORDINATOR] != none) {
            to(state, new Move(Kind.TO_COORDINATOR, peer, 0, Choice.YES), visitor);
        }
        if (standing != WANTED && state[at + TO_PEER] != none) {
            final PeerStep step = peers.take(
                state[at + NODE], Input.FRAME, queues.get(state[at + TO_PEER]).get(0), Choice.YES);
            for (int choice = 0; choice < (step.hasChosen() ? scope.votes() : 1); choice++) {
                to(state, new Move(Kind.TO_PEER, peer, 0, Choice.values()[choice]), visitor);
            }
        }
        if (standing == CUT) {
            to(state, new Move(Kind.NOTICE, peer, 0, Choice.YES), visitor);
        }
        if (state[at + STALE] != 0) {
            to(state, new Move(Kind.STALE_ARRIVES, peer, 0, Choice.YES), visitor);
        }
        if (peers.info(state[at + NODE]).hasStatements()) {
            to(state, new Move(Kind.DATABASE, peer, 0, Choice.YES), visitor);
        }
        if (standing == WANTED) {
            to(state, new Move(Kind.CONNECT, peer, 0, Choice.YES), visitor);
        }
        final Ints copies = queues.get(state[at + COPIES]);
        for (int i = 0; i < copies.size(); i++) {
            to(state, new Move(Kind.COPY_ARRIVES, peer, i, Choice.YES), visitor);
        }
    }

    private void applicationMoves(final int[] state, final Visitor visitor) {
        final int client = scope.participants();
        final PeerModel.Info info = peers.info(state[slot(client) + NODE]);
        final int begun = info.begun();
        if (begun < scope.transactions()) {
            to(state, new Move(scope.isInteractive() ? Kind.BEGIN : Kind.SUBMIT, client, 0, Choice.YES), visitor);
        }
        if (info.mayCommit() && (scope.isRacing() || info.answers() == scope.participants())) {
            to(state, new Move(Kind.COMMIT, client, 0, Choice.YES), visitor);
        }
    }

    private void faults(final int[] state, final Visitor visitor) {
        final int budgets = state[BUDGETS];
        if (Budget.COORDINATOR_CRASH.left(budgets) > 0) {
            for (int k = 0; k <= host.unforced(state[HOST]); k++) {
                to(state, new Move(Kind.CRASH, -1, k, Choice.YES), visitor);
            }
        }
        for (int peer = 0; peer < scope.peers(); peer++) {
            final int standing = standing(state, peer);
            if (Budget.PARTICIPANT_CRASH.left(budgets) > 0 && !scope.isClient(peer)) {
                to(state, new Move(Kind.PEER_CRASH, peer, 0, Choice.YES), visitor);
            }
            if (Budget.LINK_LOSS.left(budgets) > 0 && standing == UP) {
                to(state, new Move(Kind.LOSS, peer, 0, Choice.YES), visitor);
                if (state[slot(peer) + TO_COORDINATOR] != none && state[slot(peer) + STALE] == 0) {
                    to(state, new Move(Kind.LOSS, peer, 1, Choice.YES), visitor);
                }
            }
            if (Budget.SESSION_LOSS.left(budgets) > 0 && host.info(state[HOST]).sessionLinks().contains(linkId(state, peer))) {
                to(state, new Move(Kind.SESSION_LOSS, peer, 0, Choice.YES), visitor);
            }
            if (Budget.COPY.left(budgets) > 0 && standing == UP) {
                copies(state, peer, visitor);
            }
            if (Budget.PEER_TIMEOUT.left(budgets) > 0 && standing == UP) {
                to(state, new Move(Kind.PEER_TICK, peer, 0, Choice.YES), visitor);
            }
        }
        if (Budget.DEADLINE.left(budgets) > 0) {
            if (host.info(state[HOST]).nextWakeUpNs() != Long.MAX_VALUE) {
                to(state, new Move(Kind.TICK, -1, 0, Choice.YES), visitor);
            }
            if (!host.info(state[HOST]).isGraceOver()) {
                to(state, new Move(Kind.GRACE, -1, 0, Choice.YES), visitor);
            }
        }
        if (Budget.OPERATOR.left(budgets) > 0) {
            operators(state, visitor);
        }
    }

    private void copies(final int[] state, final int peer, final Visitor visitor) {
        final int at = slot(peer);
        if (state[at + TO_COORDINATOR] != none) {
            to(state, new Move(Kind.COPY, peer, 0, Choice.YES), visitor);
        }
        if (state[at + TO_PEER] != none) {
            to(state, new Move(Kind.COPY, peer, 1, Choice.YES), visitor);
        }
    }

    private void operators(final int[] state, final Visitor visitor) {
        for (int i = 0; i < scope.transactions(); i++) {
            to(state, new Move(Kind.ROLL_BACK, -1, i, Choice.YES), visitor);
            for (int branch = 0; branch < scope.participants(); branch++) {
                to(state, new Move(Kind.SETTLE, branch, i, Choice.YES), visitor);
            }
        }
    }

    private static void spend(final int[] state, final Budget budget) {
        state[BUDGETS] -= budget.times(1);
    }

    private void to(final int[] state, final Move move, final Visitor visitor) {
        final int[] next = state.clone();
        failure = null;
        apply(next, move);
        shakeHands(next);
        if (failure == null) {
            failure = broken(next);
        }
        visitor.onMove(move, next, failure);
    }

    private void apply(final int[] state, final Move move) {
        final int peer = move.peer;
        switch (move.kind) {
            case FORCE -> onHost(state, host.force(state[HOST]));
            case TO_COORDINATOR -> deliverToCoordinator(state, peer);
            case TO_PEER -> deliverToPeer(state, peer, move.choice);
            case STALE_ARRIVES -> {
                final int at = slot(peer);
                final int frame = state[at + STALE] - 1;
                final int link = linkId(state[at + STALE_GENERATION], peer);
                state[at + STALE] = 0;
                state[at + STALE_GENERATION] = 0;
                arrive(state, peer, link, frame);
            }
            case DATABASE -> take(state, peer, Input.DATABASE, -1, Choice.YES);
            case CONNECT -> connect(state, peer);
            case NOTICE -> take(state, peer, Input.LINK_LOST, -1, Choice.YES);
            case SUBMIT -> take(state, peer, Input.SUBMIT, -1, Choice.YES);
            case BEGIN -> take(state, peer, Input.BEGIN, -1, Choice.YES);
            case COMMIT -> take(state, peer, Input.COMMIT, -1, Choice.YES);
            case CALL -> {
                final Ints calls = queues.get(state[CALLS]);
                final int call = calls.get(move.detail);
                state[CALLS] = queues.of(calls.without(move.detail));
                take(state, peer,
                    Call.decode(frames.get(call).content()).isAnswer() ? Input.ANSWER : Input.CALL, call, Choice.YES);
            }
            case COPY_ARRIVES -> {
                final int at = slot(peer) + COPIES;
                final int copy = queues.get(state[at]).get(move.detail);
                state[at] = queues.of(queues.get(state[at]).without(move.detail));
                if ((copy & 1) == 0) {
                    if (standing(state, peer) == UP) {
                        arrive(state, peer, linkId(state, peer), copy >> 1);
                    }
                } else {
                    take(state, peer, Input.FRAME, copy >> 1, Choice.YES);
                }
            }
            default -> goWrong(state, move);
        }
    }

    private void goWrong(final int[] state, final Move move) {
        final int peer = move.peer;
        switch (move.kind) {
            case CRASH -> {
                spend(state, Budget.COORDINATOR_CRASH);
                for (int i = 0; i < scope.peers(); i++) {
                    cut(state, i);
                    state[slot(i) + STALE] = 0;
                    state[slot(i) + STALE_GENERATION] = 0;
                }
                onHost(state, host.crash(state[HOST], move.detail));
            }
            case PEER_CRASH -> {
                spend(state, Budget.PARTICIPANT_CRASH);
                take(state, peer, Input.CRASH, -1, Choice.YES);
            }
            case LOSS -> {
                spend(state, Budget.LINK_LOSS);
                final int at = slot(peer);
                if (move.detail == 1) {
                    state[at + STALE] = queues.get(state[at + TO_COORDINATOR]).get(0) + 1;
                    state[at + STALE_GENERATION] = state[at + LINK] >> STANDING_BITS;
                }
                cut(state, peer);
            }
            case SESSION_LOSS -> {
                spend(state, Budget.SESSION_LOSS);
                onHost(state, host.event(state[HOST], linkId(state, peer), linkLostFrame));
            }
            case COPY -> {
                spend(state, Budget.COPY);
                final int at = slot(peer);
                final int frame = queues.get(state[at + (move.detail == 0 ? TO_COORDINATOR : TO_PEER)]).get(0);
                state[at + COPIES] =
                    queues.of(queues.get(state[at + COPIES]).with(frame << 1 | move.detail).sorted());
            }
            case TICK -> {
                spend(state, Budget.DEADLINE);
                onHost(state, host.tick(state[HOST]));
            }
            case GRACE -> {
                spend(state, Budget.DEADLINE);
                onHost(state, host.event(state[HOST], 0, graceFrame));
            }
            case PEER_TICK -> {
                spend(state, Budget.PEER_TIMEOUT);
                take(state, peer, Input.TICK, -1, Choice.YES);
            }
            case ROLL_BACK -> {
                spend(state, Budget.OPERATOR);
                onHost(state, host.event(
                    state[HOST], 0, frames.of(HostFrames.operatorRollback(transactionId(move.detail)))));
            }
            case SETTLE -> {
                spend(state, Budget.OPERATOR);
                onHost(state, host.event(
                    state[HOST], 0, frames.of(HostFrames.operatorSettle(transactionId(move.detail), scope.branchId(peer)))));
            }
            default -> throw new IllegalStateException("no such move: " + move);
        }
    }

    private void cut(final int[] state, final int peer) {
        final int at = slot(peer);
        if (standing(state, peer) == UP) {
            state[at + LINK] = state[at + LINK] & ~STANDING_MASK | CUT;
            state[at + TO_COORDINATOR] = none;
            state[at + COPIES] = none;
        }
    }

    /** The client has the last session; its counters start at 1. */
    private long transactionId(final int index) {
        return (long) scope.peers() << 32 | index + 1;
    }

    // what must hold

    /** @return what is broken in a state; null: nothing. */
    private String broken(final int[] state) {
        final Map<Long, Outcome.Status> told = peers.info(state[slot(scope.participants()) + NODE]).told();
        for (int i = 0; i < scope.transactions(); i++) {
            final long id = transactionId(i);
            int committed = 0;
            int undone = 0;
            int readOnly = 0;
            for (int peer = 0; peer < scope.participants(); peer++) {
                final Standing standing = peers.info(state[slot(peer) + NODE]).standings().get(id);
                if (standing == Standing.COMMITTED) {
                    committed++;
                } else if (standing == Standing.ROLLED_BACK || standing == Standing.REFUSED) {
                    undone++;
                } else if (standing == Standing.READ_ONLY) {
                    readOnly++;
                }
            }
            final Outcome.Status status = told.get(id);
            if (committed > 0 && undone > 0) {
                return "AC1: transaction " + (i + 1) + " is committed here and undone there";
            }
            if (status == Outcome.Status.ABORTED && committed > 0) {
                return "AC2: the client is told ABORTED of transaction " + (i + 1) + ", and it is committed";
            }
            if (status == Outcome.Status.COMMITTED && undone > 0) {
                return "AC2: the client is told COMMITTED of transaction " + (i + 1) + ", and it is undone";
            }
            if (status == Outcome.Status.COMMITTED && committed + readOnly + prepared(state, id) < scope.participants()) {
                return "AC3: transaction " + (i + 1) + " is committed, and not every branch has voted";
            }
        }
        return null;
    }

    private int prepared(final int[] state, final long id) {
        int prepared = 0;
        for (int peer = 0; peer < scope.participants(); peer++) {
            prepared += peers.info(state[slot(peer) + NODE]).standings().get(id) == Standing.PREPARED ? 1 : 0;
        }
        return prepared;
    }

    /**
     * Faults stop: everything must come to its end.
     *
     * @return what is left; null: nothing.
     */
    String rest(final int[] state) {
        final int[] last = state.clone();
        failure = null;
        for (int round = 0; round < MAX_REST_ROUNDS; round++) {
            run(last);
            if (failure == null) {
                failure = broken(last);
            }
            if (failure != null) {
                return failure;
            }
            if (isAtRest(last)) {
                return null;
            }
            if (host.info(last[HOST]).nextWakeUpNs() != Long.MAX_VALUE) {
                onHost(last, host.tick(last[HOST]));
            }
            for (int peer = 0; peer < scope.peers(); peer++) {
                if (standing(last, peer) == UP) {
                    take(last, peer, Input.TICK, -1, Choice.YES);
                }
            }
            if (round == MAX_REST_ROUNDS / 2 && !host.info(last[HOST]).isGraceOver()) {
                onHost(last, host.event(last[HOST], 0, graceFrame));
            }
        }
        return "I11: it never comes to rest: " + host.info(last[HOST]).inFlight() + " transactions in flight, "
            + describe(last);
    }

    private boolean isAtRest(final int[] state) {
        if (host.info(state[HOST]).inFlight() > 0) {
            return false;
        }
        for (int peer = 0; peer < scope.participants(); peer++) {
            if (peers.info(state[slot(peer) + NODE]).prepared() > 0) {
                return false;
            }
        }
        final PeerModel.Info client = peers.info(state[slot(scope.participants()) + NODE]);
        return client.told().size() >= client.awaited();
    }

    /** @return the frame that a move carries. */
    Bytes frame(final int[] state, final Move move) {
        final int at = slot(move.peer);
        return frames.get(switch (move.kind) {
            case TO_PEER -> queues.get(state[at + TO_PEER]).get(0);
            case COPY_ARRIVES -> queues.get(state[at + COPIES]).get(move.detail) >> 1;
            case COPY -> queues.get(state[at + (move.detail == 0 ? TO_COORDINATOR : TO_PEER)]).get(0);
            case STALE_ARRIVES -> state[at + STALE] - 1;
            default -> queues.get(state[at + TO_COORDINATOR]).get(0);
        });
    }

    /** @return whether a copy that arrives is for the peer. */
    boolean isToPeer(final int[] state, final Move move) {
        return (queues.get(state[slot(move.peer) + COPIES]).get(move.detail) & 1) == 1;
    }

    /** @return whether a call that arrives is an answer. */
    boolean isAnswer(final int[] state, final Move move) {
        return Call.decode(frames.get(queues.get(state[CALLS]).get(move.detail)).content()).isAnswer();
    }

    /** @return what resources and client have of it. */
    String describe(final int[] state) {
        final StringBuilder text = new StringBuilder();
        for (int peer = 0; peer < scope.peers(); peer++) {
            final PeerModel.Info info = peers.info(state[slot(peer) + NODE]);
            text.append(scope.isClient(peer) ? "client " + info.told() : "P" + (peer + 1) + " " + info.standings())
                .append(standing(state, peer) == UP ? "" : " (without link)").append("; ");
        }
        return text.toString();
    }
}
