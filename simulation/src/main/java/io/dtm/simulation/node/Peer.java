package io.dtm.simulation.node;

import io.dtm.session.CoordinatorSession;
import io.dtm.session.EpochMemory;
import io.dtm.session.SessionContext;
import io.dtm.session.SessionListener;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.engine.Trace;
import io.dtm.simulation.network.PeerLink;
import io.dtm.simulation.network.SimulatedNetwork;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that uses the library: its logic, driven by hand, one session for each of its coordinators. Can be killed,
 * also in the midst of a duty cycle: what the library then still does reaches nobody. Can be paused.
 */
public abstract class Peer {
    private static final long HEARTBEAT_NS = 50_000_000L;
    private static final long MIN_STEP_NS = 1_000L;
    private static final long MAX_STEP_NS = 30_000L;

    /** Of the process. */
    protected final String name;
    /** Of the simulation. */
    protected final Schedule schedule;
    /** Of this node alone. */
    protected final RandomStream random;
    /** Is told what happens. */
    protected final Trace trace;
    private final List<PeerSession> sessions = new ArrayList<>(1);
    private final HostClock clock;
    /** One for all coordinators, as a directory of the host is. */
    private EpochMemory memory = EpochMemory.inMemory();
    private int life;
    private boolean isUp;
    private long pausedUntilNs;
    private Throwable thrown;
    private long nextStepNs;

    /**
     * @param name     of the process.
     * @param schedule of the simulation.
     * @param random   of this node alone.
     * @param trace    is told of starts and deaths.
     * @param network  to the coordinator.
     */
    protected Peer(
        final String name,
        final Schedule schedule,
        final RandomStream random,
        final Trace trace,
        final SimulatedNetwork network) {
        this.name = name;
        this.schedule = schedule;
        this.random = random;
        this.trace = trace;
        this.sessions.add(new PeerSession(name, network));
        this.clock = new HostClock(schedule, random.split("clocks"));
    }

    /**
     * From its next start on it is connected to one more coordinator.
     *
     * @param linkName by which a trace knows its links there.
     * @param network  to that coordinator.
     */
    protected final void connectTo(final String linkName, final SimulatedNetwork network) {
        sessions.add(new PeerSession(linkName, network));
    }

    /** @return its name. */
    public final String name() {
        return name;
    }

    /** @return by which its coordinators' checkers know it, one for each. */
    public final List<String> linkNames() {
        return sessions.stream().map(PeerSession::linkName).toList();
    }

    /** @return whether the process runs. */
    public final boolean isUp() {
        return isUp;
    }

    /** @return nanoseconds by the monotonic clock of the running process, which begins anywhere. */
    protected final long clockNs() {
        return clock.nanoTime();
    }

    /** @return its connection, the first one. */
    public final PeerLink link() {
        return sessions.get(0).link();
    }

    /** @return its connections, one for each coordinator. */
    public final List<PeerLink> links() {
        return sessions.stream().map(PeerSession::link).toList();
    }

    /** @return the library's logic, of the running process, for the first coordinator. */
    protected final CoordinatorSession session() {
        return sessions.get(0).session();
    }

    /** @return the library's logic, of the running process, for each coordinator. */
    protected final List<CoordinatorSession> sessions() {
        return sessions.stream().map(PeerSession::session).toList();
    }

    /** @return number that changes when a process starts and when it dies. */
    protected final int life() {
        return life;
    }

    /** Starts a process, if none runs. */
    public final void start() {
        if (isUp) {
            return;
        }
        isUp = true;
        life++;
        nextStepNs = 0;
        pausedUntilNs = 0;
        clock.restart();
        trace.event(name, "starts");
        for (final PeerSession session : sessions) {
            session.start(context(new SessionContext()
                .random(random::nextLong)
                .epochMemory(memory)
                .listener(new ThrownListener())
                .errorHandler(this::onThrown)
                .clientName(name)), this::wakeUp);
        }
        onStart();
        heartbeat(life);
    }

