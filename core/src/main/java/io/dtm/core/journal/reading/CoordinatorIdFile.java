package io.dtm.core.journal.reading;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.Forcing;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * The file that says whose directory it is: the id as 16 hexadecimal digits and a line feed. It is the last thing that
 * a first start makes: where it is, there is a journal.
 */
public final class CoordinatorIdFile {
    private static final int DIGITS = 16;
    private static final String PATTERN = "[0-9a-f]{" + DIGITS + "}\n";

    private CoordinatorIdFile() {
    }

    /**
     * @param storage that holds a journal.
     * @return whose it is.
     * @throws java.nio.file.NoSuchFileException if there was no first start.
     * @throws JournalException                  CORRUPT if the file doesn't hold an id.
     * @throws IOException                       if it can't be read.
     */
    public static long read(final JournalStorage storage) throws IOException {
        final String text;
        try (JournalFile file = storage.open(FileNames.COORDINATOR_ID, false)) {
            final byte[] bytes = new byte[Math.min(file.length(), DIGITS + 2)];
            file.buffer().getBytes(0, bytes);
            text = new String(bytes, US_ASCII);
        }
        if (!text.matches(PATTERN)) {
            throw Corruption.exception("file " + storage.describe(FileNames.COORDINATOR_ID)
                + " doesn't hold the coordinator's id: 16 hexadecimal digits, as in the header of each segment");
        }
        return Long.parseUnsignedLong(text.trim(), 16);
    }

    /**
     * Puts it onto the device, too.
     *
     * @param storage       that the caller owns.
     * @param coordinatorId not 0.
     * @throws JournalException FORCE_FAILED.
     * @throws IOException      if it can't be written.
     */
    public static void write(final JournalStorage storage, final long coordinatorId) throws IOException {
        final byte[] text = (String.format(Locale.ROOT, "%016x", coordinatorId) + "\n").getBytes(US_ASCII);
        final String temporary = FileNames.COORDINATOR_ID + FileNames.TEMPORARY_SUFFIX;
        try (JournalFile file = storage.create(temporary, text.length)) {
            file.write(0, ByteBuffer.wrap(text));
            Forcing.file(storage, file, FileNames.COORDINATOR_ID);
        }
        storage.rename(temporary, FileNames.COORDINATOR_ID);
        Forcing.directory(storage);
    }
}
