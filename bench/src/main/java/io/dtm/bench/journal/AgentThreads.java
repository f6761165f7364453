package io.dtm.bench.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.CloseHelper;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.IdleStrategy;

/** Threads of agents, and the first error of any of them. */
final class AgentThreads implements AutoCloseable {
    private final List<AgentRunner> runners = new ArrayList<>();
    private final AtomicReference<Throwable> error = new AtomicReference<>();

    AgentThreads start(final Agent agent, final IdleStrategy idle) {
        final AgentRunner runner = new AgentRunner(idle, this::failed, null, agent);
        runners.add(runner);
        AgentRunner.startOnThread(runner);
        return this;
    }

    private void failed(final Throwable throwable) {
        error.compareAndSet(null, throwable);
    }

    void check() {
        final Throwable first = error.get();
        if (first != null) {
            throw new IllegalStateException("an agent failed", first);
        }
    }

    @Override
    public void close() {
        CloseHelper.closeAll(runners);
        check();
    }
}
