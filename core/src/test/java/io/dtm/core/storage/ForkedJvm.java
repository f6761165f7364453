package io.dtm.core.storage;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another process that runs a main class of these tests. */
public final class ForkedJvm implements AutoCloseable {
    private static final long LIMIT_S = 120;

    private final java.lang.Process process;
    private final BufferedReader output;

    public ForkedJvm(final Class<?> main, final String... arguments) throws IOException {
        final List<String> command = new ArrayList<>(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-opens", "java.base/jdk.internal.misc=ALL-UNNAMED", "-ea", "-Xmx128m", "-XX:TieredStopAtLevel=1",
            "-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=/dev/null",
            "-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            main.getName()));
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        output = new BufferedReader(new InputStreamReader(process.getInputStream()));
    }

    /** @return the next line of its output, or null at the end. */
    public String line() throws IOException {
        return output.readLine();
    }

    /** Lets it go on. */
    public void tell(final String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes());
        process.getOutputStream().flush();
    }

    /** SIGKILL. What it has said before can still be read. */
    public void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
            throw new AssertionError("still alive");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
