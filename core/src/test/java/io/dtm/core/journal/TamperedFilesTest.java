package io.dtm.core.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.ForkedJvm;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.MappedStorage;
import io.dtm.core.storage.StorageSuite;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others do to the files of a data directory. */
class TamperedFilesTest {
    @TempDir
    private Path parent;
    private Path data;
    private Path segment;

    @BeforeEach
    void makeJournal() {
        data = parent.resolve("data");
        segment = data.resolve(StorageSuite.FIRST_SEGMENT);
        final Process process = Process.start(new MappedStorage(data));
        process.append("something");
        process.close();
    }

    @Test
    void shouldRefuseASegmentThatWasCut() throws IOException {
        for (final long length : new long[] {Process.SEGMENT_LENGTH - 1, 4096, 4095, 63, 0}) {
            try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
                channel.truncate(length);
            }
            assertTrue(refused(Category.CORRUPT).contains(segment.toString()), "cut to " + length);
        }
    }

    @Test
    void shouldRefuseASegmentThatWasExtended() throws IOException {
        Files.write(segment, new byte[4096], StandardOpenOption.APPEND);
        assertTrue(refused(Category.CORRUPT).contains("cut or extended"));
    }

    @Test
    void shouldSayWhatToDoWithASegmentOfAnotherVersion() throws IOException {
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {2}), 8);
        }
        final String message = refused(Category.FOREIGN);
        assertTrue(message.contains("has format version 2; this program knows 1. Nothing is damaged"), message);
        assertTrue(message.contains("Start the program that wrote it, or a newer one"), message);
    }

    @Test
    void shouldRefuseASegmentUnderAnotherName() throws IOException {
        Files.copy(segment, data.resolve(FileNames.segment(2 * Process.SEGMENT_LENGTH)));
        Files.setPosixFilePermissions(data.resolve(FileNames.segment(2 * Process.SEGMENT_LENGTH)),
            Files.getPosixFilePermissions(segment));
        assertTrue(refused(Category.CORRUPT).contains("name should be"));
    }

    @Test
    void shouldRefuseACoordinatorIdThatIsNone() throws IOException {
        final String id = "123456789abcdef0";
        for (final String text : new String[] {"", "1", id, "123456789ABCDEF0\n", id + "\n\n"}) {
            Files.write(data.resolve(FileNames.COORDINATOR_ID), text.getBytes(StandardCharsets.US_ASCII));
            assertTrue(refused(Category.CORRUPT).contains(FileNames.COORDINATOR_ID));
        }
    }

    @Test
    void shouldRefuseTheCoordinatorIdOfAnotherOne() throws IOException {
        Files.write(data.resolve(FileNames.COORDINATOR_ID), "0000000000000001\n".getBytes(StandardCharsets.US_ASCII));
        refused(Category.FOREIGN);
    }

    @Test
    void shouldStartWithoutAMarkFileAndWithOneThatSaysNothing() throws IOException {
        for (final int length : new int[] {0, 10, 4096, 8192}) {
            Files.write(data.resolve(FileNames.MARK), new byte[length]);
            final Process process = Process.start(new MappedStorage(data));
            assertEquals(1, process.replayed().size());
            process.close();
        }
        Files.delete(data.resolve(FileNames.MARK));
        Process.start(new MappedStorage(data)).close();
        assertEquals(4096, Files.size(data.resolve(FileNames.MARK)));
    }

    @Test
    void shouldTellWhatIsWhereTheMarkFileHasNoFieldAndWriteItAnew() throws IOException {
        final byte[] mark = Files.readAllBytes(data.resolve(FileNames.MARK));
        for (final int offset : new int[] {4, 7, 96, 4095}) {
            mark[offset] = 1;
            Files.write(data.resolve(FileNames.MARK), mark);
            mark[offset] = 0;

            final Process told = Process.start(new MappedStorage(data));

            assertEquals(1, told.replayed().size());
            assertEquals(1, told.reports().size());
            assertTrue(told.reports().get(0).contains("isn't zero where it has no field"), told.reports()::toString);
            told.close();
            final Process next = Process.start(new MappedStorage(data));
            assertEquals(List.of(), next.reports());
            next.close();
        }
    }

    @Test
    void shouldDeleteWhatASegmentInTheMakingLeftBehind() throws IOException {
        final Path left = data.resolve(FileNames.segment(2 * Process.SEGMENT_LENGTH) + FileNames.TEMPORARY_SUFFIX);
        Files.write(left, new byte[5000]);
        Process.start(new MappedStorage(data)).close();
        assertTrue(Files.notExists(left));
    }

    @Test
    void shouldHaltWhenASegmentIsCutUnderItsHands() throws IOException {
        final Path other = parent.resolve("other");
        try (ForkedJvm jvm = new ForkedJvm(Victim.class, other.toString())) {
            assertEquals("appended", jvm.line());
            try (FileChannel channel = FileChannel.open(
                other.resolve(StorageSuite.FIRST_SEGMENT), StandardOpenOption.WRITE)) {
                channel.truncate(4096);
            }
            jvm.tell("go on");
            // The exception comes, or the process dies; it never says that it appended.
            final String line = jvm.line();
            assertTrue(line == null || !line.equals("appended"), line);
        }
    }

    private String refused(final Category category) {
        final JournalException ex =
            assertThrows(JournalException.class, () -> Process.start(new MappedStorage(data)).close());
        assertEquals(category, ex.category(), ex.getMessage());
        return ex.getMessage();
    }

    /** Appends one record for each line that it is told. */
    static final class Victim {
        private Victim() {
        }

        public static void main(final String[] args) throws IOException {
            final Process process = Process.start(new MappedStorage(Path.of(args[0])));
            final UnsafeBuffer frame = new UnsafeBuffer(new byte[100]);
            while (true) {
                try {
                    process.journal().append(1, 1, frame, 0, 100);
                    System.out.println("appended");
                } catch (final JournalException ex) {
                    System.out.println(ex.category());
                }
                while (System.in.read() != '\n') {
                    Thread.onSpinWait();
                }
            }
        }
    }
}
