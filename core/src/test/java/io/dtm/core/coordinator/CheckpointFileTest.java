package io.dtm.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.CheckpointDescriptor;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.Recovered.Contradictions;
import io.dtm.core.recovery.RestoredCoordinator;
import io.dtm.core.storage.JournalException;
import io.dtm.core.storage.JournalException.Category;
import java.util.Arrays;
import java.util.Random;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** A checkpoint's bytes: what is written is read again, and nothing else is. */
class CheckpointFileTest {
    private static final int SEEDS = 30;
    private static final int EVENTS = 800;
    private static final int MUTATIONS = 5_000;

    @Test
    void shouldRestoreRandomStatesAndWriteTheSameBytesAgain() {
        for (long seed = 0; seed < SEEDS; seed++) {
            final RandomWorld world = new RandomWorld(500 + seed, event -> { });
            for (int i = 0; i < EVENTS; i++) {
                world.next();
                if (i % 100 == 99) {
                    assertRestores(world.coordinator(), "seed " + seed + ", event " + i);
                }
            }
        }
    }

    private static byte[] assertRestores(final CommitCoordinator original, final String name) {
        final byte[] bytes = CheckpointBytes.of(original);
        final CommitCoordinator restored = CheckpointBytes.restore(bytes).coordinator();
        StateCheck.check(restored);
        assertEquals(CheckpointRecorder.linesOf(original), CheckpointRecorder.linesOf(restored), name);
        assertEquals(CheckpointRecorder.linesOf(original), CheckpointBytes.record(bytes).lines, name);
        assertEquals(original.digest(), restored.digest(), name);
        assertArrayEquals(bytes, CheckpointBytes.of(restored), name);
        return bytes;
    }

    /** The greatest values, the longest texts, and payloads of all lengths near the end of a block. */
    @Test
    void shouldKeepEveryValueThatAnItemCanHave() {
        final CheckpointRecorder expected = new CheckpointRecorder();
        extremes(expected);
        assertEquals(expected.lines, CheckpointBytes.record(CheckpointBytes.of(CheckpointFileTest::extremes)).lines);
        final Payload tooLong = new Payload(CheckpointDescriptor.MAX_CONTENT_LENGTH - 15);
        assertThrows(
            IllegalArgumentException.class, () -> CheckpointBytes.of(output -> output.payload(1, 1, tooLong)));
    }

    private static void extremes(final CheckpointOutput output) {
        final UnsafeBuffer text = CoordinatorScenario.buffer("x".repeat(254));
        for (final long value : new long[] {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE}) {
            final int number = (int) (value >> 32);
            final int small = (int) value & 0xFFFF;
            final int code = (int) value & 0xFF;
            output.coordinator(
                value, number, number, number, value, value, value, number, value, value, code);
            output.nonce(number, value, value);
            output.session(number, value, value, number, number, number, value & 0xFFFF_FFFFL, value, value, value,
                code, text, 0, 254);
            output.resource(small, number, code, value, text, 0, 254, text, 0, 254);
            output.instance(small, small, value, code, number, number, text, 0, 254);
            output.formerIncarnation(small, small, value);
            output.transaction(value, code, number, value, value, code, code, small, number, value, value, value, code,
                text, 0, 254);
            output.expectedBranch(value, small);
            output.branch(value, small, code, small, number, value, number, number, code, code, value, value, code);
            output.retainedOutcome(value, code, code, code, small, value);
        }
        output.settings(CoordinatorSettings.defaults());
        output.settings(RandomWorld.SETTINGS);
        for (int length = CheckpointDescriptor.MAX_CONTENT_LENGTH - 20; length > 0; length -= 1_021) {
            output.payload(length, 7, new Payload(length));
            output.payload(length, 8, new Payload(4));
        }
        output.payload(1, 1, new Payload(CheckpointDescriptor.MAX_CONTENT_LENGTH - 16));
        output.end();
    }

