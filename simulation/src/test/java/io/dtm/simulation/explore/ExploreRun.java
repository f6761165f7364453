package io.dtm.simulation.explore;

import java.util.function.Function;

/** Explores a scope, given as "name states"; answers with what was violated within so many states, or null. */
public final class ExploreRun implements Function<String, Object> {
    @Override
    public Object apply(final String scopeAndStates) {
        final String[] words = scopeAndStates.split(" ");
        final Explorer explorer = new Explorer(Scopes.byName(words[0]));
        explorer.run(Integer.parseInt(words[1]), () -> { });
        return explorer.failure();
    }
}
