package io.dtm.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the README shows is what compiles. */
class ReadmeTest {
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

        assertTrue(Files.readString(Path.of("../README.md")).contains(shown), "the README shows another " + sample);
    }
}
