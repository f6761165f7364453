package io.dtm.simulation.explore;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dtm explore}: goes through all that can happen within small scopes, with the real coordinator and library. */
@Command(name = "explore", mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit statuses:%n",
    exitCodeList = {
        "0:Every promise was kept, in every state.",
        "1:A promise was broken: the shortest way there is shown.",
        "2:The command line was wrong.",
        "3:There were more states than --states; up to there every promise was kept."},
    description = "Goes through every state that a few transactions can come to, whatever goes wrong within a scope.")
public final class ExploreCommand implements Callable<Integer> {
    private static final int VIOLATED = 1;
    private static final int NOT_EXHAUSTED = 3;

    @Option(names = "--scope", description = "Name of a scope, see --list; may be repeated. Default: all short ones.")
    private List<String> names = List.of();

    @Option(names = "--list", description = "Says what the scopes are, or those of --scope, and ends.")
    private boolean isList;

    @Option(names = "--states", defaultValue = "30000000",
        description = "Gives up beyond so many states, about 110 bytes each. Default: ${DEFAULT-VALUE}.")
    private int states;

    private final PrintStream output;
    private final PrintStream progress;

    @Spec
    private CommandSpec spec;

    /**
     * @param output   takes a line for each scope, and what was violated.
     * @param progress takes a line now and then.
     */
    public ExploreCommand(final PrintStream output, final PrintStream progress) {
        this.output = output;
        this.progress = progress;
    }

    @Override
    public Integer call() {
        final List<Scope> scopes = scopes();
        if (isList) {
            list(scopes);
            return 0;
        }
        if (states < 1) {
            throw new ParameterException(spec.commandLine(), "--states must be at least 1: " + states);
        }
        int result = 0;
        for (final Scope scope : scopes.isEmpty() ? Scopes.small() : scopes) {
            output.println(scope.text());
            result = worse(result, explore(scope));
        }
        return result;
    }

    /** @return those that are named; empty: none is. */
    private List<Scope> scopes() {
        final List<Scope> scopes = new ArrayList<>();
        for (final String name : names) {
            final Scope scope = Scopes.byName(name);
            if (scope == null) {
                throw new ParameterException(spec.commandLine(), "there is no scope " + name + ": --list names them");
            }
            scopes.add(scope);
        }
        return scopes;
    }

    private void list(final List<Scope> scopes) {
        if (scopes.isEmpty()) {
            output.println("Short, explored by default:");
            Scopes.small().forEach(scope -> output.println(scope.text()));
            output.println("\nLong:");
            Scopes.large().forEach(scope -> output.println(scope.text()));
        }
        scopes.forEach(scope -> output.println(scope.text()));
    }

    /** @return what is to be told of two scopes: a broken promise before anything else. */
    static int worse(final int one, final int other) {
        return one == VIOLATED || other == VIOLATED ? VIOLATED : Math.max(one, other);
    }

    private int explore(final Scope scope) {
        final Explorer explorer = new Explorer(scope);
        explorer.run(states, () -> progress.println("so far: " + explorer.summary()));
        if (explorer.failure() != null) {
            explorer.story().forEach(output::println);
            output.println("violation: " + explorer.failure());
        }
        if (explorer.failure() == null && !explorer.isExhausted()) {
            output.println("given up: there are more than " + states + " states; try again with a greater --states");
        }
        output.println(explorer.summary());
        return explorer.failure() != null ? VIOLATED : explorer.isExhausted() ? 0 : NOT_EXHAUSTED;
    }
}
