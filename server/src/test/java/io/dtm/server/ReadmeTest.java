package io.dtm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the README shows is what compiles, and what the program prints. */
class ReadmeTest {
    private static final Path README = Path.of("../README.md");
    private static final Path SAMPLES = Path.of("src/main/java/io/dtm/server/sample");

    @ParameterizedTest
    @CsvSource({"StockService, participant", "ShopClient, client"})
    void shouldShowTheSampleAsItCompiles(final String sample, final String part) throws IOException {
        final String source = Files.readString(SAMPLES.resolve(sample + ".java"));
        final String marker = "    // README: " + part + "\n";
        final String shown = source
            .substring(source.indexOf(marker) + marker.length(), source.indexOf("    // README: end"))
            .replaceAll("(?m)^ {4}", "")
            .strip();

        assertTrue(Files.readString(README).contains(shown), "the README shows another " + sample);
    }

    @Test
    void shouldShowOfTheJournalWhatTheCommandsPrint(@TempDir final Path directory) throws IOException {
        GoldenJournal.unpack("00-commit", directory.resolve("journal"));
        final String readme = Files.readString(README);
        final int from = readme.indexOf("```\n$ ./dtm journal") + 4;
        final String[] shown = readme.substring(from, readme.indexOf("```", from)).split("(?m)^\\$ \\./dtm ");
        assertEquals(5, shown.length, "nothing, and four commands");
        for (int i = 1; i < shown.length; i++) {
            final String[] command = shown[i].lines().findFirst().orElseThrow().split(" ");
            command[command.length - 1] = directory.toString();
            final StringWriter out = new StringWriter();
            assertEquals(0, Dtm.commandLine().setOut(new PrintWriter(out, true)).execute(command), shown[i]);
            final List<String> output = shown[i].lines().skip(1).toList();
            if (command[1].equals("describe")) { // of another journal
                assertEquals(labels(output), labels(out.toString().lines().toList()));
            } else {
                assertEquals(output, out.toString().lines().toList());
            }
        }
    }

    private static Set<String> labels(final List<String> lines) {
        return lines.stream().map(line -> line.substring(0, line.indexOf(' '))).collect(Collectors.toSet());
    }
}
