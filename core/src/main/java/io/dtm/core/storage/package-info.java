/**
 * Where a journal lies: one directory of files, their names, and shared memory. Knows bytes and devices, and nothing of
 * the journal above it; uses only Agrona, {@code java.nio} and the codec. {@code JournalStorage} is the seam: what is
 * above it runs unchanged over {@code simulated}, which loses what wasn't forced.
 *
 * <pre>
 *                  JournalStorage ── JournalFile, SequentialFile        SharedMemory ── JournalFile
 *                        │                                                   │
 *      MappedStorage ────┴── StagedStorage                         SharedMemoryDirectory
 *            │ DataDirectory: the owner's lock                               │
 *            └ MappedFile, ZeroFill    LockedFile, FileTrust: whose it is ───┘
 * </pre>
 * Whoever forces off the hot path does it with {@code Forcing}; what fails is a {@code JournalException}, which says
 * what to do. {@code PrivateDirectory} makes directories, and nothing else does.
 */
package io.dtm.core.storage;
