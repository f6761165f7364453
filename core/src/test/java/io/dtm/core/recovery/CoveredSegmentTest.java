package io.dtm.core.recovery;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.core.storage.simulated.Survival;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A segment that a checkpoint covers isn't read at a start: so nothing in it may be believed. */
class CoveredSegmentTest {
    private static final int BASE_POSITION_OFFSET = 24;

    @Test
    void shouldGoOnInTheRightSegmentWhateverACoveredOneSaysOfItsPlace() throws IOException {
        final SimulatedStorage storage = new SimulatedStorage();
        final Life life = Life.start(storage).closeSegment();
        life.checkpoint();
        final long digest = life.digest();
        final String covered = storage.list().stream().filter(FileNames::isSegment).findFirst().orElseThrow();
        storage.killProcess();
        for (int bit = 0; bit < Long.SIZE; bit++) {
            final SimulatedStorage image = storage.copy();
            image.flip(covered, BASE_POSITION_OFFSET + bit / 8, 1 << bit % 8);
            final byte[] before = bytesOf(image, covered);
            final Life next = Life.recover(image);
            assertEquals(digest, next.digest(), "bit " + bit);
            next.submit();
            next.forceAll();
            final long after = next.digest();
            assertEquals(-1, Arrays.mismatch(before, bytesOf(image, covered)), "bit " + bit);
            image.losePower(Survival.NOTHING);
            assertEquals(after, Life.recover(image).digest(), "bit " + bit);
        }
    }

    private static byte[] bytesOf(final SimulatedStorage storage, final String name) throws IOException {
        final byte[] bytes = new byte[(int) storage.length(name) - SegmentDescriptor.HEADER_LENGTH];
        storage.open(name, false).buffer().getBytes(SegmentDescriptor.HEADER_LENGTH, bytes);
        return bytes;
    }
}
