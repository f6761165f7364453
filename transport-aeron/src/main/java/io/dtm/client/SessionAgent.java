package io.dtm.client;

import io.dtm.session.CoordinatorSession;
import java.util.List;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;

/**
 * The duty cycle of this process's sessions, as an agent: run by an {@code AgentRunner} on a thread of its own, or by
 * an {@code AgentInvoker} on the caller's. Sessions with several coordinators that share a participant share the agent.
 */
public final class SessionAgent implements Agent {
    private final List<CoordinatorSession> sessions;
    private final NanoClock clock;

    /**
     * @param sessions that it runs, and closes at its end.
     * @param clock    monotonic.
     */
    public SessionAgent(final List<CoordinatorSession> sessions, final NanoClock clock) {
        this.sessions = List.copyOf(sessions);
        this.clock = clock;
    }

    @Override
    public int doWork() {
        final long nowNs = clock.nanoTime();
        int work = 0;
        for (int i = 0; i < sessions.size(); i++) {
            work += sessions.get(i).doWork(nowNs);
        }
        return work;
    }

    @Override
    public void onClose() {
        for (final CoordinatorSession session : sessions) {
            session.close();
        }
    }

    @Override
    public String roleName() {
        return "dtm-session";
    }
}
