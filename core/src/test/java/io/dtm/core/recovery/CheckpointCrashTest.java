package io.dtm.core.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.journal.reading.JournalReader;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.ForwardingStorage;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.SequentialFile;
import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.core.storage.simulated.Survival;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The system dies, or a force fails, at each file operation while a checkpoint is made and adopted. */
class CheckpointCrashTest {
    private static final int RANDOM_SURVIVALS = 6;

    @Test
    void shouldRecoverTheSameStateWhereverItDies() {
        int operations = 0;
        for (boolean dies = true; dies; operations++) {
            for (final boolean isDone : new boolean[] {false, true}) {
                for (int survival = 0; survival < RANDOM_SURVIVALS + 3; survival++) {
                    dies = dieAt(operations, isDone, survival);
                }
            }
        }
        assertTrue(operations > 8, "operations " + operations);
    }

    /** @return false if there were fewer operations. */
    private static boolean dieAt(final int operation, final boolean isDone, final int survival) {
        final SimulatedStorage simulated = new SimulatedStorage();
        final MortalStorage storage = new MortalStorage(simulated);
        final Life life = Life.start(storage);
        life.closeSegment().checkpoint();
        life.closeSegment().checkpoint();
        life.closeSegment();
        storage.dieAt(operation, isDone);
        boolean died = false;
        try {
            life.checkpoint();
        } catch (final Death death) {
            died = true;
        }
        switch (survival) {
            case 0 -> simulated.killProcess();
            case 1 -> simulated.losePower(Survival.NOTHING);
            case 2 -> simulated.losePower(Survival.ALL);
            default -> simulated.losePower(survival);
        }
        final String name = "operation " + operation + (isDone ? " done" : "") + ", survival " + survival;
        final Life recovered = Life.recover(simulated);
        assertEquals(List.of(), recovered.reports, name);
        assertEquals(life.digest(), recovered.digest(), name);
        assertTrue(checkpoints(simulated).size() >= 2, name);
        simulated.losePower(survival);
        assertRecoversFromTheOlder(simulated, life.digest(), name);
        final Life next = Life.start(simulated);
        next.closeSegment().checkpoint();
        assertEquals(2, checkpoints(simulated).size(), name);
        final long digest = next.digest();
        simulated.losePower(Survival.NOTHING);
        assertEquals(digest, Life.recover(simulated).digest(), name);
        return died;
    }

    private static void assertRecoversFromTheOlder(
        final SimulatedStorage storage, final long digest, final String name) {
        final List<String> checkpoints = checkpoints(storage);
        final RestoredCoordinator older = RestoredCoordinator.of(
            storage, checkpoints.get(checkpoints.size() - 2), Life.COORDINATOR_ID);
        try (JournalReader reader = JournalReader.open(storage)) {
            older.replay(handler -> reader.replay(older.replayPosition(), handler));
        }
        assertEquals(digest, older.coordinator().digest(), name);
    }

    @Test
    void shouldGoOnOrStopForGoodWhicheverForceFails() {
        for (int forces = 0; forces < 4; forces++) {
            final SimulatedStorage storage = new SimulatedStorage();
            final Life life = Life.start(storage).closeSegment();
            life.checkpoint();
            life.closeSegment();
            storage.failForceAfter(forces);
            boolean stopped = false;
            try {
                life.checkpoint();
            } catch (final UncheckedIOException ex) {
                life.checkpoint();
            } catch (final JournalException ex) {
                assertEquals(Category.FORCE_FAILED, ex.category());
                stopped = true;
            }
            assertEquals(forces == 1 || forces == 2, stopped, "forces " + forces);
            storage.losePower(Survival.NOTHING);
            storage.failForceAfter(-1);
            assertEquals(life.digest(), Life.recover(storage).digest(), "forces " + forces);
        }
    }

    private static List<String> checkpoints(final SimulatedStorage storage) {
        return storage.list().stream().filter(FileNames::isCheckpoint).toList();
    }

    /** The system is dead. */
    private static final class Death extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** Dies at one of its changes, before or after it is done. */
    private static final class MortalStorage extends ForwardingStorage {
        private int untilDeath = Integer.MAX_VALUE;
        private boolean isDone;

        MortalStorage(final SimulatedStorage storage) {
            super(storage);
        }

        void dieAt(final int operation, final boolean afterwards) {
            untilDeath = operation;
            isDone = afterwards;
        }

        @Override
        public SequentialFile createSequential(final String name) throws IOException {
            final SequentialFile[] file = new SequentialFile[1];
            mortal(() -> file[0] = super.createSequential(name));
            return new MortalFile(file[0]);
        }

        @Override
        public void rename(final String from, final String to) throws IOException {
            mortal(() -> super.rename(from, to));
        }

        @Override
        public void delete(final String name) throws IOException {
            mortal(() -> super.delete(name));
        }

        @Override
        public void forceDirectory() throws IOException {
            mortal(super::forceDirectory);
        }

        private void mortal(final Change change) throws IOException {
            if (untilDeath < 0) {
                throw new Death();
            }
            untilDeath--;
            if (untilDeath < 0 && !isDone) {
                throw new Death();
            }
            change.make();
            if (untilDeath < 0) {
                throw new Death();
            }
        }

        /** Changes something. */
        private interface Change {
            void make() throws IOException;
        }

        private final class MortalFile implements SequentialFile {
            private final SequentialFile file;

            MortalFile(final SequentialFile file) {
                this.file = file;
            }

            @Override
            public void write(final ByteBuffer source) throws IOException {
                mortal(() -> file.write(source));
            }

            @Override
            public void force() throws IOException {
                mortal(file::force);
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        }
    }
}
