package io.dtm.core.fake;

import io.dtm.core.journal.Journal;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A journal in memory: forces only when it is told to, and fails when it is told to. */
public final class FakeJournal implements Journal {
    /** One record. */
    public record Entry(long position, int linkId, long timeNs, UnsafeBuffer frame) {
    }

    private final List<Entry> entries = new ArrayList<>();
    private volatile long appended;
    private volatile long forced;
    private volatile long requested;
    private volatile RuntimeException appendFailure;
    private volatile RuntimeException forceFailure;
    private volatile boolean hasSpace = true;
    private volatile long roomBound = Long.MAX_VALUE;
    private boolean isKeeping = true;
    private int requests;

    @Override
    public long append(
        final int linkId, final long timeNs, final DirectBuffer frame, final int offset, final int length) {
        if (appendFailure != null) {
            throw appendFailure;
        }
        final long end = appended + BitUtil.align(length + 16, 8);
        if (isKeeping) {
            final byte[] bytes = new byte[length];
            frame.getBytes(offset, bytes);
            entries.add(new Entry(end, linkId, timeNs, new UnsafeBuffer(bytes)));
        }
        appended = end;
        return end;
    }

    @Override
    public boolean hasRoom() {
        return appended - forced <= roomBound;
    }

    @Override
    public long appendedPosition() {
        return appended;
    }

    @Override
    public long forcedPosition() {
        return forced;
    }

    @Override
    public void requestForce(final long position) {
        if (position > appended) {
            throw new AssertionError("nothing is appended at " + position);
        }
        requested = position;
        requests++;
    }

    @Override
    public int force() {
        if (requested <= forced && hasRoom()) {
            return 0;
        }
        if (forceFailure != null) {
            throw forceFailure;
        }
        forced = appended;
        return 1;
    }

    @Override
    public int prepareSpace() {
        return 0;
    }

    @Override
    public boolean hasSpaceForNew() {
        return hasSpace;
    }

    @Override
    public void close() {
        // Nothing to give back.
    }

    /** The same directory in another life: everything is there and forced. */
    public FakeJournal reopened() {
        final FakeJournal next = new FakeJournal();
        next.entries.addAll(entries);
        next.appended = appended;
        next.forced = appended;
        return next;
    }

    /** All records. */
    public List<Entry> entries() {
        return entries;
    }

    /** Whether a force would have something to do. */
    public boolean isForceRequested() {
        return requested > forced;
    }

    /** How often a force was asked for. */
    public int requests() {
        return requests;
    }

    /** Keeps no records from now on: nothing is allocated. */
    public FakeJournal forgetful() {
        isKeeping = false;
        return this;
    }

    public void hasSpace(final boolean value) {
        hasSpace = value;
    }

    /** Unforced bytes above which there is no room. */
    public FakeJournal roomBound(final long bytes) {
        roomBound = bytes;
        return this;
    }

    public void failAppend(final RuntimeException failure) {
        appendFailure = failure;
    }

    public void failForce(final RuntimeException failure) {
        forceFailure = failure;
    }
}
