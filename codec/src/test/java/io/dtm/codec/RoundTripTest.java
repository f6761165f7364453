package io.dtm.codec;

import static io.dtm.codec.FrameDescriptor.HEADER_LENGTH;
import static io.dtm.codec.FrameDescriptor.PREFIX_LENGTH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.FrameValidator.Verdict;
import io.dtm.codec.Schema.Message;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every template of the schema: out through its generated encoder, through the validator, back in. */
class RoundTripTest {
    private static final int MAX_ELEMENTS = 100;
    private static final int ROUNDS = 50;
    private static final String GOLDEN = "/golden-frames.txt";

    static List<Message> messages() {
        return Frames.messages();
    }

    @ParameterizedTest
    @MethodSource("messages")
    void shouldDecodeWhatWasEncoded(final Message message) {
        assertRoundTrip(message, Content.counting(message, 1));
        assertRoundTrip(message, Content.counting(message, MAX_ELEMENTS));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void shouldDecodeWhatWasEncodedWithAnyValues(final Message message) {
        final Random random = new Random(message.id());
        for (int i = 0; i < ROUNDS; i++) {
            assertRoundTrip(message, Content.random(message, 1 + random.nextInt(MAX_ELEMENTS), random));
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void shouldKeepTheBytesOfTheFirstRelease(final Message message) throws IOException {
        final String frame = HexFormat.of().formatHex(Frames.counting(message));
        assertEquals(golden().get(message.name()), frame, () ->
            "Journals and peers of the first release hold other bytes. A new template's line in " + GOLDEN + ": "
                + message.name() + ' ' + frame);
    }

    @Test
    void shouldStillHaveEveryTemplateOfTheFirstRelease() throws IOException {
        final List<String> names = Frames.messages().stream().map(Message::name).toList();
        assertTrue(names.containsAll(golden().keySet()));
    }

    private static void assertRoundTrip(final Message message, final Content content) {
        final byte[] frame = Frames.of(message, content);
        assertEquals(Verdict.VALID, Frames.validate(frame, Frames.sender(message)));

        final UnsafeBuffer buffer = new UnsafeBuffer(frame);
        assertEquals(Frames.SCHEMA.id(), FrameDescriptor.schemaId(buffer, 0));
        assertEquals(1, FrameDescriptor.messageCount(buffer, 0));
        assertEquals(message.id(), FrameDescriptor.templateId(buffer, HEADER_LENGTH));
        assertEquals(frame.length - HEADER_LENGTH, FrameDescriptor.messageLength(buffer, HEADER_LENGTH));
        final Content decoded = Frames.codec(message).decode(
            buffer,
            HEADER_LENGTH + PREFIX_LENGTH,
            FrameDescriptor.blockLength(buffer, HEADER_LENGTH),
            FrameDescriptor.version(buffer, 0));
        assertEquals(content, decoded);
        assertEquals(frame.length, Frames.codec(message).limit());
    }

    private static Map<String, String> golden() throws IOException {
        final Map<String, String> frames = new TreeMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
            RoundTripTest.class.getResourceAsStream(GOLDEN), StandardCharsets.UTF_8))) {
            lines.lines().filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.split(" ")).forEach(words -> frames.put(words[0], words[1]));
        }
        return frames;
    }
}
