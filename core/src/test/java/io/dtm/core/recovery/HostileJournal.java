package io.dtm.core.recovery;

import io.dtm.codec.CheckpointDescriptor;
import io.dtm.codec.MarkDescriptor;
import io.dtm.codec.RecordDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.codec.TailDescriptor;
import io.dtm.core.coordinator.CheckpointBytes;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.journal.JournalContext;
import io.dtm.core.journal.reading.JournalReader;
import io.dtm.core.journal.reading.RecordChecksum;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The files of a staged journal of a coordinator that was killed: segments, a tail with what isn't in them yet, a
 * checkpoint, and the small ones; to be changed, and put into a storage again.
 */
final class HostileJournal {
    /** Of the tail: there is no such file in the directory. */
    static final String TAIL = "tail";
    private static final int TAIL_LENGTH = 32 * 1024;
    private static final int POINTER_CRC_LENGTH = 9;
    private static final Map<String, byte[]> VALID = new TreeMap<>();
    private static final List<Long> RECORDS = new ArrayList<>();
    private static final String TAIL_LOCATION;

    static {
        final SimulatedStorage storage = new SimulatedStorage().staged(true);
        final Life life = Life.start(storage, context(storage), CoordinatorSettings.defaults()).closeSegment();
        life.commitOne();
        life.closeSegment().checkpoint();
        life.closeSegment().closeSegment().checkpoint(); // Only now positions are beyond the length of the tail.
        life.closeSegment();
        for (int i = 0; i < 10; i++) {
            life.submit();
        }
        storage.killProcess();
        TAIL_LOCATION = storage.sharedMemory().list().get(0);
        try {
            for (final String name : storage.list()) {
                VALID.put(name, content(storage.open(name, false)));
            }
            VALID.put(TAIL, content(storage.sharedMemory().open(TAIL_LOCATION)));
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
        MarkDescriptor.pid(new UnsafeBuffer(VALID.get(FileNames.MARK)), 0); // Nobody runs, so nobody waits for it.
        try (JournalReader reader = JournalReader.open(storage)) {
            // Where one ends the next one starts.
            reader.replay(reader.oldestPosition(), (end, link, timeNs, frame, offset, length) -> RECORDS.add(end));
        }
    }

    final Map<String, byte[]> files = new TreeMap<>();

    HostileJournal() {
        VALID.forEach((name, bytes) -> files.put(name, bytes.clone()));
    }

    static List<String> names() {
        return List.copyOf(VALID.keySet());
    }

    static JournalContext context(final JournalStorage storage) {
        return Life.context(storage).tailLength(TAIL_LENGTH).epochClock(() -> 42);
    }

    /** A storage that holds the files as they are now, and that nobody has open. */
    SimulatedStorage storage() {
        final SimulatedStorage storage = new SimulatedStorage().staged(true);
        try {
            for (final Map.Entry<String, byte[]> file : files.entrySet()) {
                final byte[] bytes = file.getValue();
                final boolean isTail = file.getKey().equals(TAIL);
                try (JournalFile made = isTail
                    ? storage.sharedMemory().create(TAIL_LOCATION, bytes.length)
                    : storage.create(file.getKey(), bytes.length)) {
                    if (isTail) {
                        made.buffer().putBytes(0, bytes);
                    } else {
                        made.write(0, ByteBuffer.wrap(bytes));
                    }
                }
            }
        } catch (final IOException ex) {
            throw new UncheckedIOException(ex);
        }
        storage.killProcess();
        return storage;
    }

    /** Whoever changed something has computed all checksums again. Leaves out those whose place makes no sense. */
    void sign() {
        files.forEach((name, bytes) -> {
            if (FileNames.isSegment(name) && bytes.length >= SegmentDescriptor.HEADER_LENGTH) {
                signSegment(bytes, FileNames.position(name));
            } else if (FileNames.isCheckpoint(name) && bytes.length >= CheckpointDescriptor.HEADER_LENGTH) {
                CheckpointBytes.sign(bytes);
            } else if (name.equals(FileNames.TAIL_POINTER) && bytes.length > POINTER_CRC_LENGTH) {
                signPointer(bytes);
            } else if (name.equals(TAIL) && bytes.length >= TailDescriptor.HEADER_LENGTH) {
                signTail(bytes);
            }
        });
    }

    private static void signSegment(final byte[] bytes, final long basePosition) {
        final UnsafeBuffer segment = new UnsafeBuffer(bytes);
        SegmentDescriptor.crc(segment, RecordChecksum.header(ByteBuffer.wrap(bytes)));
        int offset = SegmentDescriptor.HEADER_LENGTH;
        int length = 1;
        while (length > 0 && offset <= bytes.length - RecordDescriptor.ALIGNMENT) {
            length = signRecord(bytes, offset, basePosition + offset);
            offset += length;
        }
    }

    private static void signTail(final byte[] bytes) {
        final UnsafeBuffer tail = new UnsafeBuffer(bytes);
        TailDescriptor.directoryCrc(tail, RecordChecksum.directory(ByteBuffer.wrap(bytes)));
        TailDescriptor.crc(tail, RecordChecksum.header(ByteBuffer.wrap(bytes)));
        final long lowest = RECORDS.get(RECORDS.size() - 1) - TAIL_LENGTH / 2;
        for (final long position : RECORDS) {
            final int offset = ringOffset(position);
            if (position > lowest && offset <= bytes.length - RecordDescriptor.ALIGNMENT) {
                signRecord(bytes, offset, position);
            }
        }
    }

    /** @return the distance to the next record; 0: this can't be one. */
    private static int signRecord(final byte[] bytes, final int offset, final long position) {
        final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        final int lengthWord = RecordDescriptor.lengthWord(buffer, offset);
        final int length = RecordDescriptor.recordLength(lengthWord);
        if (!RecordDescriptor.isPlausible(lengthWord) || length > bytes.length - offset) {
            return 0;
        }
        RecordDescriptor.crc(buffer, offset, new RecordChecksum(Life.COORDINATOR_ID)
            .record(ByteBuffer.wrap(bytes), offset, position, lengthWord));
        return RecordDescriptor.aligned(length);
    }

    private static void signPointer(final byte[] bytes) {
        final int checked = bytes.length - POINTER_CRC_LENGTH;
        final CRC32C crc = new CRC32C();
        crc.update(bytes, 0, checked);
        final byte[] text = String.format(Locale.ROOT, "%08x\n", crc.getValue()).getBytes();
        System.arraycopy(text, 0, bytes, checked, POINTER_CRC_LENGTH);
    }

    private static int ringOffset(final long position) {
        return TailDescriptor.HEADER_LENGTH + (int) (position & (TAIL_LENGTH - 1));
    }

    private static byte[] content(final JournalFile file) {
        final byte[] bytes = new byte[file.length()];
        file.buffer().getBytes(0, bytes);
        return bytes;
    }

    /** Cuts a file, or lets it go on with zeros. */
    void length(final String name, final int length) {
        files.computeIfPresent(name, (key, bytes) -> Arrays.copyOf(bytes, length));
    }
}
