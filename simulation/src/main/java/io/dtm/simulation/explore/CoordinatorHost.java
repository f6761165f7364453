package io.dtm.simulation.explore;

import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.recovery.EpochStart;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.Recovered.Contradictions;
import io.dtm.core.recovery.StartEvents;
import io.dtm.simulation.explore.CoordinatorLogic.Info;
import io.dtm.simulation.explore.CoordinatorLogic.Output;
import io.dtm.simulation.explore.CoordinatorLogic.Step;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.agrona.DirectBuffer;

/**
 * The coordinator's process with its journal, as a function. A state is the coordinator's state as it stands on the
 * device, those after each record that is appended and not forced, and the messages that wait for a force.
 * <p>
 * A record that changes nothing takes no place: whether it survives makes no difference, and what it answers rests on
 * what was appended before.
 */
final class CoordinatorHost {
    /** Number of the first state of the array in which a host is kept. */
    private static final int EPOCH_AT = 0;
    private static final int POSITION = 1;
    private static final int TIME_MS = 2;
    private static final int STARTS = 3;
    private static final int COUNT = 4;
    private static final int FIRST_STATE = 5;
    private static final int HELD_LENGTH = 3;
    private static final long MS = 1_000_000L;

    /**
     * What a step leads to.
     *
     * @param host    its number.
     * @param sent    links and frames, alternating, of what left.
     * @param failure what must not happen and did; null: nothing.
     */
    record HostStep(int host, Ints sent, String failure) {
    }

    private record Cause(int host, int kind, int linkId, int frame) {
    }

    private static final int EVENT = 0;
    private static final int FORCE = 1;
    private static final int TICK = 2;
    private static final int CRASH = 3;

    private final CoordinatorLogic logic;
    private final CoordinatorSettings settings;
    private final Numbered<Bytes> frames;
    private final Numbered<Ints> hosts = new Numbered<>();
    private final Map<Cause, HostStep> steps = new HashMap<>();
    private final int continueFrame;
    private final int tickFrame;

    CoordinatorHost(
        final CoordinatorLogic logic, final CoordinatorSettings settings, final Numbered<Bytes> frames) {
        this.logic = logic;
        this.settings = settings;
        this.frames = frames;
        continueFrame = frames.of(HostFrames.continueSteps());
        tickFrame = frames.of(HostFrames.tick());
    }

    /** The first start on an empty directory. */
    HostStep start() {
        final Draft draft = new Draft(new int[] {logic.empty()}, 0, 0, 0, 0);
        draft.begin(0);
        return draft.end();
    }

    /** @return number of records that are appended and not forced. */
    int unforced(final int host) {
        return hosts.get(host).get(COUNT) - 1;
    }

    /** @return of the coordinator as it is now. */
    Info info(final int host) {
        return logic.info(head(host));
    }

    int head(final int host) {
        final Ints values = hosts.get(host);
        return values.get(FIRST_STATE + values.get(COUNT) - 1);
    }

    HostStep event(final int host, final int linkId, final int frame) {
        return steps.computeIfAbsent(new Cause(host, EVENT, linkId, frame), cause -> {
            final Draft draft = new Draft(hosts.get(host));
            draft.append(linkId, frame);
            return draft.end();
        });
    }

    /** One more record is on the device. */
    HostStep force(final int host) {
        return steps.computeIfAbsent(new Cause(host, FORCE, 0, 0), cause -> {
            final Draft draft = new Draft(hosts.get(host));
            draft.force();
            return draft.end();
        });
    }

    /** Time passes until the coordinator wants to be woken up, and it is. */
    HostStep tick(final int host) {
        return steps.computeIfAbsent(new Cause(host, TICK, 0, 0), cause -> {
            final Draft draft = new Draft(hosts.get(host));
            draft.timeMs = Math.max(draft.timeMs, (int) ((info(host).nextWakeUpNs() + MS - 1) / MS));
            draft.append(0, tickFrame);
            return draft.end();
        });
    }

    /** The process dies, of what isn't forced so many records survive, and another one starts. */
    HostStep crash(final int host, final int survivors) {
        return steps.computeIfAbsent(new Cause(host, CRASH, survivors, 0), cause -> {
            final Draft draft = new Draft(hosts.get(host));
            draft.begin(survivors);
            return draft.end();
        });
    }