    /** So many bytes. */
    private record Payload(int length) implements PayloadReader {
        @Override
        public void copyTo(final MutableDirectBuffer target, final int offset) {
            for (int i = 0; i < length; i++) {
                target.putByte(offset + i, (byte) ('a' + i % 26));
            }
        }
    }

    @Test
    void shouldTellWhatTheHeaderSays() {
        final RestoredCoordinator restored = CheckpointBytes.restore(CheckpointBytes.of(small()));
        assertEquals(
            new Recovered(123_456_789, 0x7_FF00, CoordinatorScenario.COORDINATOR_ID, 3, 1, null,
                new Contradictions(2, 0x7_0000)),
            restored.recovered());
        assertEquals(0x8_0000, restored.replayPosition());
    }

    @Test
    void shouldNoticeEveryBitThatFlips() {
        final byte[] bytes = CheckpointBytes.of(small());
        for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
            final byte[] flipped = bytes.clone();
            flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            final JournalException ex =
                assertThrows(JournalException.class, () -> CheckpointBytes.restore(flipped), "bit " + bit);
            assertEquals(Category.CORRUPT, ex.category(), "bit " + bit);
            assertTrue(ex.getMessage().contains(CheckpointBytes.NAME), ex.getMessage());
        }
    }

    @Test
    void shouldNoticeWhereverItIsCut() {
        final byte[] bytes = CheckpointBytes.of(small());
        for (int length = 0; length < bytes.length; length++) {
            assertDamaged(Arrays.copyOf(bytes, length), "length " + length);
        }
        assertDamaged(Arrays.copyOf(bytes, bytes.length + 1), "goes on");
    }

    @Test
    void shouldNoticeABlockThatIsMissingRepeatedOrInAnothersPlace() {
        final byte[] bytes = CheckpointBytes.of(withTransactions(3_000));
        final int start = CheckpointDescriptor.HEADER_LENGTH;
        final int first = blockLength(bytes, start);
        final int second = blockLength(bytes, start + first);
        assertTrue(first > 60_000 && second > 60_000);

        final byte[] without = new byte[bytes.length - first];
        System.arraycopy(bytes, 0, without, 0, start);
        System.arraycopy(bytes, start + first, without, start, bytes.length - start - first);
        assertDamaged(without, "first block is missing");

        final byte[] twice = Arrays.copyOf(bytes, bytes.length + first);
        System.arraycopy(bytes, start, twice, start + first, bytes.length - start);
        assertDamaged(twice, "first block twice");

        final byte[] swapped = bytes.clone();
        System.arraycopy(bytes, start + first, swapped, start, second);
        System.arraycopy(bytes, start, swapped, start + second, first);
        assertDamaged(swapped, "blocks swapped");
    }

    /** Somebody computed the checksums after the damage: a bug of the writer, or malice. */
    @Test
    void shouldReadNoFurtherThanThereIsWhateverTheBytesSay() {
        final Random random = new Random(4711);
        final byte[] bytes = CheckpointBytes.of(small());
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            final byte[] mutated = mutated(bytes, random);
            try {
                CheckpointBytes.restore(mutated);
            } catch (final JournalException ex) {
                assertTrue(ex.category() == Category.CORRUPT || ex.category() == Category.FOREIGN, ex.toString());
                refused++;
            }
        }
        assertTrue(refused > MUTATIONS / 4, "refused " + refused);
    }

    private static byte[] mutated(final byte[] bytes, final Random random) {
        final byte[] mutated = bytes.clone();
        final int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            final int at = CheckpointDescriptor.HEADER_LENGTH
                + random.nextInt(bytes.length - CheckpointDescriptor.HEADER_LENGTH);
            mutated[at] = switch (random.nextInt(4)) {
                case 0 -> 0;
                case 1 -> (byte) 0xFF;
                case 2 -> (byte) 0x80;
                default -> (byte) random.nextInt();
            };
        }
        CheckpointBytes.sign(mutated);
        return mutated;
    }

    @Test
    void shouldRefuseAnEndThatCountsOtherwise() {
        final byte[] bytes = CheckpointBytes.of(small());
        bytes[bytes.length - 2 * Long.BYTES]++;
        CheckpointBytes.sign(bytes);
        assertTrue(assertDamaged(bytes, "items").getMessage().contains("its end says"));
        bytes[bytes.length - 2 * Long.BYTES]--;
        bytes[bytes.length - Long.BYTES]++;
        CheckpointBytes.sign(bytes);
        assertTrue(assertDamaged(bytes, "blocks").getMessage().contains("its end says"));
    }

    @Test
    void shouldTellAnotherVersionFromDamage() {
        for (final int offset : new int[] {8, 12, 14}) {
            final byte[] bytes = CheckpointBytes.of(small());
            bytes[offset]++;
            assertDamaged(bytes, "not signed");
            CheckpointBytes.sign(bytes);
            final JournalException ex = assertThrows(JournalException.class, () -> CheckpointBytes.restore(bytes));
            assertEquals(Category.FOREIGN, ex.category());
            assertTrue(ex.getMessage().contains("has format version " + bytes[8] + " and items of schema " + bytes[12]
                + " version " + bytes[14]), ex.getMessage());
            assertTrue(ex.getMessage().contains("knows format version 1 and schema 69 version 1"), ex.getMessage());
        }
    }

    @Test
    void shouldRefuseOneOfAnotherCoordinatorOrPosition() {
        final byte[] bytes = CheckpointBytes.of(small());
        final JournalException ex = assertThrows(JournalException.class,
            () -> RestoredCoordinator.of(CheckpointBytes.storageOf(bytes), CheckpointBytes.NAME, 78));
        assertEquals(Category.FOREIGN, ex.category());

        new UnsafeBuffer(bytes).putLong(24, 0x9_0000);
        CheckpointBytes.sign(bytes);
        assertTrue(assertDamaged(bytes, "name").getMessage().contains("00000000000000589824.checkpoint"));
    }

    @Test
    void shouldRestoreAHundredThousandTransactionsInFlight() {
        final CommitCoordinator original = withTransactions(100_000);
        final byte[] bytes = CheckpointBytes.of(original);
        assertTrue(bytes.length > 100_000 * 100, "bytes " + bytes.length);
        final CommitCoordinator restored = CheckpointBytes.restore(bytes).coordinator();
        assertEquals(100_000, restored.transactionsInFlight());
        assertEquals(original.digest(), restored.digest());
        assertArrayEquals(bytes, CheckpointBytes.of(restored));
    }

    private static CommitCoordinator small() {
        final RandomWorld world = new RandomWorld(7, event -> { });
        for (int i = 0; i < 400; i++) {
            world.next();
        }
        assertTrue(world.coordinator().transactionsInFlight() > 0);
        return world.coordinator();
    }

    private static CommitCoordinator withTransactions(final int count) {
        final CoordinatorScenario scenario =
            CoordinatorScenario.started(new SettingsBuilder().maxPayloadTotalBytes(1 << 30));
        scenario.checkOnlyWhenAsked();
        final ScenarioParticipant a = scenario.participant("A");
        final ScenarioParticipant b = scenario.participant("B");
        final ScenarioClient client = scenario.client().withPayload("some work");
        for (int i = 0; i < count; i++) {
            final long transaction = client.submits(a, b);
            if (i % 3 == 0) {
                a.votesYes(transaction);
            }
            scenario.quiet();
        }
        assertEquals(count, scenario.coordinator.transactionsInFlight());
        return scenario.coordinator;
    }

    private static int blockLength(final byte[] bytes, final int offset) {
        return CheckpointDescriptor.BLOCK_HEADER_LENGTH
            + CheckpointDescriptor.contentLength(new UnsafeBuffer(bytes, offset, bytes.length - offset));
    }

    private static JournalException assertDamaged(final byte[] bytes, final String name) {
        final JournalException ex =
            assertThrows(JournalException.class, () -> CheckpointBytes.restore(bytes), name);
        assertEquals(Category.CORRUPT, ex.category(), ex.getMessage());
        return ex;
    }
}
