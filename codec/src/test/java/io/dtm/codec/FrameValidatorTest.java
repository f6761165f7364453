package io.dtm.codec;

import static io.dtm.codec.FrameDescriptor.HEADER_LENGTH;
import static io.dtm.codec.FrameDescriptor.MAX_EVENTS;
import static io.dtm.codec.FrameDescriptor.MAX_FRAME_LENGTH;
import static io.dtm.codec.FrameDescriptor.PREFIX_LENGTH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.dtm.codec.FrameValidator.Verdict;
import io.dtm.codec.Schema.Message;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hostile frames. Every buffer ends where its frame ends and checks its bounds: a look beyond it would throw. */
class FrameValidatorTest {
    private static final int BODY = HEADER_LENGTH + PREFIX_LENGTH;
    private static final int TEMPLATE_OFFSET = HEADER_LENGTH + 2;
    private static final int UNSIGNED_SHORT_MAX = 0xFFFF;

    static List<Message> messages() {
        return Frames.messages();
    }

    static Stream<Message> messagesWithGroup() {
        return Frames.messages().stream().filter(message -> message.group() != null);
    }

    static Stream<Message> messagesWithData() {
        return Frames.messages().stream().filter(message -> !message.data().isEmpty());
    }

    static Stream<Message> messagesWithGroupData() {
        return messagesWithGroup().filter(message -> !message.group().data().isEmpty());
    }

