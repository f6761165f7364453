package io.dtm.simulation.explore;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.message.DecisionsDecoder;
import io.dtm.codec.message.ForgetEvidenceDecoder;
import io.dtm.codec.message.PreparesDecoder;
import io.dtm.codec.message.RegisteredDecoder;
import io.dtm.codec.message.SessionOpenedDecoder;
import io.dtm.codec.message.SessionResumedDecoder;
import io.dtm.core.LinkReplies;
import io.dtm.core.SlowLinks;
import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.CoordinatorOutput.Alarm;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.egress.Durability;
import io.dtm.core.egress.BacklogBounds;
import io.dtm.core.egress.EgressAgent;
import io.dtm.core.egress.EgressConfig;
import io.dtm.core.egress.EgressEncoder;
import io.dtm.core.egress.EgressListener;
import io.dtm.core.egress.LinkPublisher;
import io.dtm.core.egress.OutboundBound;
import io.dtm.core.egress.OutboundQueue;
import io.dtm.core.event.EventAdapter;
import io.dtm.core.event.StartListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The real coordinator as a function: a state and an event give a state and messages. Each step starts from a state
 * that is restored from its checkpoint; the messages, and which of them wait for the force, are egress's. What was
 * once computed is remembered.
 */
final class CoordinatorLogic {
    private static final int MAX_BRANCHES = 8;
    private static final int MAX_PAYLOAD_BYTES = 64;
    private static final int EVENTS = 128;

    /**
     * A message on its way out.
     *
     * @param linkId   to which link.
     * @param frame    its number.
     * @param onAppend leaves as soon as its cause is appended; else when that is forced.
     * @param isFence  nothing overtakes it: a handshake, or a PREPARE that waits for the force.
     */
    record Output(int linkId, int frame, boolean onAppend, boolean isFence) {
    }

    /**
     * What an event leads to.
     *
     * @param state   its number.
     * @param outputs in order.
     * @param failure what must not happen and did; null: nothing.
     */
    record Step(int state, List<Output> outputs, String failure) {
    }

    /**
     * What others need to know of a state.
     *
     * @param nextWakeUpNs    when a tick is due; Long.MAX_VALUE: none.
     * @param hasContinuation whether a continue event has something to do.
     * @param sessionLinks    of each session by id from 1: its link, 0 for none.
     * @param view            of the rest.
     */
    record Info(long nextWakeUpNs, boolean hasContinuation, Ints sessionLinks, CoordinatorView view) {
        boolean isGraceOver() {
            return view.isGraceOver();
        }

        int epoch() {
            return view.epoch();
        }
    }

    private record Cause(int state, int linkId, long timeNs, int frame, int position) {
    }

    private final Numbered<Bytes> frames;
    private final CoordinatorSettings settings;
    private final Numbered<Bytes> states = new Numbered<>();
    private final List<Info> infos = new ArrayList<>();
    private final Map<Cause, Step> steps = new HashMap<>();
    private final OutboundQueue queue = new OutboundQueue(1 << 20);
    private final EgressEncoder encoder;
    private final EgressAgent egress;
    private long forced;
    /** Position of the record that is applied. */
    private long caused;
    private final List<Output> sent = new ArrayList<>();
    private boolean isOnAppend;
    private String failure;

    CoordinatorLogic(final Numbered<Bytes> frames, final CoordinatorSettings settings) {
        this.frames = frames;
        this.settings = settings;
        encoder = new EgressEncoder(queue, OutboundBound.of(EVENTS, MAX_BRANCHES, MAX_PAYLOAD_BYTES));
        egress = new EgressAgent(new EgressConfig(queue, new LinkReplies(), new Forced(), true, new Links(),
            new SlowLinks(16), new Alarms(), () -> 0, BacklogBounds.of(settings, 0), 1344));
    }

    /** @return number of distinct states so far. */
    int stateCount() {
        return states.size();
    }

    /** @return the state before the first start. */
    int empty() {
        return number(new CommitCoordinator(encoder));
    }

    Info info(final int state) {
        return infos.get(state);
    }

    /** The event of a frame that is appended at a position. */
    Step apply(final int state, final int linkId, final long timeNs, final int frame, final int position) {
        return steps.computeIfAbsent(new Cause(state, linkId, timeNs, frame, position), this::compute);
    }

    private Step compute(final Cause cause) {
        failure = null;
        sent.clear();
        int next = cause.state;
        try {
            final Info info = infos.get(cause.state);
            startFrame(0);
            encoder.onSettings(settings);
            if (info.epoch() > 0) {
                encoder.onEpochStarted(
                    info.view.coordinatorId(), info.epoch(), info.view.generation(), info.view.nonce());
            }
            for (int i = 0; i < info.sessionLinks.size(); i++) {
                encoder.sessionAttached(i + 1, info.sessionLinks.get(i));
            }
            final CommitCoordinator coordinator = StateBytes.restore(states.get(cause.state), encoder);
            encoder.endFrame();
            forced = cause.position - 1;
            egress.doWork();
            sent.clear();

            final byte[] frame = frames.get(cause.frame).content();
            startFrame(cause.position);
            caused = cause.position;
            new EventAdapter(coordinator, new Epochs())
                .onFrame(cause.linkId, cause.timeNs, new UnsafeBuffer(frame), 0);
            encoder.endFrame();
            if (encoder.haltReason() != null) {
                failure = "the coordinator halts: " + encoder.haltReason();
            }
            isOnAppend = true;
            drain();
            isOnAppend = false;
            forced = cause.position;
            drain();
            next = number(coordinator);
            final Info after = infos.get(next);
            final String inVain = after.hasContinuation ? null : after.view.waitsInVain();
            final String broken = inVain == null ? after.view.broken(info.view) : inVain;
            if (broken != null) {
                failure = broken;
            }
        } catch (final RuntimeException | AssertionError e) {
            failure = "an event can't be applied: " + e;
        }
        return new Step(next, List.copyOf(sent), failure);
    }

