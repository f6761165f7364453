package io.dtm.simulation.explore;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Goes through every state within a scope, breadth first, and stops at the first one in which a promise is broken. */
final class Explorer {
    private static final int PROGRESS_STATES = 1 << 18;

    private final Scope scope;
    private final World world;
    private final StateSet states;
    private final Moves moves;
    private final Promises promises;
    private long moveCount;
    private long ends;
    private boolean isExhausted;
    private String failure;
    private int failedAt = -1;
    private Move failedMove;

    Explorer(final Scope scope) {
        this.scope = scope;
        this.world = new World(scope);
        this.moves = new Moves(scope, world);
        this.promises = new Promises(scope, world);
        this.states = new StateSet(Layout.length(scope));
    }

    /**
     * @param limit    greatest number of states; beyond it the scope isn't exhausted.
     * @param progress runs now and then.
     */
    void run(final int limit, final Runnable progress) {
        states.add(world.initial(), -1);
        int at = 0;
        for (; at < states.size() && failure == null && states.size() < limit; at++) {
            final int[] state = states.get(at);
            boolean isAtEnd = true;
            for (final Move move : moves.of(state)) {
                moveCount++;
                isAtEnd &= move.kind().isBudgeted();
                final int[] next = world.after(state, move);
                states.add(next, at);
                final String broken = world.failure() != null ? world.failure() : promises.broken(next);
                if (broken != null && failure == null) {
                    failure = broken;
                    failedAt = at;
                    failedMove = move;
                }
            }
            if (isAtEnd && failure == null) {
                ends++;
                failure = promises.rest(state);
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
        return "explored: scope=" + scope.name() + " states=" + states.size() + " moves=" + moveCount + " ends=" + ends
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
            final int[] to = states.get(way.get(i));
            story.add(from, moveTo(from, to), to);
        }
        if (failedMove != null) {
            story.add(states.get(failedAt), failedMove, world.after(states.get(failedAt), failedMove));
        }
        return story.lines();
    }

    private Move moveTo(final int[] from, final int[] to) {
        for (final Move move : moves.of(from)) {
            if (Arrays.equals(world.after(from, move), to)) {
                return move;
            }
        }
        throw new IllegalStateException("no move leads from a state to the next");
    }
}
