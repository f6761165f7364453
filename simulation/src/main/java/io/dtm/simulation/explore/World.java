package io.dtm.simulation.explore;

import static io.dtm.simulation.explore.Layout.BUDGETS;
import static io.dtm.simulation.explore.Layout.CALLS;
import static io.dtm.simulation.explore.Layout.COPIES;
import static io.dtm.simulation.explore.Layout.CUT;
import static io.dtm.simulation.explore.Layout.HANDSHAKE;
import static io.dtm.simulation.explore.Layout.HOST;
import static io.dtm.simulation.explore.Layout.NODE;
import static io.dtm.simulation.explore.Layout.STALE;
import static io.dtm.simulation.explore.Layout.STALE_GENERATION;
import static io.dtm.simulation.explore.Layout.TO_COORDINATOR;
import static io.dtm.simulation.explore.Layout.TO_PEER;
import static io.dtm.simulation.explore.Layout.UP;
import static io.dtm.simulation.explore.Layout.WANTED;
import static io.dtm.simulation.explore.Layout.generation;
import static io.dtm.simulation.explore.Layout.nextGeneration;
import static io.dtm.simulation.explore.Layout.slot;
import static io.dtm.simulation.explore.Layout.spend;
import static io.dtm.simulation.explore.Layout.standing;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.message.RegisterDecoder;
import io.dtm.codec.message.RegisteredDecoder;
import io.dtm.codec.message.SessionOpenDecoder;
import io.dtm.codec.message.SessionOpenedDecoder;
import io.dtm.codec.message.SessionResumeDecoder;
import io.dtm.codec.message.SessionResumedDecoder;
import io.dtm.simulation.explore.CoordinatorHost.HostStep;
import io.dtm.simulation.explore.ExploredResource.Choice;
import io.dtm.simulation.explore.PeerModel.PeerStep;
import io.dtm.simulation.explore.PeerProcess.Input;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What there is beside the coordinator and the processes: links between them, and what goes wrong. A state of the whole
 * is an array of numbers; a move makes another one of it.
 */
final class World {
    /** Of a copy: where it goes, as a move's detail says; above that its frame. */
    private static final int COPY_BITS = 2;
    private static final int COPY_MASK = (1 << COPY_BITS) - 1;
    private static final int TO_THE_COORDINATOR = 0;
    private static final int TO_THE_PEER = 1;
    private static final int FOR_A_LATER_EPOCH = 2;

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

    CoordinatorLogic logic() {
        return logic;
    }

    CoordinatorHost host() {
        return host;
    }

    PeerModel peers() {
        return peers;
    }

    Ints queue(final int number) {
        return queues.get(number);
    }

    boolean isEmpty(final int queue) {
        return queue == none;
    }

    Call call(final int frame) {
        return Call.decode(frames.get(frame).content());
    }

    /** @return whether the first frame on its way to a peer asks it to vote. */
    boolean isToVote(final int[] state, final int peer) {
        final int at = slot(peer);
        final int frame = queues.get(state[at + TO_PEER]).get(0);
        return peers.take(node(state, peer), scope.place(peer), Input.FRAME, 0, frame, Choice.YES).hasChosen();
    }

    /** @return the state of a process and of what it shares with others of its resource. */
    int node(final int[] state, final int peer) {
        return state[slot(scope.home(peer)) + NODE];
    }

    /** @return what must not happen and did in the last move; null: nothing. */
    String failure() {
        return failure;
    }

    /** @return the state after a move. */
    int[] after(final int[] state, final Move move) {
        final int[] next = state.clone();
        failure = null;
        apply(next, move);
        shakeHands(next);
        return next;
    }

