package io.dtm.core.storage.simulated;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What a page of a {@link SimulatedFile} holds at some moment. Never changed, so that device, cache and copies of both
 * share it. What lies behind the end of the file is zero.
 */
final class SimulatedPage {
    static final int LENGTH = 4096;
    static final int SECTOR_LENGTH = 512;
    static final int ALL_SECTORS = 0xFF;
    static final SimulatedPage ZEROS = new SimulatedPage(new byte[LENGTH]);

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private long hash;

    private SimulatedPage(final byte[] bytes) {
        this.bytes = bytes;
    }

    /** @param cache of a file, in whole pages. */
    static SimulatedPage of(final byte[] cache, final int page) {
        return new SimulatedPage(Arrays.copyOfRange(cache, page * LENGTH, (page + 1) * LENGTH));
    }

    boolean isIn(final byte[] cache, final int page) {
        return Arrays.equals(bytes, 0, LENGTH, cache, page * LENGTH, (page + 1) * LENGTH);
    }

    void copyTo(final byte[] cache, final int page) {
        System.arraycopy(bytes, 0, cache, page * LENGTH, LENGTH);
    }

    boolean holdsSameAs(final SimulatedPage other) {
        return this == other || Arrays.equals(bytes, other.bytes);
    }

    /** @return a bit for each sector in which this page differs from the other, the lowest for the first. */
    int differingSectors(final SimulatedPage other) {
        int sectors = 0;
        for (int start = 0; start < LENGTH; start += SECTOR_LENGTH) {
            final int end = start + SECTOR_LENGTH;
            if (!Arrays.equals(bytes, start, end, other.bytes, start, end)) {
                sectors |= 1 << start / SECTOR_LENGTH;
            }
        }
        return sectors;
    }

    /** @return this page with some sectors of another one. */
    SimulatedPage with(final SimulatedPage other, final int sectors) {
        if (sectors == ALL_SECTORS) {
            return other;
        }
        if (sectors == 0) {
            return this;
        }
        final byte[] merged = bytes.clone();
        for (int start = 0; start < LENGTH; start += SECTOR_LENGTH) {
            if ((sectors & 1 << start / SECTOR_LENGTH) != 0) {
                System.arraycopy(other.bytes, start, merged, start, SECTOR_LENGTH);
            }
        }
        return new SimulatedPage(merged);
    }

    /**
     * @param forced what the page was when it was forced.
     * @param now    what it was to become.
     * @param rot    decides which bit of a byte that would have changed flips; 0: none.
     */
    SimulatedPage rotted(final SimulatedPage forced, final SimulatedPage now, final int rot) {
        if (rot == 0) {
            return this;
        }
        final int[] unforced =
            IntStream.range(0, LENGTH).filter(offset -> forced.bytes[offset] != now.bytes[offset]).toArray();
        return unforced.length == 0 ? this : flipped(unforced[(rot >>> 3) % unforced.length], 1 << (rot & 7));
    }

    SimulatedPage flipped(final int offset, final int mask) {
        final byte[] flipped = bytes.clone();
        flipped[offset] ^= (byte) mask;
        return new SimulatedPage(flipped);
    }

    /** @return of pages that differ in anything it differs almost surely. */
    long hash() {
        if (hash == 0) {
            final long value = hash(bytes);
            hash = value == 0 ? 1 : value;
        }
        return hash;
    }

    static long hash(final byte[] bytes) {
        long value = bytes.length;
        for (int i = 0; i <= bytes.length - Long.BYTES; i += Long.BYTES) {
            value = mix(value, (long) LONGS.get(bytes, i));
        }
        for (int i = bytes.length - bytes.length % Long.BYTES; i < bytes.length; i++) {
            value = mix(value, bytes[i]);
        }
        return value;
    }

    static long mix(final long hash, final long value) {
        final long mixed = (hash ^ value) * 0x9E37_79B9_7F4A_7C15L;
        return mixed ^ mixed >>> 29;
    }
}
