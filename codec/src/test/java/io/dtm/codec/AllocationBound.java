package io.dtm.codec;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** How much the handling of one hostile input may allocate, on the thread that handles it. */
final class AllocationBound {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private AllocationBound() {
    }

    /**
     * Fails if more is allocated. Then it is done once more from the start, since the first time classes may have been
     * loaded, which allocates.
     *
     * @param bytes    that may be allocated.
     * @param start    makes what handles the input; isn't counted.
     * @param handling of the input.
     */
    static <T> void hold(final long bytes, final Supplier<T> start, final Consumer<T> handling) {
        if (allocatedBy(start, handling) > bytes) {
            final long again = allocatedBy(start, handling);
            if (again > bytes) {
                throw new AssertionError("allocated " + again + " bytes; at most " + bytes + " are due");
            }
        }
    }

    private static <T> long allocatedBy(final Supplier<T> start, final Consumer<T> handling) {
        final long thread = Thread.currentThread().getId();
        final T handler = start.get();
        final long before = THREADS.getThreadAllocatedBytes(thread);
        handling.accept(handler);
        return THREADS.getThreadAllocatedBytes(thread) - before;
    }
}