    /** A state that is being made. */
    private final class Draft {
        private Ints states;
        private Ints held;
        private int epochAt;
        private int position;
        private int timeMs;
        private int starts;
        private Ints sent = Ints.NONE;
        private String failure;

        Draft(final int[] ofStates, final int ofEpochAt, final int ofPosition, final int ofTimeMs, final int ofStarts) {
            states = new Ints(ofStates);
            held = Ints.NONE;
            epochAt = ofEpochAt;
            position = ofPosition;
            timeMs = ofTimeMs;
            starts = ofStarts;
        }

        Draft(final Ints host) {
            final int count = host.get(COUNT);
            states = new Ints(Arrays.copyOfRange(host.values(), FIRST_STATE, FIRST_STATE + count));
            held = new Ints(Arrays.copyOfRange(host.values(), FIRST_STATE + count, host.size()));
            epochAt = host.get(EPOCH_AT);
            position = host.get(POSITION);
            timeMs = host.get(TIME_MS);
            starts = host.get(STARTS);
        }

        private int head() {
            return states.get(states.size() - 1);
        }

        void append(final int linkId, final int frame) {
            appendOne(linkId, frame);
            while (failure == null && logic.info(head()).hasContinuation()) {
                appendOne(0, continueFrame);
            }
        }

        private void appendOne(final int linkId, final int frame) {
            Step step = logic.apply(head(), linkId, timeMs * MS, frame, position + 1);
            if (step.state() != head()) {
                states = states.with(step.state());
                position++;
            } else {
                step = logic.apply(head(), linkId, timeMs * MS, frame, position);
            }
            if (step.failure() != null) {
                failure = step.failure();
            }
            for (final Output output : step.outputs()) {
                send(output);
            }
        }

        private void send(final Output output) {
            int due = output.onAppend() ? epochAt : states.size() - 1;
            for (int i = 0; i < held.size(); i += HELD_LENGTH) {
                final boolean isBehind = held.get(i + 1) >> 1 == output.linkId()
                    && (held.get(i + 1) & 1) == 1;
                if (isBehind && output.onAppend()) {
                    due = Math.max(due, held.get(i));
                }
            }
            if (due == 0) {
                sent = sent.with(output.linkId()).with(output.frame());
            } else {
                held = held.with(due).with(output.linkId() << 1 | (output.isFence() ? 1 : 0))
                    .with(output.frame());
            }
        }

        void force() {
            states = states.without(0);
            epochAt = Math.max(0, epochAt - 1);
            Ints stillHeld = Ints.NONE;
            for (int i = 0; i < held.size(); i += HELD_LENGTH) {
                if (held.get(i) == 1) {
                    sent = sent.with(held.get(i + 1) >> 1).with(held.get(i + 2));
                } else {
                    stillHeld = stillHeld.with(held.get(i) - 1).with(held.get(i + 1)).with(held.get(i + 2));
                }
            }
            held = stillHeld;
        }

        void begin(final int survivors) {
            position -= states.size() - 1 - survivors;
            states = new Ints(new int[] {states.get(survivors)});
            held = Ints.NONE;
            starts++;
            final Info info = logic.info(head());
            // Of what is lost nobody knows when it was; a wall clock that was put back doesn't tell, either.
            timeMs = (int) (info.view().nowNs() / MS);
            final Recovered recovered = new Recovered(timeMs * MS, position, info.epoch() == 0 ? 0
                : StateBytes.COORDINATOR_ID, info.epoch(), info.view().generation(), null, Contradictions.NONE);
            final List<DirectBuffer> events = StartEvents.after(
                recovered, new EpochStart(StateBytes.COORDINATOR_ID, 0x1000L + starts, 0), settings);
            epochAt = 0;
            final int epoch = info.epoch();
            for (final DirectBuffer event : events) {
                append(0, frames.of(Bytes.copyOf(event, 0, event.capacity())));
                if (epochAt == 0 && logic.info(head()).epoch() > epoch) {
                    epochAt = states.size() - 1;
                }
            }
        }

        HostStep end() {
            Ints host = new Ints(new int[] {epochAt, position, timeMs, starts, states.size()});
            host = host.with(states.values()).with(held.values());
            return new HostStep(hosts.of(host), sent, failure);
        }
    }
}
