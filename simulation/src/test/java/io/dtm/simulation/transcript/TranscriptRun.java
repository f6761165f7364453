package io.dtm.simulation.transcript;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Function;

/** Runs a transcript by its name; answers with how it failed, or null. For whoever has a class loader of his own. */
public final class TranscriptRun implements Function<String, Object> {
    @Override
    public Object apply(final String transcript) {
        try {
            TranscriptTest.run(transcript, new Rules());
            return null;
        } catch (final AssertionError e) {
            return String.valueOf(e.getMessage());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
