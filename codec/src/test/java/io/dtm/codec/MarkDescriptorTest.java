package io.dtm.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

class MarkDescriptorTest {
    /** Remembers where something was stored in release order. */
    private static final class Stores extends UnsafeBuffer {
        private final List<Integer> offsets = new ArrayList<>();

        Stores() {
            super(new byte[MarkDescriptor.FILE_LENGTH]);
        }

        @Override
        public void putLongRelease(final int index, final long value) {
            offsets.add(index);
            super.putLongRelease(index, value);
        }
    }

    /** Readers beside it take a second copy above the first for damage. */
    @Test
    void shouldStoreTheSecondCopyOfTheForcedPositionAfterTheFirst() {
        final Stores stores = new Stores();

        MarkDescriptor.forcedPosition(stores, 4096);

        assertEquals(List.of(MarkDescriptor.FORCED_POSITION_OFFSET, MarkDescriptor.FORCED_POSITION_CHECK_OFFSET),
            stores.offsets);
        assertEquals(4096, MarkDescriptor.forcedPosition(stores));
        assertEquals(4096, MarkDescriptor.checkedForcedPosition(stores));
    }
}
