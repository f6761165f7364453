package io.dtm.codec;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.FrameValidator.Verdict;
import io.dtm.codec.Schema.Data;
import io.dtm.codec.Schema.Field;
import io.dtm.codec.Schema.Kind;
import io.dtm.codec.Schema.Message;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the handwritten table against the schema's file, template by template. */
class TemplatesTest {
    private static final int TEMPLATE_IDS = 256;
    private static final int BODY = FrameDescriptor.HEADER_LENGTH + FrameDescriptor.PREFIX_LENGTH;
    private static final int BLOCK_LENGTH_OFFSET = FrameDescriptor.HEADER_LENGTH + 3;

    static List<Message> messages() {
        return Frames.messages();
    }

    @Test
    void shouldDefineEveryTemplateOfTheSchemaAndNoOther() {
        IntStream.range(0, TEMPLATE_IDS).forEach(id ->
            assertEquals(Frames.SCHEMA.message(id) != null, Templates.layout(id) != null, "template " + id));
        assertTrue(Frames.messages().stream().allMatch(message -> message.id() < TEMPLATE_IDS));
    }

    @Test
    void shouldRefuseToTellOfATemplateThatDoesNotExist() {
        assertNull(Templates.layout(255));
        assertThrows(IllegalArgumentException.class, () -> Templates.isGrouped(255));
        assertThrows(IllegalArgumentException.class, () -> Templates.standsAlone(255));
    }

    @Test
    void shouldFitSchemaIdAndVersionInOneByteEach() {
        assertEquals(Frames.SCHEMA.id(), Templates.SCHEMA_ID);
        assertEquals(Frames.SCHEMA.version(), Templates.SCHEMA_VERSION);
        assertTrue(Templates.SCHEMA_ID <= 0xFF && Templates.SCHEMA_VERSION <= 0xFF);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void shouldNameTheBlockLengthOfTheFileAndOfTheGeneratedCode(final Message message) {
        assertNotNull(Templates.layout(message.id()));
        assertEquals(message.blockLength(), Templates.layout(message.id()).blockLength());
        assertEquals(message.blockLength(), Frames.codec(message).constant("BLOCK_LENGTH"));
        assertEquals(message.id(), Frames.codec(message).constant("TEMPLATE_ID"));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void shouldTakeAMessageFromItsSenderOnly(final Message message) {
        final byte[] frame = Frames.counting(message);
        for (final Origin origin : Origin.values()) {
            final Verdict expected = Frames.mayCome(message, origin) ? Verdict.VALID : Verdict.WRONG_TEMPLATE;
            assertEquals(expected, Frames.validate(frame, origin), () -> "from " + origin);
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void shouldKnowWhichMessagesStandAloneAndWhichAreJoined(final Message message) {
        assertEquals(Frames.standsAlone(message), Templates.standsAlone(message.id()));
        assertEquals(Frames.isGrouped(message), Templates.isGrouped(message.id()));
        assertFalse(Templates.isGrouped(message.id()) && !message.data().isEmpty(), "data would lie behind the group");
    }

    @ParameterizedTest
    @MethodSource("messages")
    void shouldKnowThePositionOfWhichAGroupKeepsTheHighest(final Message message) {
        final List<Field> fields = message.fields();
        final boolean hasPosition = Frames.isGrouped(message)
            && fields.stream().anyMatch(field -> field.type().equals("Position"));
        assertEquals(hasPosition, Templates.carriesPosition(message.id()));
        assertTrue(!hasPosition || fields.get(fields.size() - 1).type().equals("Position"), "must be the last field");
    }

    @ParameterizedTest
    @MethodSource("messages")
    void shouldRefuseEveryOtherBlockLength(final Message message) {
        final byte[] frame = Frames.counting(message);
        assertOnlyByte(message, frame, BLOCK_LENGTH_OFFSET, message.blockLength());
        if (message.group() != null) {
            assertOnlyByte(message, frame, BODY + message.blockLength(), message.group().blockLength());
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void shouldTakeExactlyTheValuesThatTheFileNames(final Message message) {
        final byte[] frame = Frames.counting(message);
        message.fields().forEach(field -> assertValues(message, frame, BODY, field));
        if (message.group() != null) {
            final int first = BODY + message.blockLength() + FrameDescriptor.GROUP_HEADER_LENGTH;
            final int dataLength = message.group().data().stream().mapToInt(data -> data.lengthBytes() + 2).sum();
            final int second = first + message.group().blockLength() + dataLength;
            message.group().fields().forEach(field -> assertValues(message, frame, first, field));
            message.group().fields().forEach(field -> assertValues(message, frame, second, field));
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void shouldTakeTextOfUpTo254BytesAndDataThatFillTheFrame(final Message message) {
        message.data().forEach(data -> assertLongest(message, data));
        if (message.group() != null) {
            message.group().data().forEach(data -> assertLongest(message, data));
        }
    }

    @Test
    void shouldKnowNoEnumerationWithGaps() {
        Frames.messages().stream().flatMap(message -> message.fields().stream())
            .filter(field -> field.kind() == Kind.ENUM)
            .forEach(field -> assertEquals(
                field.names().lastKey() - field.names().firstKey() + 1, field.names().size(), field.type()));
    }

    private static void assertLongest(final Message message, final Data longest) {
        final int length = longest.isText() ? FrameDescriptor.MAX_TEXT_LENGTH : 56 * 1024;
        final Content content = Content.of(message, 1,
            field -> field.kind() == Kind.ENUM ? field.names().firstKey() : 0,
            data -> new byte[data.equals(longest) ? length : 0]);
        final byte[] frame = Frames.of(message, content);
        assertEquals(Verdict.VALID, Frames.validate(frame, Frames.sender(message)), longest.name());
    }

    private static void assertValues(
        final Message message, final byte[] frame, final int blockOffset, final Field field) {
        if (field.length() > 2) {
            return;
        }
        final byte[] changed = frame.clone();
        final int values = 1 << 8 * field.length();
        for (int value = 0; value < values; value++) {
            changed[blockOffset + field.offset()] = (byte) value;
            if (field.length() == 2) {
                changed[blockOffset + field.offset() + 1] = (byte) (value >> 8);
            }
            final Verdict expected = field.accepts(value) ? Verdict.VALID : Verdict.MALFORMED;
            final Verdict verdict = Frames.validate(changed, Frames.sender(message));
            if (verdict != expected) {
                assertEquals(expected, verdict, field.name() + " = " + value);
            }
        }
    }

    private static void assertOnlyByte(
        final Message message, final byte[] frame, final int offset, final int expected) {
        assertEquals(expected, frame[offset] & 0xFF);
        final byte[] changed = frame.clone();
        assertAll(IntStream.range(0, 256).filter(value -> value != expected).mapToObj(value -> () -> {
            changed[offset] = (byte) value;
            assertEquals(Verdict.MALFORMED, Frames.validate(changed, Frames.sender(message)), "length " + value);
        }));
    }
}
