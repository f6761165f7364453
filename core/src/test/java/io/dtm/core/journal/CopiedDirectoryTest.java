package io.dtm.core.journal;

import static io.dtm.core.storage.StorageSuite.assertCategory;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.journal.reading.JournalReader;
import io.dtm.core.journal.reading.RecordedRecords;
import io.dtm.core.journal.reading.TailPointer;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.MappedStorage;
import io.dtm.core.storage.StagedStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.agrona.IoUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of a data directory of a file system, while there is a tail that belongs to one of them. */
class CopiedDirectoryTest {
    @TempDir
    private Path directory;
    private Path original;
    private Path copy;
    private Process process;

    @BeforeEach
    void copyWhileItRuns() throws IOException {
        original = directory.toRealPath().resolve("original");
        copy = directory.toRealPath().resolve("copy");
        process = Process.start(staged(original));
        process.append("forced");
        process.forceAll();
        process.append("only in the tail");
        copy(original, copy);
    }

    private JournalStorage staged(final Path data) {
        return new StagedStorage(data, directory);
    }

    private static void copy(final Path from, final Path to) throws IOException {
        Files.createDirectory(to);
        try (var files = Files.list(from)) {
            for (final Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private void assertRefused(final Category category, final Path data) {
        for (final JournalStorage storage : List.of(staged(data), new MappedStorage(data))) {
            final String message = assertCategory(category, () -> Process.start(storage)).getMessage();
            assertTrue(message.contains("data directory " + original), message);
            assertTrue(message.contains("start the one in " + original), message);
            assertTrue(message.contains("move " + original + " away"), message);
            assertFalse(message.contains("delete coordinator.tail"), message);
        }
    }

    @Test
    void shouldRefuseACopyWhileTheOriginalRuns() {
        assertRefused(Category.OWNED, copy);
        process.append("goes on");
        process.close();
        assertEquals(process.all(), Process.start(staged(original)).replayed());
    }

    @Test
    void shouldNotTakeTheTailOfAnOriginalThatDied() {
        process.abandon();
        assertRefused(Category.FOREIGN, copy);
        final RecordedRecords read = new RecordedRecords();
        try (JournalReader reader = JournalReader.open(new MappedStorage(copy))) {
            reader.replay(0, read);
        }
        assertEquals(process.all().subList(0, 1), read.entries());
        final Process next = Process.start(staged(original));
        assertEquals(process.all(), next.replayed());
        next.close();
    }

    @Test
    void shouldLetACopyGoOnInPlaceOfAnOriginalThatIsMovedAway() throws IOException {
        process.abandon();
        Files.move(original, directory.resolve("kept"));
        final Process next = Process.start(staged(copy));
        assertEquals(process.all(), next.replayed());
        next.close();
    }

    @Test
    void shouldStartADirectoryThatWasMoved() throws IOException {
        process.abandon();
        final Path moved = directory.resolve("moved");
        Files.move(original, moved);
        Files.move(copy, original);
        final Process next = Process.start(staged(moved));
        assertEquals(process.all(), next.replayed());
        next.close();
    }

    /** As onto a larger disk, where the directory gets another inode. */
    @Test
    void shouldStartADirectoryThatWasMovedWithALinkLeftBehind() throws IOException {
        process.abandon();
        IoUtil.delete(original.toFile(), false);
        Files.createSymbolicLink(original, copy);
        final Process next = Process.start(staged(copy));
        assertEquals(process.all(), next.replayed());
        next.close();
    }

    /** As /run/shm is a link to /dev/shm. Also where the pointer has the other name. */
    @Test
    void shouldFindTheTailWhateverItsDirectoryIsCalled() throws IOException {
        process.abandon();
        final Path memory = Files.createDirectory(directory.resolve("memory"));
        final Path link = Files.createSymbolicLink(directory.resolve("link"), memory);
        final String tail = "dtm-123456789abcdef0.tail";
        Process.start(new StagedStorage(original, memory)).abandon();
        for (final Path name : List.of(link, memory.resolve("."), memory)) {
            final MappedStorage storage = new MappedStorage(original);
            TailPointer.to(storage, link.resolve(tail).toString()).write(storage);
            final Process next = Process.start(new StagedStorage(original, name));
            assertEquals(process.all(), next.replayed());
            assertTrue(Files.exists(memory.resolve(tail)), "the live tail, which has two names");
            next.abandon();
        }
    }

    @Test
    void shouldStartADirectoryThatWasPutBack() throws IOException {
        process.abandon();
        IoUtil.delete(original.toFile(), false);
        copy(copy, original);
        final Process next = Process.start(staged(original));
        assertEquals(process.all(), next.replayed());
        next.close();
    }

    /** Whatever lies where the original was: it isn't this coordinator's. */
    @Test
    void shouldNotTakeAnotherDirectoryForTheOriginal() throws IOException {
        process.abandon();
        Files.move(original, directory.resolve("kept"));
        Files.createDirectory(original);
        Files.writeString(original.resolve("coordinator.id"), "0000000000000001\n");
        final Process next = Process.start(staged(copy));
        assertEquals(process.all(), next.replayed());
        next.close();
    }
}