    /**
     * @param context of a new process.
     * @return it, filled further.
     */
    protected SessionContext context(final SessionContext context) {
        return context;
    }

    /** A process has started. */
    protected abstract void onStart();

    /** It is dead. */
    protected abstract void onKilled();

    /** The process dies. */
    public final void kill() {
        if (isUp) {
            trace.event(name, "crashes");
            end();
        }
    }

    /** The process ends in order: the library closes its sessions, as far as its links take that now. */
    public final void leave() {
        if (isUp) {
            trace.event(name, "leaves");
            life++; // the application hears nothing any more
            sessions().forEach(CoordinatorSession::close);
            end();
        }
    }

    private void end() {
        isUp = false;
        life++;
        sessions.forEach(PeerSession::kill);
        onKilled();
    }

    /** It has no durable place for what it knows of epochs: its next process starts without. */
    public final void forgetEpochs() {
        memory = EpochMemory.inMemory();
    }

    /** @param untilNs virtual time up to which the process stands still. */
    public final void pause(final long untilNs) {
        trace.event(name, "pauses for %1 us", (untilNs - schedule.nowNs()) / 1000, 0);
        pausedUntilNs = Math.max(pausedUntilNs, untilNs);
    }

    /** Lets a paused process go on. */
    public final void resume() {
        pausedUntilNs = 0;
        if (isUp) {
            wakeUp();
        }
    }

    /**
     * Runs later, if this life of the process is still on then; and when it is paused then, after that.
     *
     * @param delayNs from now on.
     * @param task    to run.
     */
    protected final void later(final long delayNs, final Runnable task) {
        final int ofLife = life;
        schedule.after(delayNs, () -> runUnlessPaused(ofLife, task));
    }

    private void runUnlessPaused(final int ofLife, final Runnable task) {
        if (ofLife != life) {
            return;
        }
        if (schedule.nowNs() < pausedUntilNs) {
            schedule.at(pausedUntilNs, () -> runUnlessPaused(ofLife, task));
        } else {
            task.run();
        }
    }

    /** The process has something to do. */
    protected final void wakeUp() {
        step(MIN_STEP_NS + random.nextLong(MAX_STEP_NS - MIN_STEP_NS));
    }

    private void step(final long delayNs) {
        if (!isUp) {
            return;
        }
        final long dueNs = Math.max(schedule.nowNs() + delayNs, pausedUntilNs);
        if (nextStepNs > schedule.nowNs() && nextStepNs <= dueNs) {
            return;
        }
        nextStepNs = dueNs;
        final int ofLife = life;
        schedule.at(dueNs, () -> {
            if (ofLife == life && nextStepNs == dueNs) {
                round();
            }
        });
    }

    private void round() {
        nextStepNs = 0;
        if (schedule.nowNs() < pausedUntilNs) {
            step(pausedUntilNs - schedule.nowNs());
            return;
        }
        final int ofLife = life;
        final long clockNs = clockNs();
        boolean isBusy = false;
        for (int i = 0; i < sessions.size() && ofLife == life; i++) {
            final PeerSession one = sessions.get(i);
            isBusy |= one.session().doWork(clockNs) > 0 || one.link().hasArrivals();
        }
        if (thrown != null) {
            throw new IllegalStateException("something that the library called in " + name + " threw", thrown);
        }
        if (ofLife == life && isBusy) {
            wakeUp();
        }
    }

    private void onThrown(final Throwable cause) {
        thrown = thrown == null ? cause : thrown;
    }

    /** The library catches what is thrown by whatever it calls; here that is the simulator, and nothing should be. */
    private final class ThrownListener implements SessionListener {
        @Override
        public void onAnomaly(final String text, final Throwable cause) {
            if (cause != null) {
                onThrown(cause);
            }
        }
    }

    private void heartbeat(final int ofLife) {
        if (ofLife == life) {
            wakeUp();
            schedule.after(HEARTBEAT_NS, () -> heartbeat(ofLife));
        }
    }
}
