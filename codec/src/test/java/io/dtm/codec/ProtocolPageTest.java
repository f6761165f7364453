package io.dtm.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.Schema.Field;
import io.dtm.codec.Schema.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds docs/protocol.md against the schema: a message, reason or code that it doesn't explain fails here. */
class ProtocolPageTest {
    private static final Path PAGE = Path.of("..", "docs", "protocol.md");

    static List<Message> messages() {
        return Frames.messages();
    }

    @ParameterizedTest
    @MethodSource("messages")
    void shouldHaveOneRowForEachMessage(final Message message) throws IOException {
        final List<String> rows = rows(message.name());
        assertEquals(1, rows.size(), "rows that start with " + message.name());
        switch (Frames.sender(message)) {
            case COORDINATOR -> assertTrue(rows.get(0).contains("| K -> "), rows.get(0));
            case PEER -> assertTrue(rows.get(0).contains("-> K | - |"), rows.get(0));
            default -> assertEquals(3, rows.get(0).chars().filter(c -> c == '|').count(), "an event isn't sent");
        }
    }

    @Test
    void shouldExplainEveryValueOfEveryEnumeration() throws IOException {
        final String page = Files.readString(PAGE);
        fields().filter(field -> field.kind() != Schema.Kind.NUMBER).forEach(field ->
            field.names().values().forEach(name ->
                assertTrue(page.contains('`' + name + '`'), () -> field.type() + ' ' + name)));
    }

    @Test
    void shouldHaveOneRowForEachReasonAndRejectCode() throws IOException {
        for (final String type : List.of("AbortReason", "RejectCode", "CloseReason")) {
            final Field field = fields().filter(one -> one.type().equals(type)).findFirst().orElseThrow();
            for (final String name : field.names().values()) {
                assertEquals(1, rows(name).size(), type + ' ' + name);
            }
        }
    }

    private static List<String> rows(final String name) throws IOException {
        try (Stream<String> lines = Files.lines(PAGE)) {
            return lines.filter(line -> line.startsWith("| `" + name + "` |")).toList();
        }
    }

    private static Stream<Field> fields() {
        return Frames.messages().stream().flatMap(message -> Stream.concat(
            message.fields().stream(), message.group() == null ? Stream.of() : message.group().fields().stream()));
    }
}
