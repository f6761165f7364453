package io.dtm.core.ingress;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.FrameValidator;
import io.dtm.codec.Origin;
import io.dtm.core.coordinator.CoordinatorInput;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.event.EventAdapter;
import io.dtm.core.event.StartListener;
import io.dtm.core.fake.Calls;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/** A ring that records what the coordinator would be told, link first: {@code 6: begin(7, 500, 99)}. */
final class FakeRing implements EventPublisher, CoordinatorLevels {
    private final Calls calls = new Calls();
    private final List<String> events = new ArrayList<>();
    private final EventAdapter adapter =
        new EventAdapter(calls.of(CoordinatorInput.class), new ContradictionListener());
    private final List<Long> timesNs = new ArrayList<>();
    private long published = -1;
    private long consumed = -1;
    private int room = Integer.MAX_VALUE;
    private boolean isConsuming = true;
    private long nextWakeUpNs = Long.MAX_VALUE;
    private boolean hasContinuation;
    private int contradictions;

    @Override
    public boolean hasRoomFor(final int length) {
        return room > 0;
    }

    @Override
    public long offer(
        final int linkId, final long timeNs, final DirectBuffer buffer, final int offset, final int length) {
        if (room == 0) {
            return NO_ROOM;
        }
        room--;
        if (FrameValidator.validate(buffer, offset, length, Origin.HOST) != FrameValidator.Verdict.VALID) {
            throw new AssertionError("an invalid frame reached the ring");
        }
        adapter.onFrame(linkId, timeNs, buffer, offset);
        if (FrameDescriptor.messageCount(buffer, offset) == 0) {
            events.add("closing mark");
        }
        calls.all().stream().filter(call -> !call.startsWith("startFrame"))
            .forEach(call -> events.add(linkId + ": " + call));
        calls.all().clear();
        timesNs.add(timeNs);
        published++;
        if (isConsuming) {
            consumed = published;
        }
        return published;
    }

    @Override
    public long consumed() {
        return consumed;
    }

    @Override
    public long nextWakeUpNs() {
        return nextWakeUpNs;
    }

    @Override
    public boolean hasContinuation() {
        return hasContinuation;
    }

    @Override
    public int contradictions() {
        return contradictions;
    }

    /** Events so far; forgets them. */
    List<String> take() {
        final List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    List<Long> timesNs() {
        return timesNs;
    }

    /** Takes so many frames and no more. */
    void room(final int frames) {
        room = frames;
    }

    /** The coordinator stops, or goes on and has done with everything. */
    void consuming(final boolean value) {
        isConsuming = value;
        if (value) {
            consumed = published;
        }
    }

    void nextWakeUpNs(final long value) {
        nextWakeUpNs = value;
    }

    void hasContinuation(final boolean value) {
        hasContinuation = value;
    }

    void contradictions(final int value) {
        contradictions = value;
    }

    /** The coordinator isn't told of them. */
    private final class ContradictionListener implements StartListener {
        @Override
        public void onEpochStarted(
            final long coordinatorId, final int epoch, final int generation, final long nonce) {
            // The coordinator is told.
        }

        @Override
        public void onSettings(final CoordinatorSettings settings) {
            // The coordinator is told.
        }

        @Override
        public void onContradictionsSeen(final int count) {
            events.add("0: contradictionsSeen(" + count + ")");
        }

        @Override
        public void onHistoryCut(final long position, final long lostBytes, final String reason) {
            events.add("0: historyCut(" + position + ", " + lostBytes + ", " + reason + ")");
        }
    }
}
