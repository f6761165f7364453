package io.dtm.core.journal.reading;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.Forcing;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;

/**
 * The file of the data directory that says where the tail lies: its location and a line feed. So every start finds the
 * last tail, wherever that start would make its own, if any. It is forced before anything is put into the tail.
 */
public final class TailPointer {
    private static final int MAX_LENGTH = 4096;

    private TailPointer() {
    }

    /**
     * @param storage that holds a journal.
     * @return the location of the last tail, or null if there is none.
     * @throws JournalException CORRUPT if the file doesn't hold a location.
     * @throws IOException      if it can't be read.
     */
    public static String read(final JournalStorage storage) throws IOException {
        final String text;
        try (JournalFile file = storage.open(FileNames.TAIL_POINTER, false)) {
            final byte[] bytes = new byte[Math.min(file.length(), MAX_LENGTH + 1)];
            file.buffer().getBytes(0, bytes);
            text = new String(bytes, UTF_8);
        } catch (final NoSuchFileException ex) {
            return null;
        }
        final int end = text.indexOf('\n');
        if (end <= 0 || end != text.length() - 1) {
            throw Corruption.exception("file " + storage.describe(FileNames.TAIL_POINTER)
                + " doesn't hold the path of the tail. If this machine has started again since the coordinator ran,"
                + " there is no tail any more, and this file can be deleted");
        }
        return text.substring(0, end);
    }

    /**
     * Puts it onto the device, too.
     *
     * @param storage  that the caller owns.
     * @param location of the tail.
     * @throws JournalException FORCE_FAILED.
     * @throws IOException      if it can't be written.
     */
    public static void write(final JournalStorage storage, final String location) throws IOException {
        final byte[] text = (location + "\n").getBytes(UTF_8);
        final String temporary = FileNames.TAIL_POINTER + FileNames.TEMPORARY_SUFFIX;
        try (JournalFile file = storage.create(temporary, text.length)) {
            file.write(0, ByteBuffer.wrap(text));
            Forcing.file(storage, file, FileNames.TAIL_POINTER);
        }
        storage.rename(temporary, FileNames.TAIL_POINTER);
        Forcing.directory(storage);
    }

    /**
     * After the tail is gone: a pointer to none says the same.
     *
     * @param storage that the caller owns.
     * @throws JournalException FORCE_FAILED.
     * @throws IOException      if it can't be deleted.
     */
    public static void delete(final JournalStorage storage) throws IOException {
        if (storage.list().contains(FileNames.TAIL_POINTER)) {
            storage.delete(FileNames.TAIL_POINTER);
            Forcing.directory(storage);
        }
    }
}
