package io.dtm.core.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A file of a {@link SimulatedStorage}: what the page cache holds, and what the device holds. Nobody tells it of a
 * store; a page is changed if the two differ. A force copies only the pages of its range.
 */
final class SimulatedFile {
    static final int PAGE_LENGTH = 4096;
    static final int SECTOR_LENGTH = 512;
    private static final int SECTORS = PAGE_LENGTH / SECTOR_LENGTH;

    private final byte[] device;
    private byte[] cache;
    private UnsafeBuffer buffer;
    /** Pages that a failed force marked clean without writing them, with the content that they had; or null. */
    private byte[][] markedClean;

    SimulatedFile(final int length) {
        device = new byte[length];
        cache = new byte[length];
        buffer = new UnsafeBuffer(cache);
    }

    int length() {
        return device.length;
    }

    UnsafeBuffer buffer() {
        return buffer;
    }

    ByteBuffer byteBuffer() {
        return ByteBuffer.wrap(cache);
    }

    void write(final int offset, final ByteBuffer source) throws IOException {
        final int length = source.remaining();
        if (offset < 0 || length > cache.length - offset) {
            throw new IOException("write beyond the end of the file");
        }
        source.get(cache, offset, length);
        if (markedClean != null && length > 0) {
            Arrays.fill(markedClean, pageOf(offset), pageOf(offset + length - 1) + 1, null);
        }
    }

    void force(final int offset, final int length) {
        final int end = Math.min(align(offset + length), cache.length);
        if (markedClean == null) {
            final int start = pageOf(offset) * PAGE_LENGTH;
            System.arraycopy(cache, start, device, start, end - start);
            return;
        }
        for (int page = pageOf(offset); page * PAGE_LENGTH < end; page++) {
            if (!isMarkedClean(page)) {
                copyToDevice(page, 0xFF);
            }
        }
    }

    /** As ext4 and others do: what couldn't be written counts as clean from now on, and is never written. */
    void failForce(final int offset, final int length) {
        if (markedClean == null) {
            markedClean = new byte[pageOf(cache.length - 1) + 1][];
        }
        for (int page = pageOf(offset); page * PAGE_LENGTH < Math.min(offset + length, cache.length); page++) {
            if (isChanged(page)) {
                markedClean[page] = Arrays.copyOfRange(cache, page * PAGE_LENGTH, endOf(page));
            }
        }
    }

    /** The system writes back what it likes, when it likes. */
    void writeBack(final String name, final Survival survival) {
        for (int page = 0; page * PAGE_LENGTH < cache.length; page++) {
            if (isChanged(page) && !isMarkedClean(page)) {
                copyToDevice(page, survival.sectors(name, page));
            }
        }
    }

    /** Those who had it open keep a buffer that no longer belongs to it. */
    void losePower(final String name, final Survival survival) {
        writeBack(name, survival);
        markedClean = null;
        cache = device.clone();
        buffer = new UnsafeBuffer(cache);
    }

    /** Flips bits of the device and of the cache: rot. */
    void flip(final int offset, final int mask) {
        cache[offset] ^= (byte) mask;
        device[offset] ^= (byte) mask;
    }

    /** @return the pages that a power loss may lose. */
    BitSet changedPages() {
        final BitSet pages = new BitSet();
        for (int page = 0; page * PAGE_LENGTH < cache.length; page++) {
            pages.set(page, isChanged(page));
        }
        return pages;
    }

    private boolean isChanged(final int page) {
        final int start = page * PAGE_LENGTH;
        final int end = endOf(page);
        return !Arrays.equals(cache, start, end, device, start, end);
    }

    private boolean isMarkedClean(final int page) {
        if (markedClean == null || markedClean[page] == null) {
            return false;
        }
        // A store since then has made it dirty again.
        final byte[] then = markedClean[page];
        if (Arrays.equals(then, 0, then.length, cache, page * PAGE_LENGTH, endOf(page))) {
            return true;
        }
        markedClean[page] = null;
        return false;
    }

    private void copyToDevice(final int page, final int sectors) {
        for (int sector = 0; sector < SECTORS; sector++) {
            final int start = page * PAGE_LENGTH + sector * SECTOR_LENGTH;
            if ((sectors & 1 << sector) != 0 && start < cache.length) {
                System.arraycopy(cache, start, device, start, Math.min(SECTOR_LENGTH, cache.length - start));
            }
        }
    }

    private int endOf(final int page) {
        return Math.min((page + 1) * PAGE_LENGTH, cache.length);
    }

    private static int pageOf(final int offset) {
        return offset / PAGE_LENGTH;
    }

    private static int align(final int offset) {
        return (offset + PAGE_LENGTH - 1) / PAGE_LENGTH * PAGE_LENGTH;
    }
}