    static Stream<Message> messagesThatStandAlone() {
        return Frames.messages().stream().filter(Frames::standsAlone);
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1, 3, MAX_FRAME_LENGTH + 1, Integer.MAX_VALUE})
    void shouldRefuseALengthThatNoFrameHas(final int length) {
        final UnsafeBuffer nothing = new UnsafeBuffer(new byte[0]);
        assertEquals(Verdict.BAD_LENGTH, FrameValidator.validate(nothing, 0, length, Origin.PEER));
    }

    @Test
    void shouldTakeAFrameOfTheGreatestLengthAndRefuseOneByteMore() {
        final Message open = Frames.SCHEMA.message("SessionOpen");
        final int others = Frames.of(open, withData(open, 0)).length;
        final byte[] longest = Frames.of(open, withData(open, MAX_FRAME_LENGTH - others));
        assertEquals(MAX_FRAME_LENGTH, longest.length);
        assertEquals(Verdict.VALID, Frames.validate(longest, Origin.PEER));
        assertEquals(Verdict.BAD_LENGTH, Frames.validate(Arrays.copyOf(longest, MAX_FRAME_LENGTH + 1), Origin.PEER));
    }

    @Test
    void shouldTakeAFrameWithoutEventsOnlyFromTheHost() {
        final byte[] closingMark = Frames.concatenated();
        assertEquals(HEADER_LENGTH, closingMark.length);
        assertEquals(Verdict.VALID, Frames.validate(closingMark, Origin.HOST));
        assertEquals(Verdict.MALFORMED, Frames.validate(closingMark, Origin.PEER));
        assertEquals(Verdict.MALFORMED, Frames.validate(closingMark, Origin.COORDINATOR));
    }

    @Test
    void shouldRefuseEveryOtherSchemaAndVersion() {
        for (int value = 0; value < 256; value++) {
            final byte[] schema = Frames.counting("Commit");
            schema[0] = (byte) value;
            final boolean isOurs = value == Templates.SCHEMA_ID;
            assertEquals(isOurs ? Verdict.VALID : Verdict.WRONG_SCHEMA, Frames.validate(schema, Origin.PEER));

            final byte[] version = Frames.counting("Commit");
            version[1] = (byte) value;
            final boolean isCurrent = value == Templates.SCHEMA_VERSION;
            assertEquals(isCurrent ? Verdict.VALID : Verdict.WRONG_VERSION, Frames.validate(version, Origin.PEER));
        }
    }

    @ParameterizedTest
    @EnumSource(Origin.class)
    void shouldRefuseEveryTemplateThatDoesNotExist(final Origin sender) {
        for (int templateId = 0; templateId < 256; templateId++) {
            if (Frames.SCHEMA.message(templateId) == null) {
                final byte[] frame = Frames.counting("Commit");
                frame[TEMPLATE_OFFSET] = (byte) templateId;
                assertEquals(Verdict.WRONG_TEMPLATE, Frames.validate(frame, sender), "template " + templateId);
            }
        }
    }

    @Test
    void shouldRefuseHostEventsAndCoordinatorMessagesFromAPeer() {
        for (final String name : List.of("EpochStarted", "Tick", "SessionOpening", "LinkLost", "OperatorSettle",
            "Decisions", "Outcomes", "ForgetEvidence")) {
            assertEquals(Verdict.WRONG_TEMPLATE, Frames.validate(Frames.counting(name), Origin.PEER), name);
            final byte[] hidden = Frames.concatenated(Frames.counting("Votes"), Frames.counting(name));
            assertNotEquals(Verdict.VALID, Frames.validate(hidden, Origin.PEER), name);
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void shouldRefuseAFrameThatIsCutAnywhere(final Message message) {
        final byte[] frame = Frames.of(message, Content.counting(message, 3));
        for (int length = 0; length < frame.length; length++) {
            final byte[] cut = Arrays.copyOf(frame, length);
            final Verdict expected = length < HEADER_LENGTH ? Verdict.BAD_LENGTH : Verdict.MALFORMED;
            assertEquals(expected, Frames.validate(cut, Frames.sender(message)), "cut at " + length);
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void shouldRefuseAMessageThatIsCutAnywhereAndSaysSo(final Message message) {
        final byte[] frame = Frames.of(message, Content.counting(message, 3));
        for (int length = BODY; length < frame.length; length++) {
            final byte[] cut = Arrays.copyOf(frame, length);
            putShort(cut, HEADER_LENGTH, length - HEADER_LENGTH);
            assertEquals(Verdict.MALFORMED, Frames.validate(cut, Frames.sender(message)), "cut at " + length);
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void shouldRefuseTrailingBytesInMessageAndFrame(final Message message) {
        final byte[] frame = Frames.counting(message);
        for (int trailing = 1; trailing < 10; trailing++) {
            final byte[] longer = Arrays.copyOf(frame, frame.length + trailing);
            assertEquals(Verdict.MALFORMED, Frames.validate(longer, Frames.sender(message)), "in the frame");
            putShort(longer, HEADER_LENGTH, longer.length - HEADER_LENGTH);
            assertEquals(Verdict.MALFORMED, Frames.validate(longer, Frames.sender(message)), "in the message");
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void shouldRefuseEveryOtherMessageLength(final Message message) {
        final byte[] frame = Frames.counting(message);
        final int right = frame.length - HEADER_LENGTH;
        for (int length = 0; length <= UNSIGNED_SHORT_MAX; length++) {
            putShort(frame, HEADER_LENGTH, length);
            final Verdict expected = length == right ? Verdict.VALID : Verdict.MALFORMED;
            final Verdict verdict = Frames.validate(frame, Frames.sender(message));
            if (verdict != expected) {
                assertEquals(expected, verdict, "message length " + length);
            }
        }
    }

    @Test
    void shouldRefuseEveryOtherMessageCount() {
        final byte[] frame = Frames.concatenated(Frames.counting("Votes"), Frames.counting("Commit"));
        for (int count = 0; count <= UNSIGNED_SHORT_MAX; count++) {
            putShort(frame, 2, count);
            final boolean valid = count == 2;
            assertEquals(valid, Frames.validate(frame, Origin.PEER) == Verdict.VALID, "message count " + count);
        }
    }

    @ParameterizedTest
    @MethodSource("messagesWithGroup")
    void shouldRefuseEveryOtherGroupCount(final Message message) {
        final byte[] frame = Frames.counting(message);
        for (int count = 0; count <= UNSIGNED_SHORT_MAX; count++) {
            putShort(frame, BODY + message.blockLength() + 1, count);
            final Verdict expected = count > MAX_EVENTS ? Verdict.TOO_MANY_EVENTS
                : count == 2 ? Verdict.VALID : Verdict.MALFORMED;
            assertEquals(expected, Frames.validate(frame, Frames.sender(message)), "count " + count);
        }
    }

    @ParameterizedTest
    @MethodSource("messagesWithGroup")
    void shouldTakeAnEmptyGroupOnlyWhereItsElementsAreNotTheEvents(final Message message) {
        final byte[] frame = Arrays.copyOf(
            Frames.counting(message), BODY + message.blockLength() + FrameDescriptor.GROUP_HEADER_LENGTH);
        putShort(frame, HEADER_LENGTH, frame.length - HEADER_LENGTH);
        putShort(frame, BODY + message.blockLength() + 1, 0);
        final Verdict expected = Frames.isGrouped(message) ? Verdict.MALFORMED : Verdict.VALID;
        assertEquals(expected, Frames.validate(frame, Frames.sender(message)));
    }

    @ParameterizedTest
    @MethodSource("messagesWithData")
    void shouldRefuseEveryOtherDataLength(final Message message) {
        assertOnlyDataLength(message, BODY + message.blockLength(), message.data().get(0));
    }

    @ParameterizedTest
    @MethodSource("messagesWithGroupData")
    void shouldRefuseEveryOtherDataLengthInAGroup(final Message message) {
        final int first = BODY + message.blockLength() + FrameDescriptor.GROUP_HEADER_LENGTH
            + message.group().blockLength();
        assertOnlyDataLength(message, first, message.group().data().get(0));
    }

    @Test
    void shouldRefuseTextThatNoEncoderCouldWriteAgain() {
        final Message lookup = Frames.SCHEMA.message("Lookup");
        final byte[] longest = Frames.of(
            lookup, Content.of(lookup, 0, field -> 1, data -> new byte[FrameDescriptor.MAX_TEXT_LENGTH]));
        assertEquals(Verdict.VALID, Frames.validate(longest, Origin.PEER));

        final byte[] longer = Arrays.copyOf(longest, longest.length + 1);
        putShort(longer, HEADER_LENGTH, longer.length - HEADER_LENGTH);
        longer[BODY + lookup.blockLength()] = (byte) 255;
        assertEquals(Verdict.MALFORMED, Frames.validate(longer, Origin.PEER));
    }

    @ParameterizedTest
    @MethodSource("messagesThatStandAlone")
    void shouldRefuseAHandshakeThatIsNotAlone(final Message message) {
        final Origin sender = Frames.sender(message);
        final byte[] other = Frames.counting(sender == Origin.COORDINATOR ? "Decisions" : "Votes");
        final byte[] handshake = Frames.counting(message);
        assertEquals(Verdict.VALID, Frames.validate(handshake, sender));
        assertEquals(Verdict.NOT_ALONE, Frames.validate(Frames.concatenated(handshake, other), sender));
        assertEquals(Verdict.NOT_ALONE, Frames.validate(Frames.concatenated(other, handshake), sender));
        assertEquals(Verdict.NOT_ALONE, Frames.validate(Frames.concatenated(handshake, handshake), sender));
    }

    @Test
    void shouldTake512EventsAndRefuse513() {
        final Message votes = Frames.SCHEMA.message("Votes");
        final byte[] half = Frames.of(votes, Content.counting(votes, MAX_EVENTS / 2));
        final byte[] tick = Frames.counting("Rollback");
        final byte[][] singles = Collections.nCopies(MAX_EVENTS, tick).toArray(byte[][]::new);
        assertEquals(Verdict.VALID, Frames.validate(Frames.concatenated(half, half), Origin.PEER));
        assertEquals(Verdict.VALID, Frames.validate(Frames.concatenated(singles), Origin.PEER));

        final byte[] halves = Frames.concatenated(half, half, tick);
        final byte[] single = Frames.concatenated(Frames.concatenated(singles), tick);
        assertEquals(Verdict.TOO_MANY_EVENTS, Frames.validate(halves, Origin.PEER));
        assertEquals(Verdict.TOO_MANY_EVENTS, Frames.validate(single, Origin.PEER));
        assertEquals(Verdict.TOO_MANY_EVENTS, Frames.validate(
            Frames.concatenated(half, half, half), Origin.PEER), "lengths and counts are right");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 101, MAX_EVENTS})
    void shouldLeaveTheNumberOfBranchesOfASubmitToTheCoordinator(final int branches) {
        final Message submit = Frames.SCHEMA.message("Submit");
        final byte[] frame = Frames.of(submit, Content.counting(submit, branches));
        assertEquals(Verdict.VALID, Frames.validate(frame, Origin.PEER));
    }

    @Test
    void shouldRefuseASubmitOfMoreBranchesThanAFrameHasEvents() {
        final Message submit = Frames.SCHEMA.message("Submit");
        final byte[] frame = Frames.of(submit, Content.counting(submit, MAX_EVENTS + 1));
        assertEquals(Verdict.TOO_MANY_EVENTS, Frames.validate(frame, Origin.PEER));
    }

    @Test
    void shouldLookAtNothingOutsideOfTheFrame() {
        final byte[] frame = Frames.counting("Submit");
        final UnsafeBuffer around = new UnsafeBuffer(new byte[frame.length + 64]);
        around.setMemory(0, around.capacity(), (byte) -1);
        around.putBytes(33, frame);
        assertEquals(Verdict.VALID, FrameValidator.validate(around, 33, frame.length, Origin.PEER));
        assertEquals(Verdict.MALFORMED, FrameValidator.validate(around, 33, frame.length + 1, Origin.PEER));
    }

    private static void assertOnlyDataLength(final Message message, final int offset, final Schema.Data data) {
        final byte[] frame = Frames.counting(message);
        for (int length = 0; length < 1 << 8 * data.lengthBytes(); length++) {
            frame[offset] = (byte) length;
            if (!data.isText()) {
                frame[offset + 1] = (byte) (length >> 8);
            }
            final Verdict verdict = Frames.validate(frame, Frames.sender(message));
            if (verdict != (length == 2 ? Verdict.VALID : Verdict.MALFORMED)) {
                assertEquals(new SchemaOracle(Frames.SCHEMA).accepts(frame, Frames.sender(message)),
                    verdict == Verdict.VALID, data.name() + " of " + length + " bytes");
            }
        }
    }

    private static Content withData(final Message message, final int bytes) {
        return Content.of(message, 0, field -> 0, data -> new byte[data.isText() ? 0 : bytes]);
    }

    private static void putShort(final byte[] frame, final int offset, final int value) {
        ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putShort(offset, (short) value);
    }
}
