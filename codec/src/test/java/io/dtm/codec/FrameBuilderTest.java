package io.dtm.codec;

import static io.dtm.codec.FrameDescriptor.HEADER_LENGTH;
import static io.dtm.codec.FrameDescriptor.MAX_EVENTS;
import static io.dtm.codec.FrameDescriptor.MAX_FRAME_LENGTH;
import static io.dtm.codec.FrameDescriptor.PREFIX_LENGTH;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.FrameValidator.Verdict;
import io.dtm.codec.Schema.Message;
import io.dtm.codec.message.PreparesDecoder;
import io.dtm.codec.message.PreparesEncoder;
import io.dtm.codec.message.VoteType;
import io.dtm.codec.message.VotesDecoder;
import io.dtm.codec.message.VotesEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameBuilderTest {
    private static final int DATAGRAM = 1408;
    private static final int RESOURCE = 7;
    private static final int OTHER_RESOURCE = 8;
    private static final int EPOCH = 3;
    private static final int OTHER_EPOCH = 4;
    private static final long TRANSACTION = 5L << 32;

    private final UnsafeBuffer body = new UnsafeBuffer(new byte[MAX_FRAME_LENGTH]);
    private final FrameBuilder builder = new FrameBuilder(DATAGRAM);

    static Stream<Message> groupedMessages() {
        return Frames.messages().stream().filter(Frames::isGrouped);
    }

    @Test
    void shouldJoinMessagesWhoseRootBlocksAreEqual() {
        assertTrue(vote(EPOCH, RESOURCE, TRANSACTION + 1));
        final int lengthOfOne = builder.length();
        assertTrue(vote(EPOCH, RESOURCE, TRANSACTION + 2));
        assertTrue(vote(EPOCH, RESOURCE, TRANSACTION + 3));

        assertEquals(1, builder.messageCount());
        assertEquals(3, builder.eventCount());
        final int elementLength = VotesDecoder.BranchesDecoder.sbeBlockLength() + 1;
        assertEquals(lengthOfOne + 2 * elementLength, builder.length());
        assertEquals(List.of(TRANSACTION + 1, TRANSACTION + 2, TRANSACTION + 3), votesOfFirstMessage());
        assertValid(Origin.PEER);
    }

    @Test
    void shouldNotJoinMessagesWhoseRootBlocksDiffer() {
        assertTrue(vote(EPOCH, RESOURCE, TRANSACTION + 1));
        assertTrue(vote(EPOCH, OTHER_RESOURCE, TRANSACTION + 2));
        assertTrue(vote(OTHER_EPOCH, OTHER_RESOURCE, TRANSACTION + 3));
        assertEquals(3, builder.messageCount());
        assertEquals(List.of(TRANSACTION + 1), votesOfFirstMessage());
        assertValid(Origin.PEER);
    }

    @ParameterizedTest
    @MethodSource("groupedMessages")
    void shouldNotJoinWhenAnyByteOfTheRootBlocksDiffersButForAPosition(final Message message) {
        final int compared = message.blockLength() - (Templates.carriesPosition(message.id()) ? Long.BYTES : 0);
        final int length = Frames.codec(message).encode(Content.counting(message, 1), body, 0);
        for (int i = 0; i < message.blockLength(); i++) {
            builder.reset();
            assertTrue(builder.append(message.id(), message.blockLength(), body, 0, length));
            body.putByte(i, (byte) ~body.getByte(i));
            assertTrue(builder.append(message.id(), message.blockLength(), body, 0, length));
            assertEquals(i < compared ? 2 : 1, builder.messageCount(), "byte " + i);
            body.putByte(i, (byte) ~body.getByte(i));
        }
    }

    @Test
    void shouldKeepTheOrderInsteadOfJoiningAnEarlierMessage() {
        assertTrue(vote(EPOCH, RESOURCE, TRANSACTION + 1));
        assertTrue(vote(EPOCH, OTHER_RESOURCE, TRANSACTION + 2));
        assertTrue(vote(EPOCH, RESOURCE, TRANSACTION + 3));
        assertEquals(3, builder.messageCount());
    }

    @Test
    void shouldNotJoinMessagesWhoseGroupBelongsToThem() {
        assertTrue(append("Commit"));
        assertTrue(append("Commit"));
        assertEquals(2, builder.messageCount());
        assertEquals(2, builder.eventCount());
        assertValid(Origin.PEER);
    }

    @Test
    void shouldJoinGroupsOfSeveralElements() {
        final Message decisions = Frames.SCHEMA.message("Decisions");
        final Content content = Content.counting(decisions, 3);
        assertTrue(Frames.append(builder, decisions, content));
        assertTrue(Frames.append(builder, decisions, content));
        assertEquals(1, builder.messageCount());
        assertEquals(6, builder.eventCount());
        assertValid(Origin.COORDINATOR);
    }

    @ParameterizedTest
    @ValueSource(longs = {100, 200, 300})
    void shouldKeepTheHighestPositionOfTheMessagesThatItJoins(final long second) {
        assertTrue(prepare(200, TRANSACTION + 1));
        assertTrue(prepare(second, TRANSACTION + 2));
        assertTrue(prepare(150, TRANSACTION + 3));
        assertEquals(1, builder.messageCount());
        final PreparesDecoder prepares = new PreparesDecoder().wrap(
            builder.buffer(), HEADER_LENGTH + PREFIX_LENGTH, PreparesDecoder.BLOCK_LENGTH, 1);
        assertEquals(Math.max(200, second), prepares.position());
        assertEquals(3, prepares.branches().count());
        assertValid(Origin.COORDINATOR);
    }

    @Test
    void shouldRefuseWhatPassesTheSoftLimit() {
        int votes = 0;
        while (vote(EPOCH, RESOURCE, TRANSACTION + votes)) {
            votes++;
            assertTrue(builder.length() <= DATAGRAM);
        }
        final int elementLength = VotesDecoder.BranchesDecoder.sbeBlockLength() + 1;
        assertTrue(builder.length() + elementLength > DATAGRAM, "it is full");
        assertEquals(votes, builder.eventCount());
        assertFalse(vote(EPOCH, OTHER_RESOURCE, TRANSACTION));
        assertEquals(votes, votesOfFirstMessage().size());
        assertValid(Origin.PEER);
    }

    @Test
    void shouldTakeABigMessageOnlyAsTheFirst() {
        assertTrue(vote(EPOCH, RESOURCE, TRANSACTION));
        assertFalse(submit(16 * 1024));
        assertEquals(1, builder.messageCount());

        builder.reset();
        assertTrue(submit(16 * 1024));
        assertFalse(vote(EPOCH, RESOURCE, TRANSACTION), "and nothing after it");
        assertValid(Origin.PEER);
    }

    @Test
    void shouldTakeAMessageThatFillsTheGreatestFrame() {
        final int room = MAX_FRAME_LENGTH - HEADER_LENGTH - PREFIX_LENGTH;
        final Message open = Frames.SCHEMA.message("SessionOpen");
        final int fixed = open.blockLength() + 1 + 2;
        final Content content = Content.of(
            open, 0, field -> 0, data -> new byte[data.isText() ? 0 : room - fixed]);
        assertTrue(Frames.append(builder, open, content));
        assertEquals(MAX_FRAME_LENGTH, builder.length());
        assertValid(Origin.PEER);
    }

    @Test
    void shouldSayThatNoFrameEverTakesAMessage() {
        final int tooLong = MAX_FRAME_LENGTH - HEADER_LENGTH - PREFIX_LENGTH + 1;
        final Message votes = Frames.SCHEMA.message("Votes");
        assertThrows(IllegalArgumentException.class, () -> builder.append(
            Frames.SCHEMA.message("SessionOpen").id(), 20, body, 0, tooLong));
        assertThrows(IllegalArgumentException.class, () ->
            Frames.append(builder, votes, Content.counting(votes, MAX_EVENTS + 1)));
        assertThrows(IllegalArgumentException.class, () ->
            Frames.append(builder, votes, Content.counting(votes, 0)));
        assertThrows(IllegalArgumentException.class, () -> builder.append(255, 0, body, 0, 0));
        assertTrue(builder.isEmpty());
    }

    @Test
    void shouldTake512EventsAndNotOneMore() {
        final FrameBuilder large = new FrameBuilder(MAX_FRAME_LENGTH);
        final Message votes = Frames.SCHEMA.message("Votes");
        assertTrue(Frames.append(large, votes, Content.counting(votes, MAX_EVENTS - 1)));
        assertTrue(Frames.append(large, votes, Content.counting(votes, 1)));
        assertEquals(MAX_EVENTS, large.eventCount());
        assertFalse(Frames.append(large, votes, Content.counting(votes, 1)), "joined");
        final Message rollback = Frames.SCHEMA.message("Rollback");
        assertFalse(Frames.append(large, rollback, Content.counting(rollback, 1)), "alone");
        assertEquals(Verdict.VALID, Frames.validate(Frames.bytes(large), Origin.PEER));
    }

    @Test
    void shouldKeepAHandshakeAlone() {
        assertTrue(append("Rollback"));
        assertFalse(append("SessionOpen"));
        builder.reset();
        assertTrue(append("SessionOpen"));
        assertFalse(append("SessionOpen"));
        assertFalse(append("Rollback"));
        assertEquals(1, builder.messageCount());
        assertValid(Origin.PEER);
    }

    @Test
    void shouldBeAClosingMarkWhenItWasReset() {
        assertTrue(vote(EPOCH, RESOURCE, TRANSACTION));
        builder.reset();
        assertTrue(builder.isEmpty());
        assertEquals(0, builder.eventCount());
        assertEquals(HEADER_LENGTH, builder.length());
        assertEquals(0, FrameDescriptor.messageCount(builder.buffer(), 0));
        assertValid(Origin.HOST);
        assertTrue(new FrameBuilder(DATAGRAM).isEmpty());
        assertEquals(Verdict.VALID, Frames.validate(Frames.bytes(new FrameBuilder(DATAGRAM)), Origin.HOST));
    }

    @Test
    void shouldNotJoinWhatIsInTheFrameBeforeTheReset() {
        assertTrue(vote(EPOCH, RESOURCE, TRANSACTION));
        builder.reset();
        assertTrue(vote(EPOCH, RESOURCE, TRANSACTION + 1));
        assertEquals(List.of(TRANSACTION + 1), votesOfFirstMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, 0, 63, MAX_FRAME_LENGTH + 1})
    void shouldRefuseASoftLimitOutOfRange(final int softLimit) {
        assertThrows(IllegalArgumentException.class, () -> new FrameBuilder(softLimit));
    }

    @ParameterizedTest
    @ValueSource(ints = {64, DATAGRAM, 8192, MAX_FRAME_LENGTH})
    void shouldMakeOnlyValidFramesOfAnyMessagesAndLoseNone(final int softLimit) {
        final Random random = new Random(softLimit);
        final FrameBuilder any = new FrameBuilder(softLimit);
        final List<Message> messages =
            Frames.messages().stream().filter(message -> Frames.mayCome(message, Origin.HOST)).toList();
        int appended = 0;
        int published = 0;
        for (int i = 0; i < 20_000; i++) {
            final Message message = messages.get(random.nextInt(messages.size()));
            final int elements = 1 + random.nextInt(3);
            final Content content = Content.counting(message, elements);
            if (!Frames.append(any, message, content)) {
                published += any.eventCount();
                assertEquals(Verdict.VALID, Frames.validate(Frames.bytes(any), Origin.HOST));
                assertTrue(any.messageCount() == 1 || any.length() <= softLimit);
                any.reset();
                assertTrue(Frames.append(any, message, content));
            }
            appended += Frames.isGrouped(message) ? elements : 1;
        }
        assertEquals(appended, published + any.eventCount());
    }

    private boolean vote(final int epoch, final int resourceId, final long transactionId) {
        final VotesEncoder votes = new VotesEncoder().wrap(body, 0);
        votes.epoch(epoch).resourceId(resourceId).enlistEpoch(EPOCH)
            .branchesCount(1).next().transactionId(transactionId).branchId(0).vote(VoteType.YES).text("");
        return builder.append(VotesEncoder.TEMPLATE_ID, VotesEncoder.BLOCK_LENGTH, body, 0, votes.encodedLength());
    }

    private boolean prepare(final long position, final long transactionId) {
        final PreparesEncoder prepares = new PreparesEncoder().wrap(body, 0);
        prepares.epoch(EPOCH).resourceId(RESOURCE).incarnation(1).position(position)
            .branchesCount(1).next().transactionId(transactionId).branchId(0).enlistEpoch(EPOCH)
            .putPayload(new byte[] {1, 2, 3}, 0, 3);
        return builder.append(
            PreparesEncoder.TEMPLATE_ID, PreparesEncoder.BLOCK_LENGTH, body, 0, prepares.encodedLength());
    }

    private boolean submit(final int payloadLength) {
        final Message submit = Frames.SCHEMA.message("Submit");
        return Frames.append(builder, submit, Content.of(
            submit, 1, field -> field.name().equals("acknowledge") ? 1 : 0, data -> new byte[payloadLength]));
    }

    private boolean append(final String name) {
        final Message message = Frames.SCHEMA.message(name);
        return Frames.append(builder, message, Content.counting(message, 1));
    }

    private List<Long> votesOfFirstMessage() {
        final VotesDecoder votes = new VotesDecoder().wrap(
            builder.buffer(), HEADER_LENGTH + PREFIX_LENGTH, VotesDecoder.BLOCK_LENGTH, 1);
        final List<Long> transactionIds = new ArrayList<>();
        for (final VotesDecoder.BranchesDecoder branch : votes.branches()) {
            transactionIds.add(branch.transactionId());
            branch.skipText();
        }
        return transactionIds;
    }

    private void assertValid(final Origin sender) {
        assertEquals(Verdict.VALID, Frames.validate(Frames.bytes(builder), sender));
    }
}
