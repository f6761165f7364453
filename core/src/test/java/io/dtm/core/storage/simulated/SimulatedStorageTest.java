package io.dtm.core.storage.simulated;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.SequentialFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SimulatedStorageTest {
    private static final int PAGES = 4;
    private static final int PAGE = SimulatedFile.PAGE_LENGTH;

    private final SimulatedStorage storage = new SimulatedStorage();
    private JournalFile file;

    @BeforeEach
    void makeForcedFile() throws IOException {
        file = storage.create("a", PAGES * PAGE);
        file.force();
        storage.forceDirectory();
    }

    @Test
    void shouldKeepEverythingWhenTheProcessIsKilled() throws IOException {
        file.buffer().putByte(0, (byte) 1);
        storage.create("b", 1);
        storage.killProcess();
        assertEquals(1, storage.open("a", false).buffer().getByte(0));
        assertEquals(List.of("a", "b"), storage.list());
    }

    @Test
    void shouldLoseWhatWasNotForced() throws IOException {
        file.buffer().putByte(0, (byte) 1);
        file.buffer().putByte(PAGE, (byte) 2);
        file.force(PAGE, 1);
        storage.create("b", 1);
        assertEquals(1, storage.unforcedPages("a"));
        storage.losePower(Survival.NOTHING);
        assertEquals(0, storage.open("a", false).buffer().getByte(0));
        assertEquals(2, storage.open("a", false).buffer().getByte(PAGE));
        assertEquals(List.of("a"), storage.list());
    }

    @Test
    void shouldForceWholePages() throws IOException {
        file.buffer().putByte(2 * PAGE - 1, (byte) 1);
        file.buffer().putByte(2 * PAGE, (byte) 2);
        file.force(PAGE + 100, 8);
        storage.losePower(Survival.NOTHING);
        assertEquals(1, storage.open("a", false).buffer().getByte(2 * PAGE - 1));
        assertEquals(0, storage.open("a", false).buffer().getByte(2 * PAGE));
    }

    @Test
    void shouldTearAPageAtSectors() throws IOException {
        file.buffer().setMemory(0, PAGE, (byte) 1);
        storage.losePower(new Survival() {
            @Override
            public int sectors(final String name, final int page) {
                return 0b1000_0010;
            }

            @Override
            public int names(final int changes) {
                return 0;
            }
        });
        final JournalFile after = storage.open("a", false);
        for (int i = 0; i < PAGE; i++) {
            final int sector = i / SimulatedFile.SECTOR_LENGTH;
            assertEquals(sector == 1 || sector == 7 ? 1 : 0, after.buffer().getByte(i));
        }
    }

    @Test
    void shouldLoseNamesFromTheLastOneOn() throws IOException {
        storage.create("b", 1);
        storage.rename("b", "c");
        storage.delete("a");
        storage.losePower(new Survival() {
            @Override
            public int sectors(final String name, final int page) {
                return 0;
            }

            @Override
            public int names(final int changes) {
                assertEquals(3, changes);
                return 2;
            }
        });
        assertEquals(List.of("a", "c"), storage.list());
    }

    @Test
    void shouldTakeFailedPagesForCleanUntilTheyAreWrittenAgain() throws IOException {
        file.buffer().putByte(0, (byte) 1);
        file.buffer().putByte(PAGE, (byte) 2);
        storage.failForceAfter(0);
        assertThrows(IOException.class, () -> file.force());
        file.force();
        assertEquals(2, storage.unforcedPages("a"));

        file.write(0, ByteBuffer.wrap(new byte[] {1}));
        file.force();
        storage.losePower(Survival.ALL);
        assertEquals(1, storage.open("a", false).buffer().getByte(0));
        assertEquals(0, storage.open("a", false).buffer().getByte(PAGE));
    }

    @Test
    void shouldTakeFailedPagesForDirtyAfterAStore() throws IOException {
        file.buffer().putByte(0, (byte) 1);
        storage.failForceAfter(0);
        assertThrows(IOException.class, () -> file.force(0, 1));
        file.buffer().putByte(1, (byte) 2);
        file.force(0, 2);
        storage.losePower(Survival.NOTHING);
        assertEquals(1, storage.open("a", false).buffer().getByte(0));
    }

    @Test
    void shouldKeepWhatTheSystemWroteBack() throws IOException {
        file.buffer().putByte(0, (byte) 1);
        storage.writeBack(Survival.ALL);
        file.buffer().putByte(0, (byte) 2);
        storage.losePower(Survival.NOTHING);
        assertEquals(1, storage.open("a", false).buffer().getByte(0));
    }

    @Test
    void shouldRefuseFilesBeyondItsCapacity() throws IOException {
        storage.capacityBytes(PAGES * PAGE + 10);
        assertEquals(10, storage.usableBytes());
        storage.create("b", 10);
        assertThrows(IOException.class, () -> storage.create("c", 1));
        storage.delete("b");
        storage.create("c", 1);
    }

    @Test
    void shouldLeaveAnyLengthOfAFileThatGrewAndWasNotForced() throws IOException {
        final SequentialFile grown = storage.createSequential("b");
        storage.forceDirectory();
        grown.write(ByteBuffer.wrap(new byte[] {1}));
        grown.force();
        grown.write(ByteBuffer.allocate(3 * PAGE));
        assertEquals(4, storage.unforcedPages("b"));
        storage.losePower(new Survival() {
            @Override
            public int sectors(final String name, final int page) {
                return page == 1 ? 0b10 : 0;
            }

            @Override
            public int names(final int changes) {
                return changes;
            }
        });
        assertEquals(PAGE + 2 * SimulatedFile.SECTOR_LENGTH, storage.length("b"));
        assertEquals(1, storage.open("b", false).buffer().getByte(0));
        storage.losePower(Survival.NOTHING);
        assertEquals(PAGE + 2 * SimulatedFile.SECTOR_LENGTH, storage.length("b"));
    }

    @Test
    void shouldLoseWhatAFailedForceOfAFileThatGrewMarkedClean() throws IOException {
        final SequentialFile grown = storage.createSequential("b");
        storage.forceDirectory();
        grown.write(ByteBuffer.wrap(new byte[PAGE]));
        storage.failForceAfter(0);
        assertThrows(IOException.class, grown::force);
        grown.write(ByteBuffer.wrap(new byte[PAGE]));
        assertThrows(IOException.class, () -> {
            storage.failForceAfter(0);
            grown.force();
        });
        storage.losePower(Survival.ALL);
        assertEquals(0, storage.length("b"));
    }

    @Test
    void shouldRefuseToGrowAFileBeyondItsCapacity() throws IOException {
        storage.quotaBytes(PAGES * PAGE + 10);
        final SequentialFile grown = storage.createSequential("b");
        grown.write(ByteBuffer.allocate(10));
        assertThrows(IOException.class, () -> grown.write(ByteBuffer.allocate(1)));
        storage.killProcess();
        assertThrows(IllegalStateException.class, () -> grown.write(ByteBuffer.allocate(0)));
        assertThrows(IllegalStateException.class, grown::force);
    }

    @Test
    void shouldRefuseWhatADeadProcessStillHolds() {
        storage.killProcess();
        assertThrows(IllegalStateException.class, () -> file.force());
        assertThrows(IllegalStateException.class, () -> file.write(0, ByteBuffer.allocate(1)));
    }

    @Test
    void shouldCopyDeviceCacheAndNamesThatAreNotForced() throws IOException {
        file.buffer().putByte(0, (byte) 1);
        storage.create("b", 1);
        final SimulatedStorage copy = storage.copy();
        assertEquals(storage.imageHash(), copy.imageHash());
        file.force();
        storage.forceDirectory();
        assertNotEquals(storage.imageHash(), copy.imageHash());

        assertEquals(1, copy.open("a", false).buffer().getByte(0));
        assertEquals(List.of("a", "b"), copy.list());
        copy.losePower(Survival.NOTHING);
        assertEquals(0, copy.open("a", false).buffer().getByte(0));
        assertEquals(List.of("a"), copy.list());
        storage.losePower(Survival.NOTHING);
        assertEquals(1, storage.open("a", false).buffer().getByte(0));
        assertEquals(List.of("a", "b"), storage.list());
    }

    @Test
    void shouldCopyWhatAFailedForceMarkedClean() throws IOException {
        file.buffer().putByte(0, (byte) 1);
        storage.failForceAfter(0);
        assertThrows(IOException.class, () -> file.force());
        final SimulatedStorage copy = storage.copy();
        copy.open("a", true).force();
        assertEquals(List.of(), copy.unforced());
        copy.losePower(Survival.ALL);
        assertEquals(0, copy.open("a", false).buffer().getByte(0));
    }

    @Test
    void shouldCopySharedMemoryAndWhetherItIsStaged() throws IOException {
        storage.staged(true);
        final String location = storage.sharedMemory().locate("tail");
        final JournalFile tail = storage.sharedMemory().create(location, 10);
        tail.buffer().putByte(0, (byte) 1);
        final SimulatedStorage copy = storage.copy();
        assertEquals(storage.imageHash(), copy.imageHash());
        tail.buffer().putByte(9, (byte) 1);
        assertNotEquals(storage.imageHash(), copy.imageHash());

        final SimulatedStorage second = copy.copy();
        assertTrue(second.isStaged());
        try (JournalFile copied = second.sharedMemory().own(location)) {
            copied.buffer().putByte(0, (byte) 2);
        }
        assertEquals(1, copy.sharedMemory().open(location).buffer().getByte(0));
        assertEquals(2, second.sharedMemory().open(location).buffer().getByte(0));
        assertNotEquals(copy.imageHash(), second.imageHash());
        assertNotEquals(copy.imageHash(), copy.copy().staged(false).imageHash());

        copy.losePower(Survival.ALL);
        assertEquals(List.of(), copy.sharedMemory().list());
        assertEquals(List.of(location), second.sharedMemory().list());
    }

    @Test
    void shouldHaveTheSameHashForTheSameContentHoweverItCameAbout() throws IOException {
        final long before = storage.imageHash();
        file.buffer().putByte(PAGE, (byte) 1);
        assertNotEquals(before, storage.imageHash());
        final SimulatedStorage other = storage.copy();
        other.losePower(Survival.ALL);
        file.force();
        storage.losePower(Survival.NOTHING);
        assertEquals(storage.imageHash(), other.imageHash());
        storage.flip("a", PAGE, 1);
        assertEquals(before, storage.imageHash());
    }

    @Test
    void shouldNameTheSectorsThatAPowerLossMayLose() {
        file.buffer().putByte(PAGE + 3 * SimulatedFile.SECTOR_LENGTH, (byte) 1);
        file.buffer().putByte(2 * PAGE - 1, (byte) 1);
        assertEquals(List.of(new UnforcedPage("a", 1, 0b1000_1000)), storage.unforced());
    }

    @Test
    void shouldLoseNamesInAnyOrder() throws IOException {
        storage.create("b", 1);
        storage.rename("b", "c");
        storage.delete("a");
        assertEquals(3, storage.unforcedNames());
        storage.losePower(new Survival() {
            @Override
            public int sectors(final String name, final int page) {
                return 0;
            }

            @Override
            public int names(final int changes) {
                throw new AssertionError("not in order");
            }

            @Override
            public BitSet survivingNames(final int changes) {
                return BitSet.valueOf(new long[] {0b010});
            }
        });
        assertEquals(List.of("a", "c"), storage.list());
    }

    @Test
    void shouldTellOfEachOperationBeforeAndAfter() throws IOException {
        final List<String> told = new ArrayList<>();
        storage.observer(new StorageObserver() {
            @Override
            public void before(final Operation operation, final String name) {
                told.add(operation + " " + name + " " + storage.unforced().size());
            }

            @Override
            public void after(final Operation operation, final String name) {
                told.add(operation + " " + name + " " + storage.unforced().size());
            }
        });
        file.write(0, ByteBuffer.wrap(new byte[] {1}));
        file.force();
        storage.rename("a", "b");
        storage.forceDirectory();
        storage.delete("b");
        assertEquals(List.of("WRITE a 0", "WRITE a 1", "FORCE a 1", "FORCE a 0", "RENAME a 0", "RENAME a 0",
            "FORCE_DIRECTORY  0", "FORCE_DIRECTORY  0", "DELETE b 0", "DELETE b 0"), told);
    }

    @Test
    void shouldTellOfSharedMemoryAndOfStoresThereThatOthersSee() throws IOException {
        final List<String> told = new ArrayList<>();
        final SimulatedMemory memory = storage.sharedMemory();
        final long[] stored = {0};
        storage.observer(new StorageObserver() {
            @Override
            public void before(final Operation operation, final String name) {
                told.add("before " + operation + " " + name + " " + memory.list() + " " + stored[0]);
            }

            @Override
            public void after(final Operation operation, final String name) {
                told.add("after " + operation + " " + name + " " + memory.list());
            }
        });
        memory.directory("");
        final JournalFile tail = memory.create("a", 16);
        tail.buffer().putLong(8, 7);
        tail.buffer().putLongRelease(8, 5);
        stored[0] = tail.buffer().getLong(8);
        tail.buffer().putIntRelease(8, 6);
        memory.rename("a", "b");
        memory.delete("b");
        assertEquals(List.of("before CREATE a [] 0", "after CREATE a [a]", "before STORE a [a] 0", "after STORE a [a]",
            "before STORE a [a] 5", "after STORE a [a]", "before RENAME a [a] 5", "after RENAME a [b]",
            "before DELETE b [b] 5", "after DELETE b []"), told);
    }

    @Test
    void shouldDoTheSameForTheSameSeed() throws IOException {
        final byte[] first = afterPowerLoss(42);
        final byte[] second = afterPowerLoss(42);
        assertArrayEquals(first, second);
    }

    private static byte[] afterPowerLoss(final long seed) throws IOException {
        final SimulatedStorage storage = new SimulatedStorage();
        final JournalFile file = storage.create("a", 64 * PAGE);
        storage.forceDirectory();
        file.buffer().setMemory(0, 64 * PAGE, (byte) 1);
        storage.losePower(seed);
        final byte[] bytes = new byte[64 * PAGE];
        storage.open("a", false).buffer().getBytes(0, bytes);
        return bytes;
    }
}
