package io.dtm.simulation.explore;

import io.dtm.simulation.explore.World.Move;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Goes through every state within a scope, breadth first, and stops at the first one in which a promise is broken. */
final class Explorer {
    private static final int PROGRESS_STATES = 1 << 18;

    private final Scope scope;
    private final World world;
    private final StateSet states;
    private long moves;
    private long ends;
    private boolean isExhausted;
    private String failure;
    private int failedAt = -1;
    private Move failedMove;

    Explorer(final Scope scope) {
        this.scope = scope;
        this.world = new World(scope);
        this.states = new StateSet(world.slots());
    }

    /**
     * @param limit    greatest number of states; beyond it the scope isn't exhausted.
     * @param progress runs now and then.
     */
    void run(final int limit, final Runnable progress) {
        states.add(world.initial(), -1);
        final boolean[] isFaultless = new boolean[1];
        int at = 0;
        for (; at < states.size() && failure == null && states.size() < limit; at++) {
            final int from = at;
            isFaultless[0] = true;
            world.moves(states.get(at), (move, next, broken) -> {
                moves++;
                isFaultless[0] &= move.isFault();
                if (broken != null && failure == null) {
                    failure = broken;
                    failedAt = from;
                    failedMove = move;
                }
                states.add(next, from);
            });
            if (isFaultless[0] && failure == null) {
                ends++;
                failure = world.rest(states.get(at));
                failedAt = at;
            }
            if (at % PROGRESS_STATES == PROGRESS_STATES - 1) {
                progress.run();
            }
        }
        isExhausted = failure == null && at == states.size();
    }

    String failure() {
        return failure;
    }

    /** @return number of distinct states. */
    int states() {
        return states.size();
    }

    /** @return whether every state within the scope was seen. */
    boolean isExhausted() {
        return isExhausted;
    }

    String summary() {
        return "explored: scope=" + scope.name() + " states=" + states.size() + " moves=" + moves + " ends=" + ends
            + " coordinatorStates=" + world.logic().stateCount() + " processStates=" + world.peers().count()
            + " exhausted=" + isExhausted + " violations=" + (failure == null ? 0 : 1);
    }

    /** @return the shortest way to the failure. */
    List<String> story() {
        final List<Integer> way = new ArrayList<>();
        for (int at = failedAt; at >= 0; at = states.parent(at)) {
            way.add(0, at);
        }
        final Story story = new Story(scope, world);
        for (int i = 1; i < way.size(); i++) {
            final int[] from = states.get(way.get(i - 1));
            story.add(from, moveTo(from, states.get(way.get(i))));
        }
        if (failedMove != null) {
            story.add(states.get(failedAt), failedMove);
        }
        return story.lines();
    }

    private Move moveTo(final int[] from, final int[] to) {
        final Move[] found = new Move[1];
        world.moves(from, (move, next, broken) -> {
            if (found[0] == null && Arrays.equals(next, to)) {
                found[0] = move;
            }
        });
        return found[0];
    }
}
