package io.dtm.core.coordinator;

import io.dtm.codec.CheckpointDescriptor;
import io.dtm.core.journal.reading.CheckpointHeader;
import io.dtm.core.recovery.CheckpointDecoder;
import io.dtm.core.recovery.CheckpointEncoder;
import io.dtm.core.recovery.RestoredCoordinator;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.SequentialFile;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;

/** Checkpoints as bytes, for tests that change some. */
public final class CheckpointBytes {
    static final CheckpointHeader HEADER = new CheckpointHeader(
        CoordinatorScenario.COORDINATOR_ID, 0x8_0000, 0x7_FF00, 123_456_789, 3, 1, 2, 0x7_0000, 1_780_000_000_000L);
    static final String NAME = FileNames.checkpoint(HEADER.replayPosition());

    private CheckpointBytes() {
    }

    static byte[] of(final CommitCoordinator coordinator) {
        return of(coordinator::writeTo);
    }

    static byte[] of(final Consumer<CheckpointOutput> state) {
        final SimulatedStorage storage = new SimulatedStorage();
        try (SequentialFile file = storage.createSequential(NAME)) {
            final CheckpointEncoder encoder = new CheckpointEncoder(file, HEADER);
            state.accept(encoder);
            if (storage.length(NAME) != encoder.lengthBytes()) {
                throw new AssertionError("length");
            }
            return contentOf(storage);
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    static RestoredCoordinator restore(final byte[] bytes) {
        return RestoredCoordinator.of(storageOf(bytes), NAME, HEADER.coordinatorId());
    }

    static CheckpointRecorder record(final byte[] bytes) {
        final CheckpointRecorder recorder = new CheckpointRecorder();
        try (CheckpointDecoder decoder =
            CheckpointDecoder.open(storageOf(bytes), NAME, HEADER.coordinatorId())) {
            decoder.decode(recorder);
        }
        return recorder;
    }

    static JournalStorage storageOf(final byte[] bytes) {
        final SimulatedStorage storage = new SimulatedStorage();
        try (SequentialFile file = storage.createSequential(NAME)) {
            file.write(ByteBuffer.wrap(bytes));
            return storage;
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Whoever changed something has computed all checksums again. Stops where the lengths make no sense. */
    public static void sign(final byte[] bytes) {
        final UnsafeBuffer header = new UnsafeBuffer(bytes);
        final CRC32C headerCrc = new CRC32C();
        headerCrc.update(bytes, 0, CheckpointDescriptor.crcOffset(CheckpointDescriptor.HEADER_LENGTH));
        CheckpointDescriptor.headerCrc(header, CheckpointDescriptor.HEADER_LENGTH, (int) headerCrc.getValue());
        int offset = CheckpointDescriptor.HEADER_LENGTH;
        for (long index = 0; offset < bytes.length; index++) {
            final int remaining = bytes.length - offset - CheckpointDescriptor.BLOCK_HEADER_LENGTH;
            if (remaining < 0) {
                return;
            }
            final UnsafeBuffer block = new UnsafeBuffer(bytes, offset, bytes.length - offset);
            final int length = CheckpointDescriptor.contentLength(block);
            if (length < 0 || length > remaining) {
                return;
            }
            CheckpointDescriptor.block(block, length, crc(header, index, block, length));
            offset += CheckpointDescriptor.BLOCK_HEADER_LENGTH + length;
        }
    }

    private static int crc(
        final UnsafeBuffer header, final long index, final UnsafeBuffer block, final int contentLength) {
        final byte[] prefix = new byte[CheckpointDescriptor.CRC_PREFIX_LENGTH];
        CheckpointDescriptor.crcPrefix(new UnsafeBuffer(prefix), CheckpointDescriptor.coordinatorId(header),
            CheckpointDescriptor.replayPosition(header), index, contentLength);
        final byte[] content = new byte[contentLength];
        block.getBytes(CheckpointDescriptor.BLOCK_HEADER_LENGTH, content);
        final CRC32C crc = new CRC32C();
        crc.update(prefix);
        crc.update(content);
        return (int) crc.getValue();
    }

    private static byte[] contentOf(final SimulatedStorage storage) throws IOException {
        final ByteBuffer content = ByteBuffer.allocate((int) storage.length(NAME));
        try (ReadableByteChannel channel = storage.openSequential(NAME)) {
            while (content.hasRemaining() && channel.read(content) >= 0) {
                assert content.position() > 0;
            }
        }
        return Arrays.copyOf(content.array(), content.position());
    }
}
