package io.dtm.core.ring;

import io.dtm.codec.RecordDescriptor;
import io.dtm.core.LinkReplies;
import io.dtm.core.SlowLinks;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.egress.EgressAgent;
import io.dtm.core.egress.EgressConfig;
import io.dtm.core.egress.EgressEncoder;
import io.dtm.core.egress.OutboundQueue;
import io.dtm.core.ingress.IngressAgent;
import io.dtm.core.ingress.IngressConfig;
import io.dtm.core.ingress.LogicalClock;
import io.dtm.core.journal.Journal;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.CompositeAgent;

/**
 * The whole way of an event, from a link and back to links, in flow order:
 * <pre>
 *             ┌─────────┐  ring   ┌─────────┐ ┌─────────────┐  outbound queue  ┌────────┐
 *   links ──► │ ingress │ ──────► │ journal │ │ coordinator │ ───────────────► │ egress │ ──► links
 *             └─────────┘         └─────────┘ └─────────────┘                  └────────┘
 *                  ▲                   └─► force ─────────── forced position ──────┘ │
 *                  └────── levels: wake-up, continuation, storage, slow links ───────┘
 * </pre>
 * Either driven by hand, by {@link #invoke()} or stage by stage, on one thread; or by threads, from {@link #start()}
 * to {@link #close()}. Any Throwable of a stage stops all of them for good. The journal stays the caller's to close.
 */
public final class Pipeline implements AutoCloseable {
    private static final int CLOSE_LIMIT_MS = 60_000;

    private final PipelineContext context;
    private final Halt halt;
    private final Agent ingress;
    private final Agent journal;
    private final Agent coordinator;
    private final Agent egress;
    private final Agent force;
    private final Agent inlineForce;
    private final Agent space;
    private final List<Agent> stages;
    private final IngressAgent ingressAgent;
    private final long startedPosition;
    private final List<AgentRunner> runners = new ArrayList<>();

    /** @param context what it is made of. */
    public Pipeline(final PipelineContext context) {
        context.conclude();
        this.context = context;
        final CoordinatorSettings settings = context.settings();
        final Journal log = context.journal();
        halt = new Halt(context.haltHandler());
        startedPosition = startedPosition(context);

        // between the stages
        final EventRing ring = new EventRing(context.ringSlots(), context.arenaBytes());
        final OutboundQueue outbound = new OutboundQueue(context.outboundMemory());
        final PublishedLevels levels = new PublishedLevels();
        final SlowLinks slowLinks = new SlowLinks(context.slowLinks());
        final LinkReplies replies = new LinkReplies();

        // ingress: the ring's only writer
        ingressAgent = new IngressAgent(new IngressConfig(
            context.poller(), ring, levels, log::hasSpaceForNew, slowLinks, replies,
            context.admission(), context.tokens(), context.dropListener(), context.operators(),
            new LogicalClock(context.nanoClock(), context.baseTimeNs()), context.wallClock(), context.startFrames(),
            settings.sessionTimeoutMs() * 1_000_000L, context.authenticationTimeoutNs(),
            context.maxUnauthenticatedLinks(), context.maxLinks(), context.pollLimit()));
        ingress = halt.guard(ingressAgent);

        // journal: a frame is appended before the coordinator sees it
        journal = halt.guard(new JournalStage(ring, log));

        // coordinator: from now on its outputs go to egress
        final EgressEncoder encoder = new EgressEncoder(outbound, context.outboundBoundBytes());
        context.output().goLive(encoder);
        coordinator =
            halt.guard(new CoordinatorStage(ring, context.coordinator(), context.coordinatorClock(), encoder, levels));

        // egress: holds what must wait for the force
        final EgressAgent egressAgent = new EgressAgent(new EgressConfig(
            outbound, replies, new JournalDurability(log),
            settings.durability() == CoordinatorSettings.DURABILITY_FORCE, context.publisher(), slowLinks,
            context.egressListener(), context.nanoClock(), context.backlogs(), context.frameSoftLimitBytes()));
        egress = halt.guard(egressAgent);

        // beside the way: what is appended becomes durable, and space is there before it is needed
        final ForceStage forceStage = new ForceStage(log);
        force = halt.guard(forceStage);
        inlineForce = halt.guard(new InlineForce(ring, egressAgent, forceStage, context.inlineForceLimit()));
        space = halt.guard(new SpaceStage(log));
        stages = List.of(ingress, journal, coordinator, egress, force, space);
    }

    /**
     * Lets each stage work once, in flow order, on the calling thread.
     *
     * @return a work count.
     */
    public int invoke() {
        int work = 0;
        for (int i = 0; i < stages.size(); i++) {
            work += Halt.work(stages.get(i));
        }
        return work;
    }

    /** @return ingress, journal, coordinator, egress, force, space: to be driven by hand, on one thread. */
    public List<Agent> stages() {
        return stages;
    }

    /** @return whether links are being served. By hand only. */
    public boolean isOpen() {
        return ingressAgent.isOpen();
    }

    /**
     * @return whether the start events are on the device, so that peers are answered. What else was appended meanwhile
     *         may lie unforced for as long as nothing waits for it. Any thread.
     */
    public boolean isServing() {
        return context.journal().forcedPosition() >= startedPosition;
    }

    /** The start events come first. Where they end at the least: a roll between them takes positions too. */
    private static long startedPosition(final PipelineContext context) {
        long position = context.journal().appendedPosition();
        for (final DirectBuffer frame : context.startFrames()) {
            position += RecordDescriptor.aligned(RecordDescriptor.HEADER_LENGTH + frame.capacity());
        }
        return position;
    }

    /** @return what stopped the pipeline for good, or null. Any thread. */
    public Throwable haltCause() {
        return halt.cause();
    }

    /** Starts the threads. */
    public void start() {
        if (context.threading() == Threading.DEDICATED) {
            for (final Role role : Role.values()) {
                start(role, stages.get(role.ordinal()));
            }
        } else {
            start(Role.INGRESS, ingress);
            start(Role.JOURNAL, new CompositeAgent(journal, coordinator, egress, inlineForce));
            start(Role.FORCE, force);
            // Making a segment takes a hundred milliseconds and more: no force may wait for that.
            start(Role.SPACE, space);
        }
    }

    /**
     * Stops the threads, if any. Not to be called by a stage or by the halt handler. A force that takes long is waited
     * for: an interrupt would close its file, and look like a failed one.
     */
    @Override
    public void close() {
        runners.forEach(runner -> runner.close(CLOSE_LIMIT_MS, null));
    }

    private void start(final Role role, final Agent agent) {
        final AgentRunner runner =
            new AgentRunner(context.idleStrategy(role), t -> halt.onThrowable(agent.roleName(), t), null, agent);
        runners.add(runner);
        AgentRunner.startOnThread(runner, context.threadFactory());
    }
}
