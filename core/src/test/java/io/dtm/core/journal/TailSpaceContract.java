package io.dtm.core.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.ForwardingStorage;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.StorageSuite;
import io.dtm.core.storage.TestStorage;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Starts of a staged journal on a full disk. */
abstract class TailSpaceContract extends StorageSuite {
    TailSpaceContract(final TestStorage testStorage) {
        super(testStorage);
    }

    /** So that a start needs no other segment. */
    private static Process someRecords(final Process process) {
        process.append("something");
        process.append("something else");
        return process;
    }

    private static void assertStartsAndRefusesNewOnes(final Process before, final JournalStorage storage) {
        final Process next = Process.start(Process.context(new FullDisk(storage)).reservedSegments(2));
        assertEquals(before.all(), next.replayed());
        assertFalse(next.journal().hasSpaceForNew());
        next.append("finishes");
        next.forceAll();
        assertEquals(next.journal().appendedPosition(), next.journal().forcedPosition());
        next.close();
        assertEquals(next.all(), Process.start(storage).replayed());
    }

    @Test
    void shouldStartOnAFullDiskAfterAnOrderlyEndAndRefuseNewOnes() {
        final Process process = someRecords(Process.start(storage()));
        process.close();
        assertStartsAndRefusesNewOnes(process, storage());
    }

    @Test
    void shouldStartOnAFullDiskAfterAKillAndRefuseNewOnes() {
        final Process process = someRecords(Process.start(storage()));
        kill(process::abandon);
        assertStartsAndRefusesNewOnes(process, storage());
    }

    @Test
    void shouldSayWhatToDoWhereTheDiskIsFullWhenAJournalIsStagedForTheFirstTime() throws IOException {
        final Process process = someRecords(Process.start(new Mapped(storage())));
        process.close();

        final JournalException refusal =
            assertCategory(Category.NO_SPACE, () -> Process.start(new FullDisk(storage())));

        assertTrue(refusal.getMessage().contains(storage().describe(FileNames.TAIL_POINTER)), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("Make space"), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("dtm.journal.storage=mapped"), refusal.getMessage());
        assertFalse(isAnythingInMemory());
        assertEquals(process.all(), Process.start(storage()).replayed());
    }

    private boolean isAnythingInMemory() {
        final String location = LiveTail.locationOf(storage(), Process.COORDINATOR_ID);
        return storage().sharedMemory().exists(location)
            || storage().sharedMemory().exists(location + FileNames.TEMPORARY_SUFFIX);
    }

    @Test
    void shouldNameTheDirectoryWhereItCannotBeWritten() {
        final JournalException refusal =
            assertCategory(Category.NO_SPACE, () -> Process.start(new FullDisk(storage())));
        assertFalse(refusal.getMessage().contains(FileNames.COORDINATOR_ID), refusal.getMessage());
        assertFalse(isAnythingInMemory());
    }

    /** A disk on which no file can be made any more. */
    private static final class FullDisk extends ForwardingStorage {
        FullDisk(final JournalStorage storage) {
            super(storage);
        }

        @Override
        public JournalFile create(final String name, final int length) throws IOException {
            throw new IOException("No space left on device");
        }

        @Override
        public long usableBytes() {
            return 0;
        }
    }

    /** The same files, of a journal without a tail. */
    private static final class Mapped extends ForwardingStorage {
        Mapped(final JournalStorage storage) {
            super(storage);
        }

        @Override
        public boolean isStaged() {
            return false;
        }
    }
}
