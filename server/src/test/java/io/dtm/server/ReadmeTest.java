package io.dtm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.MarkDescriptor;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
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
        final Path committed = directory.resolve("committed");
        GoldenJournal.unpack("00-commit", committed.resolve("journal"));
        final Path checkpointed = directory.resolve("checkpointed");
        closedInOrder(GoldenJournal.unpack("life-16", checkpointed.resolve("journal")));
        final String readme = Files.readString(README);
        final int from = readme.indexOf("```\n$ ./dtm journal") + 4;
        final String[] shown = readme.substring(from, readme.indexOf("```", from)).split("(?m)^\\$ \\./dtm ");
        assertEquals(5, shown.length, "nothing, and four commands");
        for (int i = 1; i < shown.length; i++) {
            final String[] command = shown[i].lines().findFirst().orElseThrow().split(" ");
            final boolean isDescribed = command[1].equals("describe"); // Of another journal.
            command[command.length - 1] = (isDescribed ? checkpointed : committed).toString();
            final StringWriter out = new StringWriter();
            assertEquals(0, Dtm.commandLine().setOut(new PrintWriter(out, true)).execute(command), shown[i]);
            final List<String> output = shown[i].lines().skip(1).toList();
            final List<String> printed = out.toString().lines().toList();
            if (isDescribed) {
                assertEquals(
                    shapes(output, "dtm-data/journal"), shapes(printed, checkpointed.resolve("journal").toString()));
            } else {
                assertEquals(output, printed);
            }
        }
    }

    /** So that it has the lines that a coordinator's own has: the simulator's has no disk whose space it knows. */
    private static void closedInOrder(final Path journal) throws IOException {
        final Path mark = journal.resolve("coordinator.mark");
        final UnsafeBuffer bytes = new UnsafeBuffer(Files.readAllBytes(mark));
        MarkDescriptor.pid(bytes, 0);
        MarkDescriptor.usableBytes(bytes, 1_000);
        MarkDescriptor.lowSpaceBytes(bytes, 10);
        Files.write(mark, bytes.byteArray());
    }

    /** @return the lines with their numbers, ids and times replaced; of equal ones that follow each other the first. */
    private static List<String> shapes(final List<String> lines, final String directory) {
        final List<String> shapes = new ArrayList<>();
        for (final String line : lines) {
            final String shape = line.replace(directory, "DIR")
                .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "TIME")
                .replaceAll("\\b[0-9a-f]{16}\\b", "ID")
                .replaceAll("\\d+(\\.\\d+)?", "N");
            if (shapes.isEmpty() || !shapes.get(shapes.size() - 1).equals(shape)) {
                shapes.add(shape);
            }
        }
        return shapes;
    }
}
