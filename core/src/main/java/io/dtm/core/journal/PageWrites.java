package io.dtm.core.journal;

import io.dtm.core.storage.JournalFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Writes ranges of files at a start, as when segments are made: a page at a time. */
final class PageWrites {
    private static final int PAGE_LENGTH = 4096;

    private PageWrites() {
    }

    /**
     * @param from  has the range.
     * @param start offset of it, in both files.
     * @param end   offset behind it.
     * @param to    gets it; may be the same: then it counts as changed.
     */
    static void copy(final JournalFile from, final int start, final int end, final JournalFile to)
        throws IOException {
        final ByteBuffer page = ByteBuffer.allocateDirect(PAGE_LENGTH);
        for (int offset = start; offset < end; offset += page.limit()) {
            page.clear().limit(lengthInPage(offset, end));
            from.buffer().getBytes(offset, page, 0, page.limit());
            to.write(offset, page.position(0));
        }
    }

    /** Writes zeros from an offset up to the end of the file. */
    static void zero(final JournalFile file, final int start) throws IOException {
        final ByteBuffer zeros = ByteBuffer.allocateDirect(PAGE_LENGTH);
        for (int offset = start; offset < file.length(); offset += zeros.limit()) {
            zeros.clear().limit(lengthInPage(offset, file.length()));
            file.write(offset, zeros);
        }
    }

    /** Up to the next page: so that all later writes are whole pages. */
    private static int lengthInPage(final int offset, final int end) {
        return Math.min(PAGE_LENGTH - offset % PAGE_LENGTH, end - offset);
    }
}
