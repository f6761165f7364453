package io.dtm.core.ingress;

import static io.dtm.core.ingress.EventPublisher.NO_ROOM;

import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.ControlledMessageHandler.Action;

/**
 * The first stage and the ring's only writer: takes frames from links, and makes events of everything else that the
 * coordinator must know. First of all it publishes the host's start events; before that it takes nothing from links.
 * Allocates nothing but for handshakes.
 */
public final class IngressAgent implements Agent {
    private static final int HOST = 0;
    private static final int POLL_ROUNDS = 4;
    private static final int OPERATOR_LIMIT = 8;

    private final LinkPoller poller;
    private final int pollLimit;
    private final OperatorCommands operators;
    private final List<DirectBuffer> startFrames;
    private final EventSequencer sequencer;
    private final WatchClock watch;
    private final Links links;
    private final LevelEvents levelEvents;
    private final Handshakes handshakes;
    private final IngressAdapter adapter;
    private final ControlledMessageHandler onOperator;
    private int started;

    /** @param config what it needs. */
    public IngressAgent(final IngressConfig config) {
        poller = config.poller();
        pollLimit = config.pollLimit();
        operators = config.operators();
        startFrames = config.startFrames();
        sequencer = new EventSequencer(config.ring(), config.clock());
        watch = new WatchClock(config.clock().timeNs());
        final HostEvents events = new HostEvents(sequencer);
        final Refusals refusals = new Refusals(config.replies(), config.dropListener());
        links = new Links(config, events, watch);
        levelEvents = new LevelEvents(config, sequencer, events, watch);
        handshakes = new Handshakes(config, links, events, sequencer, refusals);
        adapter = new IngressAdapter(links, handshakes, sequencer, watch, refusals);
        onOperator = (type, buffer, index, length) ->
            sequencer.publish(HOST, buffer, index, length) == NO_ROOM ? Action.ABORT : Action.CONTINUE;
    }

    @Override
    public String roleName() {
        return "ingress";
    }

    @Override
    public int doWork() {
        sequencer.startCycle();
        if (started < startFrames.size()) {
            return start();
        }
        int work = levelEvents.doWork();
        work += links.publishLosses();
        work += operators.read(onOperator, OPERATOR_LIMIT);
        work += handshakes.poll();
        work += poll();
        return work;
    }

    /** @return whether links are being served: the start events are published. Ingress agent only. */
    public boolean isOpen() {
        return started == startFrames.size();
    }

    private int start() {
        final int before = started;
        while (started < startFrames.size()) {
            final DirectBuffer frame = startFrames.get(started);
            if (sequencer.publish(HOST, frame, 0, frame.capacity()) == NO_ROOM) {
                break;
            }
            started++;
        }
        watch.onCycle(sequencer.timeNs(), false);
        return started - before;
    }

    private int poll() {
        int work = 0;
        int polled;
        int rounds = 0;
        do {
            polled = poller.poll(adapter, pollLimit);
            work += polled;
        } while (polled > 0 && ++rounds < POLL_ROUNDS && !sequencer.lackedRoom());
        watch.onCycle(sequencer.timeNs(), polled == 0 && !sequencer.lackedRoom() && poller.isReceiving());
        return work;
    }
}