    /** Everybody has started and is registered, everything is forced, nothing is on its way. */
    int[] initial() {
        final int[] state = new int[Layout.length(scope)];
        final HostStep started = host.start();
        state[HOST] = started.host();
        state[CALLS] = none;
        for (int peer = 0; peer < scope.peers(); peer++) {
            final int at = slot(peer);
            state[at + NODE] = scope.home(peer) == peer ? peers.start(peer) : -1;
            state[at + TO_COORDINATOR] = none;
            state[at + TO_PEER] = none;
            state[at + COPIES] = none;
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
                    take(state, peer, Input.LINK_LOST);
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

    /** Ids start at 1; each link of each peer has its own. */
    int linkId(final int[] state, final int peer) {
        return linkId(generation(state, peer), peer);
    }

    /** @return whether it is one of a peer's links, and not its current one. */
    boolean isFormerLink(final int[] state, final int peer, final int linkId) {
        return linkId != 0 && (linkId - 1) % scope.peers() == peer && linkId != linkId(state, peer);
    }

    private int linkId(final int generation, final int peer) {
        return generation * scope.peers() + peer + 1;
    }

    private void connect(final int[] state, final int peer) {
        nextGeneration(state, peer);
        state[slot(peer) + HANDSHAKE] = -1;
        take(state, peer, Input.LINK_UP);
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

    private void take(final int[] state, final int peer, final Input input) {
        take(state, peer, input, 0, -1, Choice.YES);
    }

    private void take(final int[] state, final int peer, final Input input, final int content) {
        take(state, peer, input, 0, content, Choice.YES);
    }

    private void take(
        final int[] state,
        final int peer,
        final Input input,
        final int detail,
        final int content,
        final Choice choice) {
        final int at = slot(peer);
        final PeerStep step =
            peers.take(node(state, peer), scope.place(peer), input, detail, content, choice);
        state[slot(scope.home(peer)) + NODE] = step.node();
        if (step.failure() != null) {
            failure = step.failure();
        }
        if (step.reconnects()) {
            standing(state, peer, WANTED);
            state[at + TO_COORDINATOR] = none;
            state[at + TO_PEER] = none;
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
    }

    private boolean hasStatement(final int[] state, final int peer) {
        return scope.home(peer) == peer && peers.info(node(state, peer)).statements().size() > 0;
    }

    /** A resource's database carries out a statement; the process that told it hears the answer. */
    private void work(final int[] state, final int home, final int statement) {
        final int place = peers.info(node(state, home)).statements().get(statement);
        take(state, scope.peer(home, place), Input.DATABASE, statement, -1, Choice.YES);
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

    private void deliverToPeer(final int[] state, final int peer, final Choice choice) {
        final int at = slot(peer) + TO_PEER;
        final Ints waiting = queues.get(state[at]);
        state[at] = queues.of(waiting.without(0));
        take(state, peer, Input.FRAME, 0, waiting.get(0), choice);
    }

    /** Time passes for everybody until something is due. */
    void passTime(final int[] state) {
        if (host.info(state[HOST]).nextWakeUpNs() != Long.MAX_VALUE) {
            onHost(state, host.tick(state[HOST]));
        }
        for (int peer = 0; peer < scope.peers(); peer++) {
            if (standing(state, peer) == UP) {
                take(state, peer, Input.TICK);
            }
        }
    }

    /** Sessions that have not resumed by now are over. */
    void endGrace(final int[] state) {
        if (!host.info(state[HOST]).isGraceOver()) {
            onHost(state, host.event(state[HOST], 0, graceFrame));
        }
    }

    /** Everything that happens of itself, in one order, until nothing is left. */
    void run(final int[] state) {
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
                } else if (hasStatement(state, peer)) {
                    work(state, peer, 0);
                    goesOn = true;
                } else if (standing(state, peer) == CUT) {
                    take(state, peer, Input.LINK_LOST);
                    goesOn = true;
                } else if (standing(state, peer) == WANTED && generation(state, peer) > 0) {
                    connect(state, peer);
                    goesOn = true;
                }
            }
            shakeHands(state);
        }
    }

    private void apply(final int[] state, final Move move) {
        final int peer = move.peer();
        switch (move.kind()) {
            case FORCE -> onHost(state, host.force(state[HOST]));
            case TO_COORDINATOR -> deliverToCoordinator(state, peer);
            case TO_PEER -> deliverToPeer(state, peer, move.choice());
            case STALE_ARRIVES -> {
                final int at = slot(peer);
                final int frame = state[at + STALE] - 1;
                final int link = linkId(state[at + STALE_GENERATION], peer);
                state[at + STALE] = 0;
                state[at + STALE_GENERATION] = 0;
                arrive(state, peer, link, frame);
            }
            case DATABASE -> work(state, peer, move.detail());
            case CONNECT -> connect(state, peer);
            case NOTICE -> take(state, peer, Input.LINK_LOST);
            case SUBMIT -> take(state, peer, Input.SUBMIT);
            case BEGIN -> take(state, peer, Input.BEGIN);
            case COMMIT -> take(state, peer, Input.COMMIT);
            case CALL -> {
                final Ints calls = queues.get(state[CALLS]);
                final int call = calls.get(move.detail());
                state[CALLS] = queues.of(calls.without(move.detail()));
                take(state, peer, call(call).isAnswer() ? Input.ANSWER : Input.CALL, call);
            }
            case COPY_ARRIVES -> {
                final int at = slot(peer) + COPIES;
                final int copy = queues.get(state[at]).get(move.detail());
                state[at] = queues.of(queues.get(state[at]).without(move.detail()));
                if ((copy & COPY_MASK) == TO_THE_COORDINATOR) {
                    arrive(state, peer, linkId(state, peer), copy >> COPY_BITS);
                } else {
                    take(state, peer, Input.FRAME, copy >> COPY_BITS);
                }
            }
            default -> goWrong(state, move);
        }
    }

    private void goWrong(final int[] state, final Move move) {
        final int peer = move.peer();
        switch (move.kind()) {
            case CRASH -> {
                spend(state, Budget.COORDINATOR_CRASH);
                for (int i = 0; i < scope.peers(); i++) {
                    cut(state, i);
                    state[slot(i) + STALE] = 0;
                    state[slot(i) + STALE_GENERATION] = 0;
                    state[slot(i) + COPIES] = queues.of(ofFormerEpoch(queues.get(state[slot(i) + COPIES])));
                }
                onHost(state, host.crash(state[HOST], move.detail()));
            }
            case PEER_CRASH -> {
                spend(state, scope.isClient(peer) ? Budget.CLIENT_CRASH : Budget.PARTICIPANT_CRASH);
                leaveOne(state, move);
                take(state, peer, Input.CRASH);
            }
            case GIVE_UP -> giveUp(state, peer);
            case LOSS -> {
                spend(state, Budget.LINK_LOSS);
                leaveOne(state, move);
                cut(state, peer);
            }
            case FORMER_ENDS -> onHost(state, host.event(state[HOST], move.detail(), linkLostFrame));
            case SESSION_LOSS -> {
                spend(state, Budget.SESSION_LOSS);
                onHost(state, host.event(state[HOST], linkId(state, peer), linkLostFrame));
            }
            case COPY -> {
                spend(state, move.detail() == FOR_A_LATER_EPOCH ? Budget.EPOCH_COPY : Budget.COPY);
                final int at = slot(peer);
                final int frame = queues.get(state[at + (move.detail() == 0 ? TO_COORDINATOR : TO_PEER)]).get(0);
                state[at + COPIES] =
                    queues.of(queues.get(state[at + COPIES]).with(frame << COPY_BITS | move.detail()).sorted());
            }
            case TICK -> {
                spend(state, Budget.DEADLINE);
                onHost(state, host.tick(state[HOST]));
            }
            case GRACE -> {
                spend(state, Budget.GRACE);
                onHost(state, host.event(state[HOST], 0, graceFrame));
            }
            case PEER_TICK -> {
                spend(state, Budget.PEER_TIMEOUT);
                take(state, peer, Input.TICK);
            }
            case ROLL_BACK -> {
                spend(state, Budget.OPERATOR);
                onHost(state, host.event(state[HOST], 0, frames.of(
                    HostFrames.operatorRollback(scope.transactionId(move.detail())))));
            }
            case SETTLE -> {
                spend(state, Budget.OPERATOR);
                onHost(state, host.event(state[HOST], 0, frames.of(
                    HostFrames.operatorSettle(scope.transactionId(move.detail()), scope.branchId(peer)))));
            }
            default -> throw new IllegalStateException("no such move: " + move);
        }
    }

    static boolean isForLaterEpoch(final int copy) {
        return (copy & COPY_MASK) == FOR_A_LATER_EPOCH;
    }

    /** The epoch of these copies is over: they may arrive. */
    private static Ints ofFormerEpoch(final Ints copies) {
        return new Ints(Arrays.stream(copies.values())
            .map(copy -> isForLaterEpoch(copy) ? copy & ~COPY_MASK | TO_THE_PEER : copy).toArray()).sorted();
    }

    private void giveUp(final int[] state, final int peer) {
        spend(state, Budget.LATE_HANDSHAKE);
        nextGeneration(state, peer);
        final int at = slot(peer);
        state[at + HANDSHAKE] = -1;
        take(state, peer, Input.LINK_UP);
        state[at + STALE] = state[at + HANDSHAKE] + 1;
        state[at + STALE_GENERATION] = generation(state, peer);
        cut(state, peer);
    }

    /** One frame stays on its way, if the move says so. */
    private void leaveOne(final int[] state, final Move move) {
        if (move.detail() == 1) {
            final int at = slot(move.peer());
            state[at + STALE] = queues.get(state[at + TO_COORDINATOR]).get(0) + 1;
            state[at + STALE_GENERATION] = generation(state, move.peer());
        }
    }

    private void cut(final int[] state, final int peer) {
        final int at = slot(peer);
        if (standing(state, peer) == UP) {
            standing(state, peer, CUT);
            state[at + TO_COORDINATOR] = none;
        }
    }

    /** @return the frame that a move carries. */
    Bytes frame(final int[] state, final Move move) {
        final int at = slot(move.peer());
        return frames.get(switch (move.kind()) {
            case TO_PEER -> queues.get(state[at + TO_PEER]).get(0);
            case COPY_ARRIVES -> queues.get(state[at + COPIES]).get(move.detail()) >> COPY_BITS;
            case COPY -> queues.get(state[at + (move.detail() == 0 ? TO_COORDINATOR : TO_PEER)]).get(0);
            case STALE_ARRIVES -> state[at + STALE] - 1;
            default -> queues.get(state[at + TO_COORDINATOR]).get(0);
        });
    }

    /** @return whether a copy that arrives is for the peer. */
    boolean isToPeer(final int[] state, final Move move) {
        return (queues.get(state[slot(move.peer()) + COPIES]).get(move.detail()) & COPY_MASK) == TO_THE_PEER;
    }

    /** @return whether a call that arrives is an answer. */
    boolean isAnswer(final int[] state, final Move move) {
        return call(queues.get(state[CALLS]).get(move.detail())).isAnswer();
    }
}
