package io.dtm.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dtm.codec.CheckpointDescriptor;
import io.dtm.core.fake.AllocationBound;
import io.dtm.core.recovery.RestoredCoordinator;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalStorage;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Hostile checkpoints: refused as CORRUPT or FOREIGN, or restored. The first byte says whether all checksums are made
 * right again, as far as the lengths make sense: then it gets to what lies behind them.
 */
class FuzzedCheckpointTest {
    /** A block, a new coordinator, a slab of payloads of half a MiB. */
    private static final long FIRST_BYTES = 2 << 20;
    /** An item of a few bytes becomes a transaction or a session with its lists. */
    private static final long BYTES_PER_BYTE = 1024;

    static Stream<byte[]> checkpoints() {
        return Stream.of(0, 10, 40, 150).flatMap(events -> {
            final RandomWorld world = new RandomWorld(events, event -> { });
            for (int i = 0; i < events; i++) {
                world.next();
            }
            final byte[] bytes = CheckpointBytes.of(world.coordinator());
            return Stream.of(input(0, bytes), input(1, bytes));
        });
    }

    private static byte[] input(final int isSigned, final byte[] checkpoint) {
        final byte[] input = new byte[1 + checkpoint.length];
        input[0] = (byte) isSigned;
        System.arraycopy(checkpoint, 0, input, 1, checkpoint.length);
        return input;
    }

    @MethodSource("checkpoints")
    @FuzzTest
    void shouldRestoreOrRefuse(final byte[] input) {
        if (input.length == 0) {
            return;
        }
        final byte[] checkpoint = Arrays.copyOfRange(input, 1, input.length);
        if ((input[0] & 1) != 0 && checkpoint.length >= CheckpointDescriptor.HEADER_LENGTH) {
            CheckpointBytes.sign(checkpoint);
        }
        AllocationBound.hold(FIRST_BYTES + BYTES_PER_BYTE * input.length,
            () -> CheckpointBytes.storageOf(checkpoint), FuzzedCheckpointTest::restore);
    }

    private static void restore(final JournalStorage storage) {
        final RestoredCoordinator restored;
        try {
            restored = RestoredCoordinator.of(
                storage, CheckpointBytes.NAME, CheckpointBytes.HEADER.coordinatorId());
        } catch (final JournalException refused) {
            assertTrue(refused.category() == Category.CORRUPT || refused.category() == Category.FOREIGN,
                refused.getMessage());
            return;
        }
        restored.coordinator().digest();
    }
}
