package io.dtm.core.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A file of a {@link SimulatedStorage}: what the page cache holds, and what the device holds. Nobody tells it of a
 * store; a page is changed if the two differ, or if the device doesn't know yet that the file is so long. A force
 * copies only the pages of its range. A file that is made with a length has that on the device at once.
 */
final class SimulatedFile {
    static final int PAGE_LENGTH = 4096;
    static final int SECTOR_LENGTH = 512;
    private static final int SECTORS = PAGE_LENGTH / SECTOR_LENGTH;

    /** Both at least as long as the file. */
    private byte[] device;
    private byte[] cache;
    private UnsafeBuffer buffer;
    private int length;
    private int deviceLength;
    /** Pages that a failed force marked clean without writing them, with the content that they had; or null. */
    private byte[][] markedClean;

    SimulatedFile(final int length) {
        device = new byte[length];
        cache = new byte[length];
        buffer = new UnsafeBuffer(cache);
        this.length = length;
        deviceLength = length;
    }

    int length() {
        return length;
    }

    UnsafeBuffer buffer() {
        return buffer;
    }

    ByteBuffer byteBuffer() {
        return ByteBuffer.wrap(cache, 0, length).slice();
    }

    /** Those who have it open see no more than there was when they opened it. */
    void append(final ByteBuffer source) {
        final int offset = length;
        length = Math.addExact(length, source.remaining());
        if (length > cache.length) {
            final int capacity = (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(length, cache.length * 2L));
            cache = Arrays.copyOf(cache, capacity);
            device = Arrays.copyOf(device, capacity);
        }
        source.get(cache, offset, length - offset);
        buffer = new UnsafeBuffer(cache, 0, length);
    }

    void write(final int offset, final ByteBuffer source) throws IOException {
        final int length = source.remaining();
        if (offset < 0 || length > this.length - offset) {
            throw new IOException("write beyond the end of the file");
        }
        source.get(cache, offset, length);
        if (markedClean != null && length > 0) {
            Arrays.fill(markedClean, pageOf(offset), pageOf(offset + length - 1) + 1, null);
        }
    }

    void force(final int offset, final int length) {
        final int end = Math.min(align(offset + length), this.length);
        if (markedClean == null) {
            final int start = pageOf(offset) * PAGE_LENGTH;
            System.arraycopy(cache, start, device, start, end - start);
            deviceLength = Math.max(deviceLength, end);
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
        final int pages = pageOf(this.length - 1) + 1;
        if (markedClean == null || markedClean.length < pages) {
            markedClean = markedClean == null ? new byte[pages][] : Arrays.copyOf(markedClean, pages);
        }
        for (int page = pageOf(offset); page * PAGE_LENGTH < Math.min(offset + length, this.length); page++) {
            if (isChanged(page)) {
                markedClean[page] = Arrays.copyOfRange(cache, page * PAGE_LENGTH, endOf(page));
            }
        }
    }

    /** The system writes back what it likes, when it likes. */
    void writeBack(final String name, final Survival survival) {
        for (int page = 0; page * PAGE_LENGTH < length; page++) {
            if (isChanged(page) && !isMarkedClean(page)) {
                copyToDevice(page, survival.sectors(name, page));
            }
        }
    }

    /** Those who had it open keep a buffer that no longer belongs to it. */
    void losePower(final String name, final Survival survival) {
        writeBack(name, survival);
        markedClean = null;
        length = deviceLength;
        Arrays.fill(device, length, device.length, (byte) 0);
        cache = device.clone();
        buffer = new UnsafeBuffer(cache, 0, length);
    }

    /** Flips bits of the device and of the cache: rot. */
    void flip(final int offset, final int mask) {
        cache[offset] ^= (byte) mask;
        device[offset] ^= (byte) mask;
    }

    /** @return the pages that a power loss may lose. */
    BitSet changedPages() {
        final BitSet pages = new BitSet();
        for (int page = 0; page * PAGE_LENGTH < length; page++) {
            pages.set(page, isChanged(page));
        }
        return pages;
    }

    private boolean isChanged(final int page) {
        final int start = page * PAGE_LENGTH;
        final int end = endOf(page);
        return end > deviceLength || !Arrays.equals(cache, start, end, device, start, end);
    }

    private boolean isMarkedClean(final int page) {
        if (markedClean == null || page >= markedClean.length || markedClean[page] == null) {
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
            if ((sectors & 1 << sector) != 0 && start < length) {
                final int end = Math.min(start + SECTOR_LENGTH, length);
                System.arraycopy(cache, start, device, start, end - start);
                deviceLength = Math.max(deviceLength, end);
            }
        }
    }

    private int endOf(final int page) {
        return Math.min((page + 1) * PAGE_LENGTH, length);
    }

    private static int pageOf(final int offset) {
        return offset / PAGE_LENGTH;
    }

    private static int align(final int offset) {
        return (offset + PAGE_LENGTH - 1) / PAGE_LENGTH * PAGE_LENGTH;
    }
}
