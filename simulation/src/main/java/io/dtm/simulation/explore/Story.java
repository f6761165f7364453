package io.dtm.simulation.explore;

import io.dtm.simulation.diagram.SequenceDiagram;
import io.dtm.simulation.network.FrameReader;
import io.dtm.simulation.network.WireMessage;
import io.dtm.simulation.network.WireMessage.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.agrona.concurrent.UnsafeBuffer;

/** Tells a way through states as a sequence diagram. Handshakes, which happen by themselves, are left out. */
final class Story {
    private static final String COORDINATOR = "coordinator";
    private static final String[] VOTES = {"?", "YES", "NO", "READ_ONLY"};
    private static final String[] DECISIONS = {"?", "COMMIT", "ROLLBACK"};

    private final Scope scope;
    private final World world;
    private final SequenceDiagram diagram;
    private final FrameReader reader = new FrameReader();
    /** What each record was appended for that isn't forced yet, in their order. */
    private final Queue<String> unforced = new ArrayDeque<>();

    Story(final Scope scope, final World world) {
        this.scope = scope;
        this.world = world;
        final List<String> actors = new ArrayList<>();
        actors.add(name(scope.client()));
        actors.add(COORDINATOR);
        for (int peer = 0; peer < scope.client(); peer++) {
            actors.add(name(peer));
        }
        diagram = new SequenceDiagram(actors);
    }

    private String name(final int peer) {
        return scope.isClient(peer) ? "client" : scope.home(peer) == peer ? "P" + (peer + 1) : "P1b";
    }

    /** Adds one move, from a state to the next. */
    void add(final int[] state, final Move move, final int[] next) {
        draw(state, move);
        if (move.kind() == Move.Kind.CRASH) {
            unforced.clear();
        }
        final String cause = cause(state, move);
        for (int i = unforced.size(); i < world.host().unforced(next[Layout.HOST]); i++) {
            unforced.add(cause);
        }
        if (unforced.size() != world.host().unforced(next[Layout.HOST])) {
            throw new IllegalStateException("what isn't forced was miscounted at " + move);
        }
    }

    private void draw(final int[] state, final Move move) {
        final String peer = move.peer() < 0 ? COORDINATOR : name(move.peer());
        switch (move.kind()) {
            case FORCE -> diagram.note(COORDINATOR, "on the device: what came of " + unforced.remove());
            case TO_COORDINATOR, STALE_ARRIVES -> diagram.message(peer, COORDINATOR, text(state, move));
            case TO_PEER -> diagram.message(COORDINATOR, peer, text(state, move));
            case COPY_ARRIVES -> {
                if (world.isToPeer(state, move)) {
                    diagram.message(COORDINATOR, peer, "copy of " + text(state, move));
                } else {
                    diagram.message(peer, COORDINATOR, "copy of " + text(state, move));
                }
            }
            case CALL -> diagram.note(peer, world.isAnswer(state, move) ? "hears a service's answer" : "is called");
            case CRASH -> diagram.note(COORDINATOR, "crashes; of what isn't forced " + move.detail()
                + " records survive; starts");
            case COPY -> diagram.note(peer, "a copy of " + text(state, move) + " will arrive later");
            case SETTLE -> diagram.note(COORDINATOR, "an operator settles the branch of " + peer + " by COMMIT");
            default -> diagram.note(peer, plain(move));
        }
    }

    /** @return what a record was appended for. */
    private String cause(final int[] state, final Move move) {
        final String peer = move.peer() < 0 ? COORDINATOR : name(move.peer());
        return switch (move.kind()) {
            case TO_COORDINATOR, STALE_ARRIVES, COPY_ARRIVES -> text(state, move) + " of " + peer;
            case CRASH -> "the start";
            case SETTLE -> "the operator";
            default -> "'" + peer + " " + plain(move) + "'";
        };
    }

    private static String plain(final Move move) {
        return switch (move.kind()) {
            case CONNECT -> "connects";
            case NOTICE -> "notices that its link is gone";
            case SUBMIT -> "submits";
            case BEGIN -> "begins, and calls the services";
            case COMMIT -> "commits";
            case DATABASE -> "its database carries out what it was told";
            case PEER_CRASH -> "crashes, and starts again";
            case FORMER_ENDS -> "a link that it has left is taken for lost, with its session";
            case GIVE_UP -> "connects, and gives that link up; its handshake is still on its way";
            case LOSS -> move.detail() == 0 ? "its link dies" : "its link dies; one frame is still on its way";
            case SESSION_LOSS -> "is taken for lost";
            case TICK -> "time passes up to its next deadline";
            case GRACE -> "the time in which sessions may resume is over";
            case PEER_TICK -> "time passes";
            case ROLL_BACK -> "an operator rolls the transaction back";
            default -> move.kind().name();
        };
    }

    private String text(final int[] state, final Move move) {
        final List<String> texts = new ArrayList<>();
        reader.read(new UnsafeBuffer(world.frame(state, move).content()), 0, message -> {
            if (message.kind != Kind.SUBMIT_BRANCH && message.kind != Kind.COMMIT_EXPECTS) {
                texts.add(text(message));
            }
        });
        return String.join(", ", texts) + (move.choice() == ExploredResource.Choice.YES ? "" : " (" + move.choice()
            + ")");
    }

    private static String text(final WireMessage message) {
        return switch (message.kind) {
            case VOTE -> VOTES[message.value & 3];
            case DECISION -> DECISIONS[message.value & 3];
            case ACKNOWLEDGEMENT -> "ack of " + DECISIONS[message.value & 3];
            default -> message.kind.name();
        };
    }

    /** @return the diagram. */
    List<String> lines() {
        return diagram.lines();
    }
}
