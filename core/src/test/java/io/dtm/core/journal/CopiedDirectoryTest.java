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
import io.dtm.core.storage.StoppingStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.agrona.IoUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** A link that leads nowhere, or a file: also where a directory above it was. */
    @ParameterizedTest
    @ValueSource(strings = {"link", "file", "file above"})
    void shouldNotTakeWhatIsNoDirectoryForTheOriginal(final String there) throws IOException {
        process.abandon();
        final Path moved = directory.resolve("moved");
        final Path above = Files.createDirectory(directory.resolve("above"));
        Files.move(copy, above.resolve("data"));
        IoUtil.delete(original.toFile(), false);
        final Process first = Process.start(staged(above.resolve("data")));
        first.append("only in the tail");
        first.abandon();
        copy(above.resolve("data"), moved);
        IoUtil.delete(above.toFile(), false);
        if (there.equals("file above")) {
            Files.writeString(above, "something");
        } else {
            Files.createDirectory(above);
            if (there.equals("link")) {
                Files.createSymbolicLink(above.resolve("data"), directory.resolve("nowhere"));
            } else {
                Files.writeString(above.resolve("data"), "something");
            }
        }

        final Process next = Process.start(staged(moved));

        assertEquals(first.all(), next.replayed());
        next.close();
    }

    /** No tail is there any more, as after a reboot; and no JDK's way to say so is taken for a full disk. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldGoOnWithoutATailThatWouldLieBelowWhatIsNoDirectory(final boolean isStaged) throws IOException {
        process.abandon();
        final Path file = Files.writeString(directory.resolve("file"), "something");
        final MappedStorage storage = new MappedStorage(original);
        final Path tail = file.resolve("dtm-123456789abcdef0.tail");
        TailPointer.to(storage, tail.toString()).write(storage);
        try (var tails = Files.newDirectoryStream(directory, "*.tail")) {
            for (final Path other : tails) {
                Files.delete(other);
            }
        }

        final Process next = Process.start(isStaged ? staged(original) : storage);

        assertEquals(process.all().subList(0, 1), next.replayed(), "what was forced");
        assertTrue(next.reports().stream().anyMatch(text -> text.contains("tail " + tail) && text.contains("is gone")),
            () -> next.reports().toString());
        next.close();
    }

    /** Wherever a start ends that finds a tail elsewhere, it lets go of its own. */
    @Test
    void shouldHoldNoTailBehindAStartThatFailed() throws IOException {
        process.close();
        boolean hasStopped = true;
        int operations = 0;
        while (hasStopped) {
            final Path data = directory.resolve("data-" + operations);
            final Path memory = Files.createDirectory(directory.resolve("memory-" + operations));
            final Path former = Files.createDirectory(directory.resolve("former-" + operations));
            final Process before = Process.start(new StagedStorage(data, former));
            before.append("only in the tail");
            before.abandon();
            hasStopped = hasStopped(new StoppingStorage(new StagedStorage(data, memory), operations++));
            final Process next = Process.start(new StagedStorage(data, memory));
            assertEquals(before.all(), next.replayed(), "stopped at operation " + operations);
            next.close();
        }
        assertTrue(operations > 8, "operations " + operations);
    }

    private static boolean hasStopped(final JournalStorage storage) {
        try {
            Process.start(storage).abandon();
            return false;
        } catch (final StoppingStorage.Stopped ex) {
            return true;
        }
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
