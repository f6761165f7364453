package io.dtm.core.coordinator;

import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Payloads of branches that may have to be sent once more, in chains of small blocks. Grows to the load's high mark
 * and then allocates nothing. How full it counts depends on the payloads' lengths alone, so that a replay refuses the
 * same transactions; whole blocks are counted, or small payloads would take many times what they are said to.
 */
final class PayloadStore implements PayloadReader {
    static final int NONE = -1;

    private static final int BLOCK_LENGTH = 128;
    private static final int BLOCKS_PER_SLAB = 256;

    private MutableDirectBuffer[] slabs = {};
    private int[] nextBlock = new int[0];
    private int freeBlock = NONE;
    private long heldBytes;
    private int readBlock;
    private int readLength;

    /** @return bytes that all payloads hold. */
    long heldBytes() {
        return heldBytes;
    }

    /** @return bytes that a payload of this length holds. */
    static long heldBytes(final int length) {
        return (long) (length + BLOCK_LENGTH - 1) / BLOCK_LENGTH * BLOCK_LENGTH;
    }

    /**
     * Keeps a copy.
     *
     * @return its first block, to be given to {@link #at} and {@link #free}; NONE for an empty one.
     */
    int put(final DirectBuffer source, final int offset, final int length) {
        if (length == 0) {
            return NONE;
        }
        int first = NONE;
        int last = NONE;
        for (int copied = 0; copied < length; copied += BLOCK_LENGTH) {
            final int block = takeBlock();
            slab(block).putBytes(slabOffset(block), source, offset + copied, Math.min(BLOCK_LENGTH, length - copied));
            if (first == NONE) {
                first = block;
            } else {
                nextBlock[last] = block;
            }
            last = block;
        }
        nextBlock[last] = NONE;
        heldBytes += heldBytes(length);
        return first;
    }

    void free(final int firstBlock, final int length) {
        int block = firstBlock;
        while (block != NONE) {
            final int next = nextBlock[block];
            nextBlock[block] = freeBlock;
            freeBlock = block;
            block = next;
        }
        heldBytes -= heldBytes(length);
    }

    /** @return this, as a reader of one payload until the next call. */
    PayloadReader at(final int firstBlock, final int length) {
        readBlock = firstBlock;
        readLength = length;
        return this;
    }

    @Override
    public int length() {
        return readLength;
    }

    @Override
    public void copyTo(final MutableDirectBuffer target, final int offset) {
        int block = readBlock;
        for (int copied = 0; copied < readLength; copied += BLOCK_LENGTH) {
            target.putBytes(
                offset + copied, slab(block), slabOffset(block), Math.min(BLOCK_LENGTH, readLength - copied));
            block = nextBlock[block];
        }
    }

    private int takeBlock() {
        if (freeBlock == NONE) {
            addSlab();
        }
        final int block = freeBlock;
        freeBlock = nextBlock[block];
        return block;
    }

    private void addSlab() {
        final int first = slabs.length * BLOCKS_PER_SLAB;
        slabs = Arrays.copyOf(slabs, slabs.length + 1);
        slabs[slabs.length - 1] = new UnsafeBuffer(new byte[BLOCK_LENGTH * BLOCKS_PER_SLAB]);
        if (nextBlock.length < first + BLOCKS_PER_SLAB) {
            nextBlock = Arrays.copyOf(nextBlock, Math.max(2 * nextBlock.length, BLOCKS_PER_SLAB));
        }
        for (int block = first + BLOCKS_PER_SLAB - 1; block >= first; block--) {
            nextBlock[block] = freeBlock;
            freeBlock = block;
        }
    }

    private MutableDirectBuffer slab(final int block) {
        return slabs[block / BLOCKS_PER_SLAB];
    }

    private static int slabOffset(final int block) {
        return block % BLOCKS_PER_SLAB * BLOCK_LENGTH;
    }
}
