package io.dtm.simulation.explore;

import static io.dtm.simulation.explore.Layout.CALLS;
import static io.dtm.simulation.explore.Layout.COPIES;
import static io.dtm.simulation.explore.Layout.CUT;
import static io.dtm.simulation.explore.Layout.HOST;
import static io.dtm.simulation.explore.Layout.STALE;
import static io.dtm.simulation.explore.Layout.TO_COORDINATOR;
import static io.dtm.simulation.explore.Layout.TO_PEER;
import static io.dtm.simulation.explore.Layout.UP;
import static io.dtm.simulation.explore.Layout.WANTED;
import static io.dtm.simulation.explore.Layout.left;
import static io.dtm.simulation.explore.Layout.slot;
import static io.dtm.simulation.explore.Layout.standing;

import io.dtm.simulation.explore.CoordinatorLogic.Info;
import io.dtm.simulation.explore.ExploredResource.Choice;
import io.dtm.simulation.explore.Move.Kind;
import java.util.ArrayList;
import java.util.List;

/** All that can happen next in a state. */
final class Moves {
    private final Scope scope;
    private final World world;
    private final List<Move> found = new ArrayList<>();

    Moves(final Scope scope, final World world) {
        this.scope = scope;
        this.world = world;
    }

    /** @return the moves; valid until the next call. */
    List<Move> of(final int[] state) {
        found.clear();
        if (world.host().unforced(state[HOST]) > 0) {
            add(Kind.FORCE, Move.COORDINATOR);
        }
        for (int peer = 0; peer < scope.peers(); peer++) {
            linkMoves(state, peer);
            if (scope.home(peer) == peer) {
                for (int i = 0; i < world.peers().info(world.node(state, peer)).statements().size(); i++) {
                    add(Kind.DATABASE, peer, i);
                }
            }
        }
        final Ints calls = world.queue(state[CALLS]);
        for (int i = 0; i < calls.size(); i++) {
            add(Kind.CALL, world.call(calls.get(i)).to(), i);
        }
        applicationMoves(state);
        coordinatorFaults(state);
        for (int peer = 0; peer < scope.peers(); peer++) {
            peerFaults(state, peer);
        }
        return found;
    }

    private void add(final Kind kind, final int peer) {
        found.add(Move.of(kind, peer));
    }

    private void add(final Kind kind, final int peer, final int detail) {
        found.add(Move.of(kind, peer, detail));
    }

    private void linkMoves(final int[] state, final int peer) {
        final int at = slot(peer);
        final int standing = standing(state, peer);
        if (standing == UP && !world.isEmpty(state[at + TO_COORDINATOR])) {
            add(Kind.TO_COORDINATOR, peer);
        }
        if (standing != WANTED && !world.isEmpty(state[at + TO_PEER])) {
            final int choices = world.isToVote(state, peer) ? scope.votes() : 1;
            for (int choice = 0; choice < choices; choice++) {
                found.add(new Move(Kind.TO_PEER, peer, 0, Choice.values()[choice]));
            }
        }
        if (standing == CUT) {
            add(Kind.NOTICE, peer);
        }
        if (standing == WANTED) {
            add(Kind.CONNECT, peer);
            if (left(state, Budget.LATE_HANDSHAKE) > 0 && state[at + STALE] == 0) {
                add(Kind.GIVE_UP, peer);
            }
        }
        final Ints copies = world.queue(state[at + COPIES]);
        for (int i = 0; i < copies.size(); i++) {
            if (standing == UP && !World.isForLaterEpoch(copies.get(i))) {
                add(Kind.COPY_ARRIVES, peer, i);
            }
        }
        if (state[at + STALE] != 0) {
            add(Kind.STALE_ARRIVES, peer);
        }
    }

    private void applicationMoves(final int[] state) {
        final int client = scope.client();
        final PeerModel.Info info = world.peers().info(world.node(state, client));
        if (info.begun() < scope.transactions()) {
            add(scope.isInteractive() ? Kind.BEGIN : Kind.SUBMIT, client);
        }
        final boolean isAnswered = Integer.bitCount(info.answers()) == scope.participants() * scope.calls();
        if (info.mayCommit() && (scope.isRacing() || isAnswered)) {
            add(Kind.COMMIT, client);
        }
    }

    /** A session that stays with a link that its process has left is taken for lost some time. */
    private void formerLinks(final int[] state, final int peer) {
        final Ints links = world.host().info(state[HOST]).sessionLinks();
        for (int i = 0; i < links.size(); i++) {
            if (world.isFormerLink(state, peer, links.get(i))) {
                add(Kind.FORMER_ENDS, peer, links.get(i));
            }
        }
    }

    private void coordinatorFaults(final int[] state) {
        if (left(state, Budget.COORDINATOR_CRASH) > 0) {
            for (int survivors = 0; survivors <= world.host().unforced(state[HOST]); survivors++) {
                add(Kind.CRASH, Move.COORDINATOR, survivors);
            }
        }
        final Info info = world.host().info(state[HOST]);
        if (left(state, Budget.DEADLINE) > 0 && info.nextWakeUpNs() != Long.MAX_VALUE) {
            add(Kind.TICK, Move.COORDINATOR);
        }
        if (left(state, Budget.GRACE) > 0 && !info.isGraceOver()) {
            add(Kind.GRACE, Move.COORDINATOR);
        }
        if (left(state, Budget.OPERATOR) > 0) {
            for (int transaction = 0; transaction < scope.transactions(); transaction++) {
                add(Kind.ROLL_BACK, Move.COORDINATOR, transaction);
                for (int peer = 0; peer < scope.participants(); peer++) {
                    add(Kind.SETTLE, peer, transaction);
                }
            }
        }
    }

    private void peerFaults(final int[] state, final int peer) {
        final int at = slot(peer);
        final boolean isUp = standing(state, peer) == UP;
        if (isUp && (scope.isClient(peer) && scope.allows(Budget.CLIENT_CRASH)
            || scope.allows(Budget.LATE_HANDSHAKE))) {
            formerLinks(state, peer);
        }
        final boolean mayLeaveOne = isUp && !world.isEmpty(state[at + TO_COORDINATOR]) && state[at + STALE] == 0;
        if (left(state, scope.isClient(peer) ? Budget.CLIENT_CRASH : Budget.PARTICIPANT_CRASH) > 0) {
            addOneOrTwo(Kind.PEER_CRASH, peer, mayLeaveOne);
        }
        if (left(state, Budget.LINK_LOSS) > 0 && isUp) {
            addOneOrTwo(Kind.LOSS, peer, mayLeaveOne);
        }
        if (left(state, Budget.SESSION_LOSS) > 0
            && world.host().info(state[HOST]).sessionLinks().contains(world.linkId(state, peer))) {
            add(Kind.SESSION_LOSS, peer);
        }
        if (left(state, Budget.COPY) > 0 && isUp) {
            if (!world.isEmpty(state[at + TO_COORDINATOR])) {
                add(Kind.COPY, peer, 0);
            }
            if (!world.isEmpty(state[at + TO_PEER])) {
                add(Kind.COPY, peer, 1);
            }
        }
        if (left(state, Budget.EPOCH_COPY) > 0 && isUp && !world.isEmpty(state[at + TO_PEER])) {
            add(Kind.COPY, peer, 2);
        }
        if (left(state, Budget.PEER_TIMEOUT) > 0 && isUp) {
            add(Kind.PEER_TICK, peer);
        }
    }

    private void addOneOrTwo(final Kind kind, final int peer, final boolean isTwo) {
        add(kind, peer, 0);
        if (isTwo) {
            add(kind, peer, 1);
        }
    }
}
