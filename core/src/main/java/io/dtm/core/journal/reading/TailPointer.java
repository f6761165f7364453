package io.dtm.core.journal.reading;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.dtm.core.storage.DirectoryIdentity;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.Forcing;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * The file of the data directory that says where the tail lies, so that every start finds the last one, wherever that
 * start would make its own, if any. It is forced before anything is put into the tail, and stays when the tail goes:
 * the next start finds it on a full disk too. It is a sector, and written over in one write, so it is never torn.
 *
 * @param location of the last tail.
 * @param isEnded  whether all that was in that tail is in the segments, forced: it may be gone.
 * @param device   that held the directory when this was written.
 * @param inode    of the directory then.
 * @param bootId   of the machine's run then; may be empty.
 */
public record TailPointer(String location, boolean isEnded, long device, long inode, String bootId) {
    private static final int LENGTH = 512;
    /** What comes before is checked. */
    private static final int CRC_OFFSET = LENGTH - 9;
    private static final int MAX_TEXT_LENGTH = CRC_OFFSET - 1;
    private static final int LINES = 4;
    private static final String IN_USE = "in use";
    private static final String ENDED = "ended";

    /**
     * @param storage  that holds a journal.
     * @param location of its tail from now on.
     * @return what points to it, as long as it is used.
     * @throws IOException if its location doesn't fit, or which directory it is can't be asked.
     */
    public static TailPointer to(final JournalStorage storage, final String location) throws IOException {
        final DirectoryIdentity identity = storage.identity();
        final TailPointer pointer = new TailPointer(
            location, false, identity.device(), identity.inode(), storage.sharedMemory().bootId());
        if (location.contains("\n") || pointer.text().length > MAX_TEXT_LENGTH) {
            throw new IOException("its path is too long for " + FileNames.TAIL_POINTER + ", or of several lines");
        }
        return pointer;
    }

    /** @return the same, when the tail isn't needed any more. */
    public TailPointer ended() {
        return new TailPointer(location, true, device, inode, bootId);
    }

    /**
     * @param storage that holds a journal.
     * @return what points to the last tail, or null if there never was one.
     * @throws JournalException CORRUPT if the file is damaged.
     * @throws IOException      if it can't be read.
     */
    public static TailPointer read(final JournalStorage storage) throws IOException {
        final byte[] bytes;
        try (JournalFile file = storage.open(FileNames.TAIL_POINTER, false)) {
            bytes = new byte[Math.min(file.length(), LENGTH + 1)];
            file.buffer().getBytes(0, bytes);
        } catch (final NoSuchFileException ex) {
            return null;
        }
        if (bytes.length != LENGTH || !Arrays.equals(crc(bytes), Arrays.copyOfRange(bytes, CRC_OFFSET, LENGTH))) {
            throw damaged(storage, bytes.length != LENGTH
                ? "it hasn't " + LENGTH + " bytes: it was cut or extended" : "its checksum is wrong");
        }
        final String[] lines = new String(bytes, UTF_8).split("\n", LINES + 1);
        if (lines.length <= LINES) {
            throw damaged(storage, "it hasn't the lines that it should have");
        }
        checkLocation(storage, lines[0]);
        try {
            final String[] numbers = lines[2].split(" ");
            return new TailPointer(lines[0], lines[1].equals(ENDED), Long.parseUnsignedLong(numbers[0]),
                Long.parseUnsignedLong(numbers[1]), lines[3]);
        } catch (final NumberFormatException | ArrayIndexOutOfBoundsException ex) {
            throw damaged(storage, "it hasn't the two numbers that it should have");
        }
    }

    private static void checkLocation(final JournalStorage storage, final String location) {
        try {
            Path.of(location);
        } catch (final InvalidPathException ex) {
            throw damaged(storage, "no path can be made of the location that it names: " + ex.getReason()
                + ". A start in the locale of the one that wrote it may know it");
        }
    }

