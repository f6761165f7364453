package io.dtm.core.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.recovery.CheckpointMaker.Made;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.MappedStorage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints as real files, made by who doesn't own the directory. */
class MappedCheckpointTest {
    @TempDir
    Path temporary;

    @Test
    void shouldStartFromACheckpointThatAnotherProcessMade() throws IOException {
        final Path directory = temporary.resolve("data");
        final Life life = Life.start(new MappedStorage(directory)).closeSegment();
        life.checkpoint();
        life.closeSegment();
        final Made made = makeAside(directory, life.journal.closedPosition(), "child");
        life.journal.adoptCheckpoint(made.checkpoint());
        life.journal.prepareSpace();
        final long digest = life.digest();
        life.close();

        final Life next = Life.recover(new MappedStorage(directory));

        assertEquals(digest, next.digest());
        assertEquals(made.checkpoint().replayPosition(), next.restored.replayPosition());
        final Path newest = directory.resolve(FileNames.checkpoint(made.checkpoint().replayPosition()));
        assertEquals(made.checkpoint().lengthBytes(), Files.size(newest));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(newest)));
        next.close();

        try (FileChannel file = FileChannel.open(newest, StandardOpenOption.WRITE)) {
            file.truncate(made.checkpoint().lengthBytes() - 1);
        }
        final Life fallenBack = Life.recover(new MappedStorage(directory));
        assertEquals(digest, fallenBack.digest());
        assertTrue(fallenBack.reports.get(0).contains(newest + " is damaged"), fallenBack.reports.get(0));
        fallenBack.close();
    }

    /** The coordinator died while its child was writing; the child comes to its end under the next one. */
    @Test
    void shouldNotBeDisturbedByAMakerThatOutlivesItsCoordinator() throws IOException {
        final Path directory = temporary.resolve("data");
        final Life life = Life.start(new MappedStorage(directory)).closeSegment();
        final long upTo = life.journal.closedPosition();
        life.close();

        final Life next = Life.start(new MappedStorage(directory)).closeSegment();
        final Made orphan = makeAside(directory, upTo, "orphan");
        assertTrue(Files.exists(directory.resolve(orphan.checkpoint().temporaryName())));
        next.checkpoint();

        assertEquals(List.of(FileNames.checkpoint(next.journal.checkpointPosition())), checkpoints(directory));
        final long digest = next.digest();
        next.close();
        final Life last = Life.recover(new MappedStorage(directory));
        assertEquals(digest, last.digest());
        last.close();
    }

    private static Made makeAside(final Path directory, final long upTo, final String unique) {
        return (Made) new CheckpointMaker(
            new MappedStorage(directory), 0, System::currentTimeMillis, damage -> { }).make(upTo, unique);
    }

    private static List<String> checkpoints(final Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                .filter(name -> name.contains("checkpoint")).toList();
        }
    }
}
