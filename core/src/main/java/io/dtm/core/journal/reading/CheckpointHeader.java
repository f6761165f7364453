package io.dtm.core.journal.reading;

import io.dtm.codec.CheckpointDescriptor;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a checkpoint's header says.
 *
 * @param coordinatorId  whose state it is.
 * @param replayPosition from which replay goes on; everything before it was forced.
 * @param lastRecordEnd  end of the last record that was applied.
 * @param lastTimeNs     logical time of that record.
 * @param epoch          the last one.
 * @param generation     of that epoch.
 * @param contradictions in that epoch.
 * @param unexplainedAt  end of the record with the first of them that nothing explains; 0: none.
 * @param createdMs      wall clock, for operators.
 */
public record CheckpointHeader(
    long coordinatorId,
    long replayPosition,
    long lastRecordEnd,
    long lastTimeNs,
    int epoch,
    int generation,
    int contradictions,
    long unexplainedAt,
    long createdMs) {
    private static final int FIRST_LENGTH = CheckpointDescriptor.MIN_HEADER_LENGTH;

    /**
     * @param coordinator whose journal it lies in.
     * @param position    that its file was named by.
     * @return whether it is this coordinator's, and of that position.
     */
    public boolean isOf(final long coordinator, final long position) {
        return coordinatorId == coordinator && replayPosition == position;
    }

    /** @return the header's bytes. */
    public ByteBuffer encode() {
        final ByteBuffer bytes = ByteBuffer.allocate(CheckpointDescriptor.HEADER_LENGTH);
        final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        CheckpointDescriptor.header(buffer);
        CheckpointDescriptor.place(buffer, coordinatorId, replayPosition, lastRecordEnd, lastTimeNs, createdMs);
        CheckpointDescriptor.epoch(buffer, epoch, generation, contradictions, unexplainedAt);
        CheckpointDescriptor.headerCrc(buffer, bytes.capacity(), crc(bytes, bytes.capacity()));
        return bytes;
    }

    /**
     * @param channel at the beginning of a checkpoint; afterwards at its first block.
     * @param place   for messages: the file.
     * @return the header.
     * @throws JournalException CORRUPT if it is damaged, FOREIGN if another version wrote it.
     * @throws IOException      if it can't be read.
     */
    public static CheckpointHeader read(final ReadableByteChannel channel, final String place) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(CheckpointDescriptor.MAX_HEADER_LENGTH);
        final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        if (!fill(channel, bytes, FIRST_LENGTH)) {
            throw damaged(place, "it is too short to have a header: " + bytes.position() + " bytes");
        }
        if (CheckpointDescriptor.magic(buffer) != CheckpointDescriptor.MAGIC) {
            throw damaged(place, "it doesn't start as a checkpoint does");
        }
        final int length = CheckpointDescriptor.headerLength(buffer);
        if (length < FIRST_LENGTH || length > CheckpointDescriptor.MAX_HEADER_LENGTH
            || !fill(channel, bytes, length)
            || crc(bytes, length) != CheckpointDescriptor.headerCrc(buffer, length)) {
            throw damaged(place, "the checksum of its header is wrong");
        }
        checkVersion(buffer, place);
        if (length != CheckpointDescriptor.HEADER_LENGTH) {
            throw damaged(place, "its header has " + length + " bytes");
        }
        return new CheckpointHeader(
            CheckpointDescriptor.coordinatorId(buffer),
            CheckpointDescriptor.replayPosition(buffer),
            CheckpointDescriptor.lastRecordEnd(buffer),
            CheckpointDescriptor.lastTimeNs(buffer),
            CheckpointDescriptor.epoch(buffer),
            CheckpointDescriptor.generation(buffer),
            CheckpointDescriptor.contradictions(buffer),
            CheckpointDescriptor.unexplainedAt(buffer),
            CheckpointDescriptor.createdMs(buffer));
    }

    /**
     * @param place of the checkpoint.
     * @param what  is wrong with it.
     * @return a CORRUPT that says so; whether it stops anything depends on what else there is.
     */
    public static JournalException damaged(final String place, final String what) {
        return JournalException.placed(Category.CORRUPT, "checkpoint " + place + " is damaged: ", what, "");
    }

    private static void checkVersion(final UnsafeBuffer buffer, final String place) {
        final int format = CheckpointDescriptor.version(buffer);
        final int schema = CheckpointDescriptor.schemaId(buffer);
        final int schemaVersion = CheckpointDescriptor.schemaVersion(buffer);
        if (format != CheckpointDescriptor.FORMAT_VERSION || schema != CheckpointDescriptor.SCHEMA_ID
            || schemaVersion != CheckpointDescriptor.SCHEMA_VERSION) {
            throw JournalException.otherVersion("checkpoint " + place + " ", String.format(Locale.ROOT,
                "has format version %d and items of schema %d version %d; this program knows format"
                    + " version %d and schema %d version %d: use the program that wrote it, or a later one",
                format, schema, schemaVersion, CheckpointDescriptor.FORMAT_VERSION,
                CheckpointDescriptor.SCHEMA_ID, CheckpointDescriptor.SCHEMA_VERSION));
        }
    }

    /** @return false if the channel ends before. */
    private static boolean fill(final ReadableByteChannel channel, final ByteBuffer bytes, final int length)
        throws IOException {
        bytes.limit(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                return false;
            }
        }
        return true;
    }

    private static int crc(final ByteBuffer bytes, final int headerLength) {
        final CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 0, CheckpointDescriptor.crcOffset(headerLength));
        return (int) crc.getValue();
    }
}
