package io.dtm.core.storage.simulated;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A file of a {@link SimulatedStorage}: what the page cache holds, and what the device holds. Nobody tells it of a
 * store; a page is changed if the two differ, or if the device doesn't know yet that the file is so long. A force
 * copies only the pages of its range. A file that is made with a length has that on the device at once.
 */
final class SimulatedFile {
    static final int PAGE_LENGTH = SimulatedPage.LENGTH;
    static final int SECTOR_LENGTH = SimulatedPage.SECTOR_LENGTH;

    private int length;
    private int deviceLength;
    private SimulatedPage[] device;
    /** The cache while nobody has a buffer of it; else null, and {@link #cache} is it. */
    private SimulatedPage[] cached;
    /** Whole pages, at least as many as the file has. */
    private byte[] cache;
    private UnsafeBuffer buffer;
    /** Pages that a failed force marked clean without writing them, with the content that they had; or null. */
    private SimulatedPage[] markedClean;

    SimulatedFile(final int length) {
        this.length = length;
        deviceLength = length;
        device = new SimulatedPage[pagesOf(length)];
        Arrays.fill(device, SimulatedPage.ZEROS);
        cached = device.clone();
    }

    private SimulatedFile(final SimulatedFile original) {
        length = original.length;
        deviceLength = original.deviceLength;
        device = original.device.clone();
        cached = new SimulatedPage[device.length];
        for (int page = 0; page < cached.length; page++) {
            cached[page] = original.inCache(page);
        }
        markedClean = original.markedClean == null ? null : original.markedClean.clone();
    }

    /** @return another file in the same state. */
    SimulatedFile copy() {
        return new SimulatedFile(this);
    }

    int length() {
        return length;
    }

    UnsafeBuffer buffer() {
        if (cache == null) {
            cache = new byte[cached.length * PAGE_LENGTH];
            for (int page = 0; page < cached.length; page++) {
                cached[page].copyTo(cache, page);
            }
            cached = null;
            buffer = new UnsafeBuffer(cache, 0, length);
        }
        return buffer;
    }

    ByteBuffer byteBuffer() {
        return ByteBuffer.wrap(buffer().byteArray(), 0, length).slice();
    }

    /** Those who have it open see no more than there was when they opened it. */
    void append(final ByteBuffer source) {
        buffer();
        final int offset = length;
        length = Math.addExact(length, source.remaining());
        if (length > cache.length) {
            cache = Arrays.copyOf(cache, pagesOf(Math.max(length, Math.multiplyExact(cache.length, 2))) * PAGE_LENGTH);
        }
        final int pages = device.length;
        device = Arrays.copyOf(device, pagesOf(length));
        Arrays.fill(device, pages, device.length, SimulatedPage.ZEROS);
        source.get(cache, offset, length - offset);
        buffer = new UnsafeBuffer(cache, 0, length);
    }

    void write(final int offset, final ByteBuffer source) throws IOException {
        final int count = source.remaining();
        if (offset < 0 || count > length - offset) {
            throw new IOException("write beyond the end of the file");
        }
        source.get(buffer().byteArray(), offset, count);
        if (markedClean != null) {
            for (int page = offset / PAGE_LENGTH; page * PAGE_LENGTH < offset + count; page++) {
                markedClean[page] = null;
            }
        }
    }

    void force(final int offset, final int count) {
        final int pages = pagesOf(Math.min(offset + count, length));
        for (int page = offset / PAGE_LENGTH; page < pages; page++) {
            if (!isMarkedClean(page)) {
                device[page] = inCache(page);
                deviceLength = Math.max(deviceLength, Math.min((page + 1) * PAGE_LENGTH, length));
            }
        }
    }

    /** As ext4 and others do: what couldn't be written counts as clean from now on, and is never written. */
    void failForce(final int offset, final int count) {
        markedClean = markedClean == null
            ? new SimulatedPage[device.length] : Arrays.copyOf(markedClean, device.length);
        final int pages = pagesOf(Math.min(offset + count, length));
        for (int page = offset / PAGE_LENGTH; page < pages; page++) {
            if (unforcedSectors(page) != 0) {
                markedClean[page] = inCache(page);
            }
        }
    }

    /** The system writes back what it likes, when it likes. */
    void writeBack(final String name, final Survival survival) {
        for (int page = 0; page < device.length; page++) {
            if (unforcedSectors(page) != 0 && !isMarkedClean(page)) {
                final SimulatedPage forced = device[page];
                final int sectors = survival.sectors(name, page) & SimulatedPage.ALL_SECTORS;
                device[page] = forced.with(inCache(page), sectors)
                    .rotted(forced, inCache(page), survival.rot(name, page));
                if (sectors != 0) {
                    final int last = Integer.SIZE - Integer.numberOfLeadingZeros(sectors);
                    final int end = Math.min(page * PAGE_LENGTH + last * SECTOR_LENGTH, length);
                    deviceLength = Math.max(deviceLength, end);
                }
            }
        }
    }

    /** Those who had it open keep a buffer that no longer belongs to it. */
    void losePower(final String name, final Survival survival) {
        writeBack(name, survival);
        length = deviceLength;
        device = Arrays.copyOf(device, pagesOf(length));
        cached = device.clone();
        markedClean = null;
        cache = null;
        buffer = null;
    }

    /** Flips bits of the device and of the cache: rot. */
    void flip(final int offset, final int mask) {
        buffer();
        cache[offset] ^= (byte) mask;
        final int page = offset / PAGE_LENGTH;
        device[page] = device[page].flipped(offset % PAGE_LENGTH, mask);
    }

    int pages() {
        return device.length;
    }

    /** @return a bit for each sector of the page that a power loss may lose, the lowest for the first. */
    int unforcedSectors(final int page) {
        final SimulatedPage now = inCache(page);
        final int content = now == device[page] ? 0 : device[page].differingSectors(now);
        if (Math.min((page + 1) * PAGE_LENGTH, length) <= deviceLength) {
            return content;
        }
        final int first = Math.max(0, deviceLength - page * PAGE_LENGTH) / SECTOR_LENGTH;
        final int end = (Math.min(PAGE_LENGTH, length - page * PAGE_LENGTH) + SECTOR_LENGTH - 1) / SECTOR_LENGTH;
        return content | (1 << end) - (1 << first);
    }

    /** A store since the failed force has made it dirty again. */
    boolean isMarkedClean(final int page) {
        if (markedClean == null || page >= markedClean.length || markedClean[page] == null) {
            return false;
        }
        if (!inCache(page).holdsSameAs(markedClean[page])) {
            markedClean[page] = null;
        }
        return markedClean[page] != null;
    }

    /** @return of files that differ in anything it differs almost surely. */
    long hash() {
        long hash = SimulatedPage.mix(length, deviceLength);
        for (int page = 0; page < device.length; page++) {
            final SimulatedPage now = inCache(page);
            hash = SimulatedPage.mix(hash, device[page].hash());
            if (now != device[page]) {
                hash = SimulatedPage.mix(SimulatedPage.mix(hash, page), now.hash());
            }
            if (isMarkedClean(page)) {
                hash = SimulatedPage.mix(hash, -1 - page);
            }
        }
        return hash;
    }

    /** @return the device's own page if it holds the same. */
    private SimulatedPage inCache(final int page) {
        if (cache != null) {
            return device[page].isIn(cache, page) ? device[page] : SimulatedPage.of(cache, page);
        }
        return cached[page].holdsSameAs(device[page]) ? device[page] : cached[page];
    }

    private static int pagesOf(final int length) {
        return (length + PAGE_LENGTH - 1) / PAGE_LENGTH;
    }
}
