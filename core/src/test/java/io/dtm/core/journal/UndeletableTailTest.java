package io.dtm.core.journal;

import static io.dtm.core.storage.StorageSuite.assertCategory;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.journal.reading.TailPointer;
import io.dtm.core.storage.ForwardingMemory;
import io.dtm.core.storage.ForwardingStorage;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.SharedMemory;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A former tail stays, since nobody may write to its directory any more. */
class UndeletableTailTest {
    private static final String TAIL = "memory/dtm-123456789abcdef0.tail";

    private final SimulatedStorage storage = new SimulatedStorage().staged(true);
    private Process process;

    @BeforeEach
    void killAProcess() {
        process = Process.start(storage);
        process.appendSome(20, new Random(1));
        process.forceAll();
        process.appendSome(30, new Random(2));
        storage.killProcess();
    }

    private JournalStorage undeletable() {
        return new ForwardingStorage(storage) {
            @Override
            public SharedMemory sharedMemory() {
                return new ForwardingMemory(super.sharedMemory()) {
                    @Override
                    public void delete(final String location) throws IOException {
                        if (location.equals(TAIL)) {
                            throw new AccessDeniedException(location);
                        }
                        super.delete(location);
                    }
                };
            }
        };
    }

    private static void assertTold(final Process next) {
        assertTrue(next.reports().contains("journal: tail " + TAIL + " isn't needed any more and can't be deleted: "
            + new AccessDeniedException(TAIL)), next.reports()::toString);
    }

    @Test
    void shouldGoOnWithoutATailAndKeepThePointer() throws IOException {
        storage.staged(false);

        final Process next = Process.start(undeletable());

        assertEquals(process.all(), next.replayed());
        assertTold(next);
        assertEquals(List.of(TAIL), storage.sharedMemory().list());
        assertTrue(TailPointer.read(storage).isEnded());
        next.append("goes on without a tail");
        storage.killProcess();
        final Process again = Process.start(undeletable());
        assertEquals(next.all(), again.replayed());
        assertTold(again);
        storage.killProcess();
        assertEquals(next.all(), Process.start(storage).replayed());
        assertEquals(List.of(), storage.sharedMemory().list());
        assertNull(TailPointer.read(storage));
    }

    @Test
    void shouldGoOnWithATailElsewhere() throws IOException {
        storage.sharedMemory().directory("elsewhere/");

        final Process next = Process.start(undeletable());

        assertEquals(process.all(), next.replayed());
        assertTold(next);
        assertEquals("elsewhere/dtm-123456789abcdef0.tail", TailPointer.read(storage).location());
        assertFalse(TailPointer.read(storage).isEnded());
        next.append("goes on");
        storage.killProcess();
        assertEquals(next.all(), Process.start(storage.staged(false)).replayed());
    }

    /** It would come back, and contradict what follows the cut. */
    @Test
    void shouldNotGoOnAfterACutThatGaveUpWhatIsInIt() {
        storage.staged(false);
        final long position = process.all().get(9).position();

        final JournalException refusal =
            assertCategory(Category.NO_SPACE, () -> Process.cut(undeletable(), position, "damaged"));

        assertTrue(refusal.getMessage().contains("tail " + TAIL + " holds what the cut gave up"),
            refusal.getMessage());
        storage.killProcess();
        final Process cut = Process.cut(storage, position, "damaged");
        assertEquals(process.all().subList(0, 10), cut.replayed());
    }
}
