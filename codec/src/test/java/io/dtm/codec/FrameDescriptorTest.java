package io.dtm.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.message.VotesDecoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class FrameDescriptorTest {
    private static final int FRAME_OFFSET = 3;

    private final byte[] bytes = new byte[FRAME_OFFSET + FrameDescriptor.HEADER_LENGTH + FrameDescriptor.PREFIX_LENGTH];
    private final UnsafeBuffer buffer = new UnsafeBuffer(bytes);

    @Test
    void shouldLayOutHeaderAndPrefixAsDrawn() {
        FrameDescriptor.header(buffer, FRAME_OFFSET, 0x0201);
        FrameDescriptor.prefix(buffer, FRAME_OFFSET + FrameDescriptor.HEADER_LENGTH, 0xFEFD, 0x32, 0xFC);
        assertArrayEquals(
            new byte[] {0, 0, 0, 68, 1, 0x01, 0x02, (byte) 0xFD, (byte) 0xFE, 0x32, (byte) 0xFC}, bytes);
    }

    @Test
    void shouldReadEveryFieldUnsigned() {
        final int message = FRAME_OFFSET + FrameDescriptor.HEADER_LENGTH;
        FrameDescriptor.header(buffer, FRAME_OFFSET, 0xFFFF);
        FrameDescriptor.prefix(buffer, message, 0xFFFE, 0xFD, 0xFC);
        assertEquals(0xFFFF, FrameDescriptor.messageCount(buffer, FRAME_OFFSET));
        assertEquals(0xFFFE, FrameDescriptor.messageLength(buffer, message));
        assertEquals(0xFD, FrameDescriptor.templateId(buffer, message));
        assertEquals(0xFC, FrameDescriptor.blockLength(buffer, message));
        assertEquals(Templates.SCHEMA_ID, FrameDescriptor.schemaId(buffer, FRAME_OFFSET));
        assertEquals(Templates.SCHEMA_VERSION, FrameDescriptor.version(buffer, FRAME_OFFSET));
    }

    @Test
    void shouldAgreeWithTheGeneratedCode() {
        assertEquals(VotesDecoder.BranchesDecoder.sbeHeaderSize(), FrameDescriptor.GROUP_HEADER_LENGTH);
        assertEquals(Templates.NO_BRANCH, VotesDecoder.BranchesDecoder.branchIdNullValue());
    }

    @Test
    void shouldExpressTheLongestMessageInItsLengthField() {
        assertTrue(FrameDescriptor.MAX_FRAME_LENGTH - FrameDescriptor.HEADER_LENGTH <= 0xFFFF);
    }
}
