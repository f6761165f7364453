package io.dtm.core.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.fake.FakeJournal;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.junit.jupiter.api.Test;

class ForceStageTest {
    private final AtomicBoolean isOver = new AtomicBoolean();

    @Test
    void shouldNeverForceOnTwoThreadsAtATime() throws InterruptedException {
        final FakeJournal journal = new FakeJournal().forgetful();
        final AtomicInteger inside = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();
        final ForceStage stage = new ForceStage(new ForcingJournal(journal, () -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            Thread.yield();
            inside.decrementAndGet();
        }));
        final CountDownLatch done = new CountDownLatch(2);
        final Runnable loop = () -> {
            for (int i = 0; i < 20_000; i++) {
                stage.doWork();
            }
            done.countDown();
        };
        new Thread(loop).start();
        new Thread(loop).start();
        assertTrue(done.await(120, TimeUnit.SECONDS));

        assertEquals(1, most.get());
    }

    @Test
    void shouldForceInlineWhileLittleWaits() {
        final Set<String> threads = threadsThatForce(4, () -> new IdleStrategy() {
            @Override
            public void idle(final int workCount) {
                // As if the force agent took very long to wake up.
                while (!isOver.get()) {
                    Thread.yield();
                }
            }

            @Override
            public void idle() {
                idle(0);
            }

            @Override
            public void reset() {
                // Nothing to reset.
            }
        });

        assertTrue(threads.stream().anyMatch(name -> name.contains("inline-force")), threads.toString());
    }

    @Test
    void shouldLeaveTheForceToItsAgentWhenInlineForcesAreSwitchedOff() {
        final Set<String> threads = threadsThatForce(0, YieldingIdleStrategy::new);

        assertEquals(1, threads.size(), threads.toString());
        assertTrue(threads.iterator().next().equals("force"), threads.toString());
    }

    private Set<String> threadsThatForce(final int inlineForceLimit, final Supplier<IdleStrategy> forceIdle) {
        final Set<String> threads = ConcurrentHashMap.newKeySet();
        final PipelineRig rig = new PipelineRig();
        final ConcurrentLinks links = new ConcurrentLinks();
        final FakeJournal journal = rig.journal;
        rig.with(context -> context.threading(Threading.SHARED).inlineForceLimit(inlineForceLimit)
            .poller(links).publisher(links).nanoClock(System::nanoTime)
            .journal(new ForcingJournal(journal, () -> {
                if (journal.isForceRequested()) {
                    threads.add(Thread.currentThread().getName());
                }
            }))
            .idleStrategy(Role.FORCE, forceIdle));
        rig.launch();
        rig.pipeline.start();
        try {
            links.runTransactions(200);
        } finally {
            isOver.set(true);
            rig.pipeline.close();
        }
        assertNull(rig.pipeline.haltCause());
        return threads;
    }
}
