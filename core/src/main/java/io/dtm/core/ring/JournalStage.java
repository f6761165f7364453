package io.dtm.core.ring;

import com.lmax.disruptor.EventPoller;
import io.dtm.core.journal.Journal;
import org.agrona.DirectBuffer;
import org.agrona.LangUtil;
import org.agrona.concurrent.Agent;

/** Appends each frame to the journal before the coordinator sees it; takes one only when the journal has room. */
final class JournalStage implements Agent {
    /** The coordinator stage sees a batch only as a whole: a small one keeps it busy. */
    private static final int BATCH_LIMIT = 32;

    private final EventPoller<RingSlot> poller;
    private final DirectBuffer arena;
    private final Journal journal;
    private final EventPoller.Handler<RingSlot> handler = this::onSlot;
    private int taken;

    JournalStage(final EventRing ring, final Journal journal) {
        this.poller = ring.journalPoller();
        this.arena = ring.arenaBuffer();
        this.journal = journal;
    }

    @Override
    public String roleName() {
        return "journal";
    }

    @Override
    public int doWork() {
        taken = 0;
        if (journal.hasRoom()) {
            try {
                poller.poll(handler);
            } catch (final Exception e) {
                LangUtil.rethrowUnchecked(e);
            }
        }
        return taken;
    }

    private boolean onSlot(final RingSlot slot, final long sequence, final boolean isLast) {
        slot.endPosition = journal.append(slot.linkId, slot.timeNs, arena, slot.offset, slot.length);
        return ++taken < BATCH_LIMIT && journal.hasRoom();
    }
}
