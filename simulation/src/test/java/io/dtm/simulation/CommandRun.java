package io.dtm.simulation;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import picocli.CommandLine;

/** Runs {@code dtm simulate} with the options given as one text; answers with its exit status and what it prints. */
public final class CommandRun implements Function<String, Object> {
    @Override
    public Object apply(final String options) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final PrintStream output = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        final PrintStream progress = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        final int status = new CommandLine(new SimulateCommand(output, progress))
            .setOut(new PrintWriter(output, true))
            .setErr(new PrintWriter(output, true))
            .execute(options.split(" "));
        return "status " + status + "\n" + bytes.toString(StandardCharsets.UTF_8);
    }
}
