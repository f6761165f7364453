package io.dtm.core.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.storage.JournalException.Category;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a storage promises to the journal above it. */
public abstract class StorageContract extends StorageSuite {
    private static final int LENGTH = 10_000;

    private JournalStorage owned;

    protected StorageContract(final TestStorage testStorage) {
        super(testStorage);
    }

    @BeforeEach
    void own() {
        owned = storage();
        owned.own();
    }

    @Test
    void shouldMakeFilesOfZeros() throws IOException {
        try (JournalFile file = owned.create("a", LENGTH)) {
            assertEquals(LENGTH, file.length());
            assertEquals(LENGTH, file.buffer().capacity());
            for (int i = 0; i < LENGTH; i++) {
                assertEquals(0, file.buffer().getByte(i));
            }
        }
        assertTrue(owned.list().contains("a"));
        assertThrows(FileAlreadyExistsException.class, () -> owned.create("a", LENGTH));
    }

    @Test
    void shouldShowAStoreToWhoeverReads() throws IOException {
        try (JournalFile file = owned.create("a", LENGTH); JournalFile other = owned.open("a", false)) {
            file.buffer().putLong(8, 42);
            assertEquals(42, other.buffer().getLong(8));
            assertEquals(42, other.byteBuffer().get(8));
            file.force(8, 8);
            file.force();
            assertEquals(42, other.buffer().getLong(8));
        }
    }

    @Test
    void shouldShowAWriteToWhoeverReads() throws IOException {
        try (JournalFile file = owned.create("a", LENGTH); JournalFile other = owned.open("a", false)) {
            file.write(5_000, ByteBuffer.wrap(new byte[] {1, 2, 3}));
            assertEquals(2, file.buffer().getByte(5_001));
            assertEquals(3, other.buffer().getByte(5_002));
        }
    }

    @Test
    void shouldKeepAnOpenFileUsableWhenItIsRenamedOrDeleted() throws IOException {
        final JournalFile file = owned.create("a", LENGTH);
        owned.rename("a", "b");
        file.buffer().putByte(0, (byte) 1);
        try (JournalFile renamed = owned.open("b", true)) {
            assertEquals(1, renamed.buffer().getByte(0));
        }
        owned.delete("b");
        file.buffer().putByte(1, (byte) 2);
        file.force();
        file.close();
        assertThrows(NoSuchFileException.class, () -> owned.open("b", false));
        assertThrows(NoSuchFileException.class, () -> owned.delete("b"));
    }

    @Test
    void shouldReplaceAFileByRenaming() throws IOException {
        owned.create("a", 100).close();
        owned.create("b", 200).close();
        owned.rename("b", "a");
        owned.forceDirectory();
        try (JournalFile file = owned.open("a", false)) {
            assertEquals(200, file.length());
        }
        assertThrows(NoSuchFileException.class, () -> owned.open("b", false));
    }

    @Test
    void shouldListNamesInOrder() throws IOException {
        owned.create("c", 1).close();
        owned.create("a", 1).close();
        owned.create("b", 1).close();
        final List<String> names = owned.list();
        names.removeIf(name -> name.length() > 1);
        assertEquals(List.of("a", "b", "c"), names);
        assertTrue(owned.usableBytes() > 0);
    }

    @Test
    void shouldHaveOneOwner() {
        final JournalException ex = assertThrows(JournalException.class, () -> storage().own());
        assertEquals(Category.OWNED, ex.category());
        owned.close();
        final JournalStorage next = storage();
        next.own();
        next.close();
    }

    @Test
    void shouldRefuseToTouchAClosedFile() throws IOException {
        final JournalFile file = owned.create("a", LENGTH);
        file.close();
        file.close();
        assertThrows(IndexOutOfBoundsException.class, () -> file.buffer().getByte(0));
    }

    @Test
    void shouldKeepWhatIsWrittenFromFrontToEnd() throws IOException {
        try (SequentialFile file = owned.createSequential("a")) {
            assertEquals(0, owned.length("a"));
            file.write(ByteBuffer.wrap(new byte[] {0, 1, 2, 3}, 1, 3));
            file.write(ByteBuffer.allocateDirect(LENGTH));
            file.force();
            file.write(ByteBuffer.wrap(new byte[] {4}));
            file.force();
        }
        assertEquals(LENGTH + 4, owned.length("a"));
        final ByteBuffer content = ByteBuffer.allocate(LENGTH + 4);
        try (ReadableByteChannel channel = owned.openSequential("a")) {
            while (content.hasRemaining()) {
                assertTrue(channel.read(content) > 0);
            }
            assertEquals(-1, channel.read(ByteBuffer.allocate(1)));
        }
        final byte[] expected = new byte[LENGTH + 4];
        System.arraycopy(new byte[] {1, 2, 3}, 0, expected, 0, 3);
        expected[LENGTH + 3] = 4;
        assertArrayEquals(expected, content.array());
        try (JournalFile file = owned.open("a", false)) {
            assertEquals(LENGTH + 4, file.length());
            assertEquals(4, file.buffer().getByte(LENGTH + 3));
        }
    }

    @Test
    void shouldRefuseToWriteAFileFromFrontToEndTwice() throws IOException {
        owned.createSequential("a").close();
        assertThrows(FileAlreadyExistsException.class, () -> owned.createSequential("a"));
        owned.rename("a", "b");
        assertEquals(0, owned.length("b"));
        owned.delete("b");
        assertThrows(NoSuchFileException.class, () -> owned.openSequential("b"));
        assertThrows(NoSuchFileException.class, () -> owned.length("b"));
    }
}