    /** As the coordinator's stage does it: not before there is room for all that the frame may cause. */
    private void startFrame(final int position) {
        if (!encoder.hasRoomForFrame()) {
            throw new IllegalStateException("what was sent before wasn't taken");
        }
        encoder.startFrame(position);
    }

    private void drain() {
        int work;
        do {
            work = egress.doWork();
        } while (work > 0);
    }

    private int number(final CommitCoordinator coordinator) {
        final Bytes bytes = StateBytes.of(coordinator);
        final int before = states.size();
        final int state = states.of(bytes);
        if (state == before) {
            final CoordinatorView view = CoordinatorView.of(coordinator);
            infos.add(new Info(coordinator.nextWakeUpNs(), coordinator.hasContinuation(),
                view.sessionLinks(), view));
        }
        return state;
    }

    private final class Epochs implements StartListener {
        @Override
        public void onEpochStarted(
            final long coordinatorId, final int epoch, final int generation, final long nonce) {
            encoder.onEpochStarted(coordinatorId, epoch, generation, nonce);
        }

        @Override
        public void onSettings(final CoordinatorSettings applied) {
            encoder.onSettings(applied);
        }

        @Override
        public void onContradictionsSeen(final int count) {
            // told by the alarm
        }

        @Override
        public void onHistoryCut(final long position, final long lostBytes, final String reason) {
            throw new IllegalStateException("nothing is cut here");
        }
    }

    private final class Forced implements Durability {
        @Override
        public long forcedPosition() {
            return forced;
        }

        @Override
        public void requestForce(final long position) {
            // the explorer decides when
        }
    }

    private final class Links implements LinkPublisher {
        @Override
        public int offer(final int linkId, final DirectBuffer buffer, final int offset, final int length) {
            final int templateId = FrameDescriptor.templateId(buffer, offset + FrameDescriptor.HEADER_LENGTH);
            final boolean isFence = templateId == SessionOpenedDecoder.TEMPLATE_ID
                || templateId == SessionResumedDecoder.TEMPLATE_ID || templateId == RegisteredDecoder.TEMPLATE_ID
                || templateId == PreparesDecoder.TEMPLATE_ID && !isOnAppend;
            final Bytes frame = Bytes.copyOf(buffer, offset, length);
            forgetWitness(new UnsafeBuffer(frame.content()));
            sent.add(new Output(linkId, frames.of(frame), isOnAppend, isFence));
            return SENT;
        }

        /**
         * What a decision rests on, the record that caused it or one before, is compared only with the end of a
         * journal that was put back, which isn't played: left in, it would keep apart what is the same otherwise.
         */
        private void forgetWitness(final UnsafeBuffer frame) {
            int offset = FrameDescriptor.HEADER_LENGTH;
            for (int i = 0; i < FrameDescriptor.messageCount(frame, 0); i++) {
                final int templateId = FrameDescriptor.templateId(frame, offset);
                final int body = offset + FrameDescriptor.PREFIX_LENGTH;
                if (templateId == DecisionsDecoder.TEMPLATE_ID) {
                    forget(frame, body + DecisionsDecoder.positionEncodingOffset());
                } else if (templateId == ForgetEvidenceDecoder.TEMPLATE_ID) {
                    forget(frame, body + ForgetEvidenceDecoder.positionEncodingOffset());
                }
                offset += FrameDescriptor.messageLength(frame, offset);
            }
        }

        private void forget(final UnsafeBuffer frame, final int offset) {
            final long position = frame.getLong(offset, LITTLE_ENDIAN);
            if (position < 1 || position > caused) {
                failure = "what is sent rests on position " + position + ", its cause is at " + caused;
            }
            frame.putLong(offset, 0);
        }

        @Override
        public void close(final int linkId) {
            // its peer notices by itself
        }
    }

    private final class Alarms implements EgressListener {
        @Override
        public void onOperatorAnswered(final long requestId, final int code, final String text) {
            // who asked isn't played
        }

        @Override
        public void onAlarm(final Alarm alarm, final long transactionId, final int branchId) {
            if (alarm != Alarm.PRESUMED_COMMITTED) {
                failure = "alarm " + alarm + " for branch " + branchId;
            }
        }

        @Override
        public void onTooSlow(final int linkId, final long backlogBytes) {
            failure = "link " + linkId + " is too slow";
        }
    }
}
