package io.dtm.core.journal.reading;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.Forcing;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;

/**
 * The file of an operator's order to cut the journal, while it is carried out: the position, the bytes that are lost,
 * and why, each in a line. Where it is, nothing but that cut may be done.
 *
 * @param position  from which on everything is given up.
 * @param lostBytes number of bytes given up.
 * @param reason    why; in one line.
 */
public record CutOrderFile(long position, long lostBytes, String reason) {
    private static final int LINES = 3;

    /**
     * @param storage that holds a journal.
     * @return an order whose execution was interrupted, or null if there is none.
     * @throws JournalException CORRUPT if the file doesn't hold an order.
     * @throws IOException      if it can't be read.
     */
    public static CutOrderFile read(final JournalStorage storage) throws IOException {
        try (JournalFile file = storage.open(FileNames.CUT_ORDER, false)) {
            final byte[] bytes = new byte[file.length()];
            file.buffer().getBytes(0, bytes);
            final String[] lines = new String(bytes, UTF_8).split("\n", LINES);
            return new CutOrderFile(Long.parseLong(lines[0]), Long.parseLong(lines[1]), lines[2]);
        } catch (final NoSuchFileException ex) {
            return null;
        } catch (final NumberFormatException | ArrayIndexOutOfBoundsException ex) {
            throw Corruption.exception("file " + storage.describe(FileNames.CUT_ORDER) + " doesn't hold an order: the"
                + " position, the bytes that are lost, and why, each in a line");
        }
    }

    /**
     * Puts it onto the device, too.
     *
     * @param storage that the caller owns.
     * @throws JournalException FORCE_FAILED.
     * @throws IOException      if it can't be written.
     */
    public void write(final JournalStorage storage) throws IOException {
        final byte[] text = (position + "\n" + lostBytes + "\n" + reason).getBytes(UTF_8);
        final String temporary = FileNames.CUT_ORDER + FileNames.TEMPORARY_SUFFIX;
        try (JournalFile file = storage.create(temporary, text.length)) {
            file.write(0, ByteBuffer.wrap(text));
            Forcing.file(storage, file, FileNames.CUT_ORDER);
        }
        storage.rename(temporary, FileNames.CUT_ORDER);
        Forcing.directory(storage);
    }

    /**
     * @param storage that holds it.
     * @return why nobody starts on what an interrupted order has left behind.
     */
    public JournalException refusal(final JournalStorage storage) {
        return new JournalException(Category.CORRUPT, "the cut at position " + position + " that an operator ordered"
            + " was interrupted (" + storage.describe(FileNames.CUT_ORDER) + "): start again with --cut-at " + position
            + ", which completes it", null);
    }
}
