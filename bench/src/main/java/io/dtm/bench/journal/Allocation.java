package io.dtm.bench.journal;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Bytes of the heap that a thread has allocated, ever. */
final class Allocation {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Allocation() {
    }

    static long ofThisThread() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }
}
