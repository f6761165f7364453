package io.dtm.core.journal;

import static io.dtm.core.storage.StorageSuite.assertCategory;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.journal.reading.TailPointer;
import io.dtm.core.storage.DirectoryIdentity;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.core.storage.simulated.StorageObserver;
import io.dtm.core.storage.simulated.Survival;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How a start finds the tail of the process before, and whose it is: the rules of docs/journal-format.md. */
class TailPointerTest {
    private static final String TAIL = "memory/dtm-123456789abcdef0.tail";
    private static final DirectoryIdentity COPY = new DirectoryIdentity(1, 2, "copy");

    private final SimulatedStorage storage = new SimulatedStorage().staged(true);

    /** @return a process that forced nothing of what it appended, dead. */
    private Process killedAfter(final int records) {
        final Process process = Process.start(storage);
        process.appendSome(records, new Random(1));
        storage.killProcess();
        return process;
    }

    private String refused(final Category category) {
        return assertCategory(category, () -> Process.start(storage)).getMessage();
    }

    /** The example of docs/journal-format.md. */
    @Test
    void shouldBeASectorOfText() throws IOException {
        final TailPointer pointer = new TailPointer("/dev/shm/dtm-123456789abcdef0.tail", false, 2049, 1_311_234,
            "e0f4b0a8-2f1c-4f6b-9a56-0d4d1c6a7c11");

        pointer.write(storage);

        try (JournalFile file = storage.open(FileNames.TAIL_POINTER, false)) {
            final String text = "/dev/shm/dtm-123456789abcdef0.tail\nin use\n2049 1311234\n"
                + "e0f4b0a8-2f1c-4f6b-9a56-0d4d1c6a7c11\n";
            assertEquals(text + " ".repeat(502 - text.length()) + "\n53985579\n",
                file.buffer().getStringWithoutLengthAscii(0, file.length()));
        }
        assertEquals(pointer, TailPointer.read(storage));
    }

    @Test
    void shouldTellThatTheMachineWasStartedAgainWhereItWas() {
        killedAfter(10);
        storage.losePower(Survival.NOTHING);
        final String report = Process.start(storage).reports().get(0);
        assertTrue(report.contains("is gone: this machine was started again since, or this directory was"), report);
    }

    /** It was made when the tail was there, and is started when the coordinator has ended well. */
    @Test
    void shouldNotSayThatTheTailOfACopyWasDeleted() {
        killedAfter(10);
        final SimulatedStorage copy = CopiedStorage.copyOf(storage);
        copy.identity(COPY);
        final String report = Process.start(copy).reports().get(0);
        assertTrue(report.contains("of which this one is a copy"), report);
    }

    @Test
    void shouldNotTakeADeviceMadeAnewForACopyForSure() throws IOException {
        killedAfter(10);
        storage.sharedMemory().delete(TAIL);
        storage.identity(new DirectoryIdentity(77, 1, "data"));
        final String report = Process.start(storage).reports().get(0);
        assertTrue(report.contains("its container was made anew, or this one is a copy"), report);
    }

    @Test
    void shouldLeaveATailToTheDirectoryThatItBelongsTo() {
        final Process process = killedAfter(200);
        for (final boolean isStaged : new boolean[] {true, false}) {
            final SimulatedStorage copy = CopiedStorage.copyWithMemory(storage);
            copy.identity(COPY);
            copy.other(storage.identity(), true);

            final JournalException refusal =
                assertCategory(Category.FOREIGN, () -> Process.start(copy.staged(isStaged)));

            assertTrue(refusal.getMessage().contains("belongs to data directory data, not to copy"),
                refusal.getMessage());
            assertTrue(refusal.getMessage().contains("start the one in data; or"), refusal.getMessage());
            assertTrue(CopiedStorage.replay(copy).size() < process.all().size(), "readers leave it alone, too");
            assertEquals(storage.sharedMemory().list(), copy.sharedMemory().list());
            copy.other(storage.identity(), false);
            assertEquals(process.all(), Process.start(copy).replayed());
        }
        assertEquals(process.all(), Process.start(storage).replayed());
    }

