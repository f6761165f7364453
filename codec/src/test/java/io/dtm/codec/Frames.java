package io.dtm.codec;

import io.dtm.codec.Schema.Message;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;

/** Makes frames of any message for tests, and knows who may send it by the schema's transcript. */
final class Frames {
    private static final Set<String> FROM_COORDINATOR = Set.of(
        "Challenge", "SessionOpened", "SessionResumed", "SessionClosed", "Registered", "Found", "Joined", "Outcomes",
        "Rejected", "Prepares", "Decisions", "OnePhaseCommits", "ForgetEvidence");
    private static final Set<String> ALONE = Set.of(
        "SessionOpen", "Challenge", "ChallengeResponse", "SessionOpened", "SessionResume", "SessionResumed",
        "KeepAlive", "SessionClosed", "EpochStarted", "SettingsApplied");
    private static final Set<String> GROUP_BELONGS_TO_MESSAGE = Set.of("Submit", "Commit");
    private static final int FIRST_HOST_TEMPLATE = 60;

    static final Schema SCHEMA = Schema.load();

    private static final Map<Message, GeneratedCodec> CODECS = new HashMap<>();

    private Frames() {
    }

    static List<Message> messages() {
        return SCHEMA.messages();
    }

    static Origin sender(final Message message) {
        if (message.id() >= FIRST_HOST_TEMPLATE) {
            return Origin.HOST;
        }
        return FROM_COORDINATOR.contains(message.name()) ? Origin.COORDINATOR : Origin.PEER;
    }

    static boolean mayCome(final Message message, final Origin from) {
        final Origin sender = sender(message);
        return sender == from || sender == Origin.PEER && from == Origin.HOST;
    }

    static boolean standsAlone(final Message message) {
        return ALONE.contains(message.name());
    }

    static boolean isGrouped(final Message message) {
        return message.group() != null && !GROUP_BELONGS_TO_MESSAGE.contains(message.name());
    }

    static GeneratedCodec codec(final Message message) {
        return CODECS.computeIfAbsent(message, GeneratedCodec::new);
    }

    /** A frame of one message with two elements in its group. */
    static byte[] counting(final Message message) {
        return of(message, Content.counting(message, 2));
    }

    static byte[] counting(final String name) {
        return counting(SCHEMA.message(name));
    }

    static byte[] of(final Message message, final Content content) {
        final FrameBuilder builder = new FrameBuilder(FrameDescriptor.MAX_FRAME_LENGTH);
        if (!append(builder, message, content)) {
            throw new AssertionError("an empty frame takes every message");
        }
        return bytes(builder);
    }

    static boolean append(final FrameBuilder builder, final Message message, final Content content) {
        final UnsafeBuffer body = new UnsafeBuffer(new byte[FrameDescriptor.MAX_FRAME_LENGTH]);
        final int length = codec(message).encode(content, body, 0);
        return builder.append(message.id(), message.blockLength(), body, 0, length);
    }

    static byte[] bytes(final FrameBuilder builder) {
        final byte[] frame = new byte[builder.length()];
        builder.buffer().getBytes(0, frame);
        return frame;
    }

    /** Puts the messages of several frames into one, one after another, never joined. */
    static byte[] concatenated(final byte[]... frames) {
        final int header = FrameDescriptor.HEADER_LENGTH;
        int length = header;
        int messages = 0;
        for (final byte[] frame : frames) {
            length += frame.length - header;
            messages += FrameDescriptor.messageCount(new UnsafeBuffer(frame), 0);
        }
        final ByteBuffer all = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        all.put((byte) SCHEMA.id()).put((byte) SCHEMA.version()).putShort((short) messages);
        Arrays.stream(frames).forEach(frame -> all.put(frame, header, frame.length - header));
        return all.array();
    }

    static FrameValidator.Verdict validate(final byte[] frame, final Origin sender) {
        return FrameValidator.validate(new UnsafeBuffer(frame), 0, frame.length, sender);
    }
}
