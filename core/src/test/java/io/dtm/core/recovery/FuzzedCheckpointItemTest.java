package io.dtm.core.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dtm.codec.CheckpointDescriptor;
import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.checkpoint.EndDecoder;
import io.dtm.codec.checkpoint.SettingsDecoder;
import io.dtm.core.coordinator.StateDigest;
import io.dtm.core.fake.AllocationBound;
import io.dtm.core.fake.GuardedBuffer;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A hostile content of a checkpoint's block, with a checksum that is right: items are told apart without a look outside
 * of it, and what counts as an item decodes in full.
 */
class FuzzedCheckpointItemTest {
    /** Decoders are made once; a digest, and what holds the longest payload. */
    private static final long MAX_BYTES = 2 * CheckpointDescriptor.MAX_BLOCK_LENGTH + 4096;
    private static final int ITEMS_OF_A_SEED = 8;

    private final CheckpointItemDecoder decoder = new CheckpointItemDecoder();
    private final UnsafeBuffer item = new UnsafeBuffer(0, 0);

    static Stream<byte[]> contents() throws IOException {
        final SimulatedStorage storage = new SimulatedStorage();
        Life.start(storage).closeSegment().checkpoint();
        final String name = storage.list().stream().filter(FileNames::isCheckpoint).findFirst().orElseThrow();
        final List<byte[]> items = new ArrayList<>();
        try (CheckpointDecoder decoder = CheckpointDecoder.open(storage, name, Life.COORDINATOR_ID)) {
            decoder.read((buffer, offset, length) -> {
                final byte[] item = new byte[length];
                buffer.getBytes(offset, item);
                items.add(item);
            });
        }
        final List<byte[]> contents = new ArrayList<>(items);
        for (int from = 0; from < items.size(); from += ITEMS_OF_A_SEED) {
            contents.add(joined(items.subList(from, Math.min(items.size(), from + ITEMS_OF_A_SEED))));
        }
        return contents.stream();
    }

    private static byte[] joined(final List<byte[]> items) {
        final byte[] content = new byte[items.stream().mapToInt(item -> item.length).sum()];
        int at = 0;
        for (final byte[] item : items) {
            System.arraycopy(item, 0, content, at, item.length);
            at += item.length;
        }
        return content;
    }

    @MethodSource("contents")
    @FuzzTest
    void shouldDecodeEveryItemThatItAccepts(final byte[] content) {
        final GuardedBuffer guarded = new GuardedBuffer(content, 0, content.length);
        AllocationBound.hold(MAX_BYTES, guarded::buffer, this::decodeAll);
        guarded.checkUnchanged();
    }

    private void decodeAll(final UnsafeBuffer content) {
        final StateDigest digest = new StateDigest();
        int length;
        for (int at = 0; at < content.capacity(); at += length) {
            length = CheckpointItemDecoder.length(content, at, content.capacity());
            if (length == 0) {
                return;
            }
            assertTrue(length >= FrameDescriptor.PREFIX_LENGTH && length <= content.capacity() - at, "its length");
            if (FrameDescriptor.templateId(content, at) != EndDecoder.TEMPLATE_ID) {
                item.wrap(content, at, length); // So that it is read without a look at what follows.
                decode(digest);
            }
        }
    }

    private void decode(final StateDigest digest) {
        try {
            decoder.decode(item, 0, digest);
        } catch (final IllegalArgumentException refused) {
            assertEquals(SettingsDecoder.TEMPLATE_ID, FrameDescriptor.templateId(item, 0), "only settings have limits");
        }
    }
}
