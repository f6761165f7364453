package io.dtm.core.storage;

import java.io.IOException;

/**
 * Files in memory: what is stored in them survives the death of the process, not a reboot, whatever is forced. Each
 * has a location that says where it lies also to a process that would make its own elsewhere. Thread-safe, as far as
 * different threads use different files.
 */
public interface SharedMemory {
    /**
     * @return names the run of the machine, at whose end all files go; empty if it isn't known.
     */
    String bootId();

    /**
     * @param name of a file.
     * @return its location, if it is made from now on.
     */
    String locate(String name);

    /**
     * Makes a file, filled with zeros so that no store into it can fail for lack of space, and owns it as
     * {@link #own(String)} does.
     *
     * @param location that {@link #locate(String)} gave; nothing is there.
     * @param length   in bytes.
     * @return the file, writable.
     * @throws IOException if it can't be made, for instance for lack of space: then nothing is left of it.
     */
    JournalFile create(String location, int length) throws IOException;

    /**
     * Makes the caller the only owner of a file until that is closed, or until its process dies.
     *
     * @param location of any time.
     * @return the file, writable.
     * @throws java.nio.file.NoSuchFileException if nothing is there.
     * @throws IOException                       if it can't be opened.
     * @throws JournalException                  OWNED if somebody else is its owner, FOREIGN if it can't be trusted.
     */
    JournalFile own(String location) throws IOException;

    /**
     * @param location of any time.
     * @return the file, to be read while its owner may write.
     * @throws java.nio.file.NoSuchFileException if nothing is there.
     * @throws IOException                       if it can't be opened.
     */
    JournalFile open(String location) throws IOException;

    /**
     * @param location of any time.
     * @return whether a file is there. Any thread.
     */
    boolean exists(String location);

    /**
     * @param one   location of any time.
     * @param other location of any time.
     * @return whether a file is there, and both lead to it: a directory may have several names.
     * @throws IOException if it can't be asked.
     */
    boolean isSame(String one, String other) throws IOException;

    /**
     * Moves a file, in one step. It stays open, and owned.
     *
     * @param from where one is.
     * @param to   is replaced if something is there.
     * @throws IOException if it can't be moved.
     */
    void rename(String from, String to) throws IOException;

    /**
     * @param location of a file that stays usable by those who have it open; or nothing is there.
     * @throws IOException if it can't be deleted.
     */
    void delete(String location) throws IOException;
}