    @Test
    void shouldDrainTheTailOfADirectoryThatWasMovedOrPutBack() {
        for (final DirectoryIdentity identity : List.of(
            new DirectoryIdentity(1, 1, "moved"), new DirectoryIdentity(1, 2, "data"))) {
            final SimulatedStorage one = new SimulatedStorage().staged(true);
            final Process process = Process.start(one);
            process.appendSome(50, new Random(4));
            one.killProcess();
            one.other(one.identity(), true);
            one.identity(identity);
            assertEquals(process.all(), Process.start(one).replayed());
        }
    }

    @Test
    void shouldNameTheDirectoryOfACoordinatorThatRuns() throws IOException {
        killedAfter(10);
        final SimulatedStorage copy = CopiedStorage.copyWithMemory(storage);
        copy.identity(COPY);
        try (JournalFile owned = copy.sharedMemory().own(TAIL)) {
            final String message = assertCategory(Category.OWNED, () -> Process.start(copy)).getMessage();
            assertTrue(message.contains("runs with data directory data"), message);
            assertFalse(message.contains("delete"), message);
            assertTrue(owned.length() > 0);
        }
    }

    @Test
    void shouldRefuseAPointerThatIsNone() throws IOException {
        killedAfter(10);
        final byte[] whole = new byte[(int) storage.length(FileNames.TAIL_POINTER)];
        try (JournalFile file = storage.open(FileNames.TAIL_POINTER, false)) {
            file.buffer().getBytes(0, whole);
        }
        for (final byte[] bytes : List.of(new byte[0], (TAIL + "\n").getBytes(), new byte[whole.length],
            Arrays.copyOf(whole, whole.length - 1), Arrays.copyOf(whole, whole.length + 1))) {
            storage.delete(FileNames.TAIL_POINTER);
            try (JournalFile file = storage.create(FileNames.TAIL_POINTER, bytes.length)) {
                file.buffer().putBytes(0, bytes);
            }
            assertTrue(refused(Category.CORRUPT).contains("file " + FileNames.TAIL_POINTER));
        }
    }

    @Test
    void shouldRefuseAPointerToWhatNoPathLeadsTo() throws IOException {
        killedAfter(10);
        new TailPointer("memory/\0.tail", false, 1, 1, "boot-0").write(storage);
        for (final boolean isStaged : new boolean[] {true, false}) {
            storage.staged(isStaged);
            final String message = refused(Category.CORRUPT);
            assertTrue(message.contains("file coordinator.tail: no path can be made of the location that it names: Nul"
                + " character not allowed"), message);
        }
    }

    @Test
    void shouldRefuseAPointerWithAnyFlippedBit() throws IOException {
        final Process process = killedAfter(10);
        for (final boolean isStaged : new boolean[] {true, false}) {
            storage.staged(isStaged);
            for (int bit = 0; bit < 8 * storage.length(FileNames.TAIL_POINTER); bit++) {
                storage.flip(FileNames.TAIL_POINTER, bit / 8, 1 << bit % 8);
                final String message = refused(Category.CORRUPT);
                assertTrue(message.contains("file " + FileNames.TAIL_POINTER + ": its checksum"), message);
                assertCategory(Category.CORRUPT, () -> CopiedStorage.replay(storage));
                storage.flip(FileNames.TAIL_POINTER, bit / 8, 1 << bit % 8);
            }
        }
        assertEquals(process.all(), Process.start(storage).replayed());
    }

    @Test
    void shouldNotMakeATailThatCannotBePointedTo() {
        storage.sharedMemory().directory("d".repeat(500) + "/");
        final JournalException refusal = assertCategory(Category.NO_SPACE, () -> Process.start(storage));
        assertTrue(refusal.getMessage().contains("too long for coordinator.tail"), refusal.getMessage());
        storage.sharedMemory().directory("memory/");
        storage.identity(new DirectoryIdentity(1, 1, "d".repeat(4000)));
        assertTrue(refused(Category.NO_SPACE).contains("path of the data directory is too long: 4000"));
        assertEquals(List.of(), storage.sharedMemory().list());
    }

    @Test
    void shouldNotDrawANewIdWhereATailIsPointedTo() throws IOException {
        killedAfter(10);
        storage.delete(FileNames.COORDINATOR_ID);
        assertTrue(refused(Category.FOREIGN).contains(FileNames.COORDINATOR_ID));
    }