    /**
     * Puts it onto the device, too, also where it reads the same already: who wrote it may have died before it was
     * forced, or that force may have failed. Needs no space if there is one already. If there was none, its name is on
     * the device when the caller has forced the directory, before anything is put into the tail.
     *
     * @param storage that the caller owns.
     * @throws JournalException FORCE_FAILED.
     * @throws IOException      if it can't be written.
     */
    public void write(final JournalStorage storage) throws IOException {
        if (read(storage) == null) {
            create(storage);
        } else {
            try (JournalFile file = storage.open(FileNames.TAIL_POINTER, true)) {
                file.write(0, ByteBuffer.wrap(bytes()));
                Forcing.file(storage, file, FileNames.TAIL_POINTER);
            }
        }
    }

    private void create(final JournalStorage storage) throws IOException {
        final String temporary = FileNames.TAIL_POINTER + FileNames.TEMPORARY_SUFFIX;
        try (JournalFile file = storage.create(temporary, LENGTH)) {
            file.write(0, ByteBuffer.wrap(bytes()));
            Forcing.file(storage, file, FileNames.TAIL_POINTER);
        }
        storage.rename(temporary, FileNames.TAIL_POINTER);
    }

    /**
     * By who has no tail any more, after the last one is gone: a pointer to none says the same.
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

    /**
     * @param storage that holds this, and whose tail isn't there.
     * @return what that means, as a sentence; null: nothing, since it isn't needed.
     * @throws IOException if which directory it is can't be asked.
     */
    public String absence(final JournalStorage storage) throws IOException {
        if (isEnded) {
            return null;
        }
        final String now = storage.sharedMemory().bootId();
        final String why;
        if (now.isEmpty() || bootId.isEmpty()) {
            why = ": the machine or its container was started again since, or somebody deleted it";
        } else if (!now.equals(bootId)) {
            why = ": this machine was started again since, or this directory was brought from another one";
        } else if (inode != 0 && !storage.identity().hasInode(device, inode)) {
            why = inode == storage.identity().inode()
                ? ": this directory was on another device then: its container was made anew, or this one is a copy"
                : ": it was that of another directory, of which this one is a copy";
        } else {
            why = ", though this machine wasn't started again: somebody deleted it (systemd-logind with RemoveIPC=yes"
                + " does at a logout), or the container was made anew";
        }
        return "tail " + location + ", which " + FileNames.TAIL_POINTER + " names, is gone" + why
            + ". What was only appended to it and not forced is lost";
    }

    private byte[] text() {
        return (location + '\n' + (isEnded ? ENDED : IN_USE) + '\n' + Long.toUnsignedString(device) + ' '
            + Long.toUnsignedString(inode) + '\n' + bootId + '\n').getBytes(UTF_8);
    }

    private byte[] bytes() {
        final byte[] text = text();
        final byte[] bytes = Arrays.copyOf(text, LENGTH);
        Arrays.fill(bytes, text.length, CRC_OFFSET - 1, (byte) ' ');
        bytes[CRC_OFFSET - 1] = '\n';
        System.arraycopy(crc(bytes), 0, bytes, CRC_OFFSET, LENGTH - CRC_OFFSET);
        return bytes;
    }

    private static byte[] crc(final byte[] bytes) {
        return String.format(Locale.ROOT, "%08x\n", RecordChecksum.of(ByteBuffer.wrap(bytes), 0, CRC_OFFSET))
            .getBytes(UTF_8);
    }

    private static JournalException damaged(final JournalStorage storage, final String what) {
        return JournalException.placed(Category.CORRUPT, "file " + storage.describe(FileNames.TAIL_POINTER) + ": ",
            what, ". It says where the tail lies, with what was appended and not forced before the coordinator died, so"
            + " the coordinator doesn't start. Keep a copy of it. If this machine has started again since, there is no"
            + " tail any more: delete the file. Else look for dtm-<coordinator id>.tail in the directory that the"
            + " coordinator had for it (/dev/shm, if no other was configured): if it is there, delete the file and"
            + " start staged, with that directory: the start finds the tail without this file");
    }
}
