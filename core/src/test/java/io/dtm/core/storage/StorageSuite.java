package io.dtm.core.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dtm.core.storage.JournalException.Category;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;

/** A suite that runs on whatever storage. */
public abstract class StorageSuite {
    public static final String FIRST_SEGMENT = "00000000000000000000.segment";
    public static final String SECOND_SEGMENT = "00000000000000008192.segment";
    public static final String THIRD_SEGMENT = "00000000000000016384.segment";

    private final TestStorage testStorage;

    protected StorageSuite(final TestStorage testStorage) {
        this.testStorage = testStorage;
    }

    @AfterEach
    void cleanUp() {
        testStorage.close();
    }

    /** The same files each time, whoever has them open. */
    protected JournalStorage storage() {
        return testStorage.storage();
    }

    /** Other files. */
    protected JournalStorage freshStorage() {
        return testStorage.freshStorage();
    }

    /**
     * The process dies: nothing that it stored is lost.
     *
     * @param abandon lets go of what the process has open, where that isn't the storage's to do.
     */
    protected void kill(final Runnable abandon) {
        testStorage.kill(abandon);
    }

    /** How many bytes to go on when a test wants to try each. */
    protected int step() {
        return testStorage.step();
    }

    protected int segments() {
        try {
            return (int) storage().list().stream().filter(FileNames::isSegment).count();
        } catch (final IOException ex) {
            throw new AssertionError(ex);
        }
    }

    public static JournalException assertCategory(final Category category, final Runnable action) {
        final JournalException ex = assertThrows(JournalException.class, action::run);
        assertEquals(category, ex.category(), ex.getMessage());
        return ex;
    }

    public static void write(final JournalStorage storage, final String name, final int offset, final byte[] bytes)
        throws IOException {
        try (JournalFile file = storage.open(name, true)) {
            file.write(offset, ByteBuffer.wrap(bytes));
        }
    }

    public static void flip(final JournalStorage storage, final String name, final int offset, final int mask)
        throws IOException {
        try (JournalFile file = storage.open(name, true)) {
            file.buffer().putByte(offset, (byte) (file.buffer().getByte(offset) ^ mask));
        }
    }
}