    @Test
    void shouldDrainATailThatLiesWhereTheNextOneWillThoughNothingPointsToIt() throws IOException {
        final Process process = killedAfter(10);
        TailPointer.delete(storage);
        assertEquals(process.all(), Process.start(storage).replayed());
    }

    /** Wherever a start is killed that lets go of a tail, the next one must not take it for lost. */
    @Test
    void shouldTellOfNoLossWhereverAStartOrAnEndIsKilled() {
        for (final boolean isStaged : new boolean[] {true, false}) {
            for (final String memory : List.of("memory/", "elsewhere/")) {
                final SimulatedStorage one = new SimulatedStorage().staged(true);
                final Process process = Process.start(one);
                process.appendSome(20, new Random(1));
                one.killProcess();
                one.staged(isStaged).sharedMemory().directory(memory);
                final List<SimulatedStorage> images = imagesOf(one, () -> Process.start(one).close());
                assertTrue(images.size() > 10, "kills " + images.size());
                images.forEach(image -> assertNothingLost(process, image));
            }
        }
    }

    @Test
    void shouldTellOfNoLossWhereverAForceOfAStartFails() {
        for (final boolean hasEnded : new boolean[] {true, false}) {
            int forces = 0;
            boolean hasFailed = true;
            while (hasFailed) {
                final SimulatedStorage one = new SimulatedStorage().staged(true);
                final Process process = Process.start(one);
                process.appendSome(20, new Random(1));
                if (hasEnded) {
                    process.close();
                }
                one.killProcess();
                one.failForceAfter(forces++);
                hasFailed = hasFailed(() -> Process.start(one));
                one.failForceAfter(Integer.MAX_VALUE);
                one.killProcess();
                assertNothingLost(process, one);
            }
            assertTrue(forces > 3, "forces " + forces);
        }
    }

    /** Else a power loss would lose what was appended, and the next start not a word of it. */
    @Test
    void shouldHaveItsPointerOnTheDeviceAfterAnyStartThatWasKilledOrCouldNotForce() throws IOException {
        for (final boolean hasEnded : new boolean[] {true, false}) {
            final SimulatedStorage one = new SimulatedStorage().staged(true);
            if (hasEnded) {
                Process.start(one).close();
            }
            for (final SimulatedStorage image : imagesOf(one.copy())) {
                assertPointedToOnTheDevice(image);
            }
            boolean hasFailed = true;
            for (int forces = 0; hasFailed; forces++) {
                final SimulatedStorage failing = one.copy();
                failing.failForceAfter(forces);
                hasFailed = hasFailed(() -> Process.start(failing));
                failing.failForceAfter(Integer.MAX_VALUE);
                failing.killProcess();
                assertPointedToOnTheDevice(failing);
            }
        }
    }

    private static void assertPointedToOnTheDevice(final SimulatedStorage storage) throws IOException {
        Process.start(storage).append("only in the tail");
        storage.losePower(Survival.NOTHING);
        final TailPointer pointer = TailPointer.read(storage);
        assertTrue(pointer != null && !pointer.isEnded(), "on the device: " + pointer);
    }

    private static List<SimulatedStorage> imagesOf(final SimulatedStorage storage) {
        return imagesOf(storage, () -> Process.start(storage));
    }

    private static boolean hasFailed(final Runnable start) {
        try {
            start.run();
            return false;
        } catch (final JournalException ex) {
            assertEquals(Category.FORCE_FAILED, ex.category());
            return true;
        }
    }

    private static List<SimulatedStorage> imagesOf(final SimulatedStorage storage, final Runnable run) {
        final List<SimulatedStorage> images = new ArrayList<>();
        storage.observer(new StorageObserver() {
            @Override
            public void before(final Operation operation, final String name) {
                images.add(storage.copy());
            }

            @Override
            public void after(final Operation operation, final String name) {
                images.add(storage.copy());
            }
        });
        run.run();
        return images;
    }

    private static void assertNothingLost(final Process process, final SimulatedStorage image) {
        for (final boolean isStaged : new boolean[] {true, false}) {
            final Process next = Process.start(image.copy().staged(isStaged));
            assertEquals(process.all(), next.replayed());
            assertFalse(next.reports().toString().contains("lost"), next.reports().toString());
        }
    }
}
