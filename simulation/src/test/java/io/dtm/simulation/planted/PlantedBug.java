package io.dtm.simulation.planted;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A rule taken out of the coordinator's or the library's source, as a file of src/test/resources/planted says it:
 * which source ("in:"), which lines of it ("-") are replaced by which ("+"), and which transcripts ("fails:"), seeds of
 * the simulator ("caught:"), its episodes of restored directories ("restored:"), scopes of the explorer ("explored:")
 * and runs of the crash test ("crashes:") must notice. Behind a colon seeds, episodes and scopes say which
 * invariant must be found broken, or what must be said.
 * Lines with "#" say which rule it is.
 *
 * @param name        of the file.
 * @param source      that is changed, from the project's directory on.
 * @param hunks       what is replaced by what.
 * @param transcripts that must fail.
 * @param seeds       each a seed and a number of transactions within which it must find a violation.
 * @param restores    each a stream in which an episode of restored directories must find a violation.
 * @param scopes      each the name of a scope and a number of states within which it must find a violation.
 * @param crashes     settings of crash tests; the last one is the number of crash states within which it must be found.
 */
record PlantedBug(
    String name,
    Path source,
    List<Hunk> hunks,
    List<String> transcripts,
    List<Hunt> seeds,
    List<Hunt> restores,
    List<Hunt> scopes,
    List<String> crashes) {
    /** Lines, joined by line feeds. */
    record Hunk(String before, String after) {
    }

    /**
     * Where it must be found.
     *
     * @param where  as its run is told: a seed and transactions, a stream, or a scope and states.
     * @param broken the invariant, or a part of what is said.
     */
    record Hunt(String where, String broken) {
        private static Hunt read(final String text) {
            final int colon = text.indexOf(':');
            if (colon < 0) {
                throw new IllegalStateException("not said what must be broken: " + text);
            }
            return new Hunt(text.substring(0, colon).trim(), text.substring(colon + 1).trim());
        }

        private Hunt withoutWords() {
            return new Hunt(where.replaceAll("[a-z]", "").trim().replaceAll(" +", " "), broken);
        }

        /** Either it is named at the beginning, or it is a sentence that is said. */
        boolean isFoundBy(final Object violation) {
            final String text = String.valueOf(violation);
            return text.startsWith(broken + ":") || text.startsWith(broken + " ")
                || broken.split(" ").length > 2 && text.contains(broken);
        }
    }

    static PlantedBug read(final Path file) throws IOException {
        Path source = null;
        final List<Hunk> hunks = new ArrayList<>();
        final List<String> transcripts = new ArrayList<>();
        final List<Hunt> seeds = new ArrayList<>();
        final List<Hunt> restores = new ArrayList<>();
        final List<Hunt> scopes = new ArrayList<>();
        final List<String> crashes = new ArrayList<>();
        final List<String> before = new ArrayList<>();
        final List<String> after = new ArrayList<>();
        for (final String line : Files.readAllLines(file)) {
            if (line.startsWith("in: ")) {
                source = Path.of(line.substring(4).trim());
            } else if (line.startsWith("fails: ")) {
                transcripts.add(line.substring(7).trim());
            } else if (line.startsWith("restored: ")) {
                restores.add(Hunt.read(line.substring(10)).withoutWords());
            } else if (line.startsWith("explored: ")) {
                scopes.add(Hunt.read(line.substring(10)));
            } else if (line.startsWith("crashes: ")) {
                crashes.add(line.substring(9).trim());
            } else if (line.startsWith("caught: ")) {
                seeds.add(Hunt.read(line.substring(8)).withoutWords());
            } else if (line.startsWith("-")) {
                if (!after.isEmpty()) {
                    hunks.add(hunk(before, after));
                }
                before.add(line.substring(1));
            } else if (line.startsWith("+")) {
                after.add(line.substring(1));
            } else if (!line.isBlank() && !line.startsWith("#")) {
                throw new IllegalStateException(file + ": not understood: " + line);
            }
        }
        hunks.add(hunk(before, after));
        if (source == null || Stream.of(transcripts, seeds, restores, scopes, crashes).allMatch(List::isEmpty)) {
            throw new IllegalStateException(
                file + ": it needs a source, and a transcript, a seed, a scope or a crash test that must fail");
        }
        final String name = file.getFileName().toString().replace(".txt", "");
        return new PlantedBug(name, source, hunks, transcripts, seeds, restores, scopes, crashes);
    }

    private static Hunk hunk(final List<String> before, final List<String> after) {
        final Hunk hunk = new Hunk(String.join("\n", before), String.join("\n", after));
        before.clear();
        after.clear();
        return hunk;
    }

    /** @return the changed source. */
    String plant(final String original) {
        String text = original;
        for (final Hunk hunk : hunks) {
            final int at = text.indexOf(hunk.before());
            if (hunk.before().isBlank() || at < 0 || text.indexOf(hunk.before(), at + 1) >= 0) {
                throw new AssertionError("planted/" + name + ".txt doesn't fit " + source + " any more: these"
                    + " lines must be there exactly once. Take the same rule out of the source as it is now:\n"
                    + hunk.before());
            }
            text = text.substring(0, at) + hunk.after() + text.substring(at + hunk.before().length());
        }
        return text;
    }
}
