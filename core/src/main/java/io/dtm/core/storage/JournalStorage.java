package io.dtm.core.storage;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.List;

/**
 * Where a journal lies: one directory of files. The journal above decides about names and bytes, the storage about how
 * they get onto a device, and what of them survives which fault:
 * <ul>
 * <li>a killed process loses nothing that was stored;</li>
 * <li>a power loss loses any part of what wasn't forced, names included;</li>
 * <li>what was forced stays.</li>
 * </ul>
 * One contract suite holds for all implementations. Thread-safe, as far as different threads use different files.
 */
public interface JournalStorage extends AutoCloseable {
    /**
     * Makes the caller the only owner until {@link #close()}, or until its process dies. The directory is made if it
     * doesn't exist. Only an owner may change anything.
     *
     * @throws JournalException OWNED if somebody else is, FOREIGN if the directory can't be trusted.
     */
    void own();

    /**
     * @return names of all files, sorted.
     * @throws IOException if the directory can't be read.
     */
    List<String> list() throws IOException;

    /**
     * Makes a file and fills it with zeros, so that no later store into it can fail for lack of space. Neither content
     * nor name is forced.
     *
     * @param name   that doesn't exist.
     * @param length in bytes.
     * @return the file, writable.
     * @throws IOException if there is no space: then nothing is left of it.
     */
    JournalFile create(String name, int length) throws IOException;

    /**
     * @param name     of a file.
     * @param writable whether it is to be changed, also through its buffer.
     * @return the file.
     * @throws java.nio.file.NoSuchFileException if it doesn't exist.
     * @throws IOException                       if it can't be opened.
     */
    JournalFile open(String name, boolean writable) throws IOException;

    /**
     * Makes an empty file that grows while it is written. Neither content nor name is forced.
     *
     * @param name that doesn't exist.
     * @return the file.
     * @throws IOException if it can't be made.
     */
    SequentialFile createSequential(String name) throws IOException;

    /**
     * @param name of a file, of whatever length, that nobody writes to any more.
     * @return what reads it from its beginning.
     * @throws java.nio.file.NoSuchFileException if it doesn't exist.
     * @throws IOException                       if it can't be opened.
     */
    ReadableByteChannel openSequential(String name) throws IOException;

    /**
     * @param name of a file.
     * @return its length in bytes.
     * @throws java.nio.file.NoSuchFileException if it doesn't exist.
     * @throws IOException                       if it can't be asked.
     */
    long length(String name) throws IOException;

    /**
     * Gives a file another name, in one step. An open file stays open.
     *
     * @param from that exists.
     * @param to   is replaced if it exists.
     * @throws IOException if it can't.
     */
    void rename(String from, String to) throws IOException;

    /**
     * @param name of a file; an open one stays usable by those who have it open.
     * @throws IOException if it can't be deleted.
     */
    void delete(String name) throws IOException;

    /**
     * Puts all names onto the device: what was created, renamed and deleted.
     *
     * @throws IOException if it failed: final.
     */
    void forceDirectory() throws IOException;

    /**
     * @return bytes that can be had for new files, as far as it is known.
     * @throws IOException if it can't be asked.
     */
    long usableBytes() throws IOException;

    /**
     * @param name of a file.
     * @return how an operator finds it.
     */
    String describe(String name);

    /**
     * @return whether records go into shared memory first, and into the segments when they are forced; else they go
     *     into the segments, which are memory too.
     */
    boolean isStaged();

    /** @return where the tail of a staged journal lies; one that isn't staged looks there for what such a one left. */
    SharedMemory sharedMemory();

    /**
     * @return which directory it is, once it exists.
     * @throws IOException if it can't be asked.
     */
    DirectoryIdentity identity() throws IOException;

    /**
     * @param other directory of the coordinator whose journal this is, now or before.
     * @return whether that one is still there, and isn't this: one of them is a copy of the other.
     * @throws IOException if it can't be looked at.
     */
    boolean isApartFrom(DirectoryIdentity other) throws IOException;

    /** Gives ownership up. Files stay open. */
    @Override
    void close();
}
