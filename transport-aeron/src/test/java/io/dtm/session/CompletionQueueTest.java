package io.dtm.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompletionQueueTest {
    private static final int THREADS = 4;
    private static final int EACH = 20_000;

    private final CompletionQueue queue = new CompletionQueue();
    private final Outbox outbox = new Outbox(new InMemoryLink(), 1344);
    private final List<Integer> ran = new ArrayList<>();

    private final class Numbered extends Completion {
        private final int number;

        Numbered(final int number) {
            super(queue);
            this.number = number;
        }

        @Override
        void run() {
            ran.add(number);
        }
    }

    @Test
    void shouldTakeAnswersUpInTheOrderInWhichTheyWereGiven() {
        for (int i = 0; i < 5; i++) {
            new Numbered(i).enqueue();
        }
        queue.drain(outbox);
        new Numbered(5).enqueue();
        queue.drain(outbox);

        assertEquals(List.of(0, 1, 2, 3, 4, 5), ran);
    }

    @Test
    void shouldLoseAndRepeatNothingWhenManyThreadsAnswer() throws InterruptedException {
        final List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            final int base = t * EACH;
            final Thread thread = new Thread(() -> {
                for (int i = 0; i < EACH; i++) {
                    final Numbered answer = new Numbered(base + i);
                    if (answer.claim() && !answer.claim()) {
                        answer.enqueue();
                    }
                }
            });
            threads.add(thread);
            thread.start();
        }
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            while (ran.size() < THREADS * EACH) {
                if (queue.drain(outbox) == 0) {
                    Thread.onSpinWait();
                }
            }
        });
        for (final Thread thread : threads) {
            thread.join();
        }

        final int[] last = new int[THREADS];
        Arrays.fill(last, -1);
        for (final int number : ran) {
            final int thread = number / EACH;
            assertEquals(last[thread] + 1, number % EACH);
            last[thread] = number % EACH;
        }
    }
}
