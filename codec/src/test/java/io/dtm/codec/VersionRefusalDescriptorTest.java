package io.dtm.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.message.RejectCode;
import io.dtm.codec.message.RejectedEncoder;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class VersionRefusalDescriptorTest {
    /** As version 1 sends it, and every later one. */
    private static final byte[] AT_ALL_TIMES = {68, 9, 1, 0, -1, -1, 32, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    private static boolean isRefusal(final byte[] frame) {
        return VersionRefusalDescriptor.isVersionRefusal(new UnsafeBuffer(frame), 0, frame.length);
    }

    private static byte[] rejected(final RejectCode code) {
        final UnsafeBuffer body = new UnsafeBuffer(new byte[64]);
        final int length = new RejectedEncoder().wrap(body, 0)
            .requestId(0).branchId(Templates.NO_BRANCH).refusedTemplate((short) 0).code(code).text("why")
            .encodedLength();
        final FrameBuilder frame = new FrameBuilder(1344);
        assertTrue(frame.append(RejectedEncoder.TEMPLATE_ID, RejectedEncoder.BLOCK_LENGTH, body, 0, length));
        final byte[] bytes = new byte[frame.length()];
        frame.buffer().getBytes(0, bytes);
        return bytes;
    }

    @Test
    void shouldKnowWhatThisVersionSendsAndWhatAnyOtherDoes() {
        final byte[] frame = rejected(RejectCode.SCHEMA_VERSION);
        for (int version = 0; version < 256; version++) {
            frame[1] = (byte) version;
            assertTrue(isRefusal(frame));
            assertEquals(version, FrameDescriptor.version(new UnsafeBuffer(frame), 0));
        }
        assertTrue(isRefusal(AT_ALL_TIMES));
    }

    @Test
    void shouldTakeNothingElseForOne() {
        assertFalse(isRefusal(rejected(RejectCode.NOT_AUTHENTICATED)));
        for (int length = 0; length < AT_ALL_TIMES.length; length++) {
            assertFalse(isRefusal(Arrays.copyOf(AT_ALL_TIMES, length)));
        }
        for (final int fixed : new int[] {0, 2, 6, 19}) {
            final byte[] other = AT_ALL_TIMES.clone();
            other[fixed] ^= 1;
            assertFalse(isRefusal(other), "byte " + fixed);
        }
    }
}
