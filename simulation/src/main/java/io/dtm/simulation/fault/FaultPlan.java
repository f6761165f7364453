package io.dtm.simulation.fault;

import io.dtm.simulation.engine.RandomStream;

/** Which faults an episode has, and how long it is from one to the next of a kind. */
public final class FaultPlan {
    private static final long MILLI = 1_000_000L;
    private static final int WITHOUT_FAULTS_PER_MILLION = 60_000;

    private final long[] intervals = new long[Fault.values().length];
    private final int crashPointPerMillion;

    private FaultPlan(final int crashPointPerMillion) {
        this.crashPointPerMillion = crashPointPerMillion;
    }

    /** @return a plan without faults. */
    public static FaultPlan none() {
        return new FaultPlan(0);
    }

    /**
     * @param random decides.
     * @return a plan with some of the faults, now and then with none.
     */
    public static FaultPlan draw(final RandomStream random) {
        final boolean isFaultless = random.chance(WITHOUT_FAULTS_PER_MILLION);
        final FaultPlan plan = new FaultPlan(random.coin() ? 0 : (int) random.between(1, 3_000));
        for (final Fault fault : Fault.values()) {
            // the one that came last has a stream of its own: seeds without it are what they were
            final RandomStream ofFault = fault == Fault.LEAVE ? random.split("leave") : random;
            final boolean isOn = ofFault.chance(fault.onPerMillion()) && !isFaultless;
            final long interval = (20 * MILLI << ofFault.nextInt(9)) + ofFault.nextLong(20 * MILLI);
            plan.intervals[fault.ordinal()] = isOn ? interval : 0;
        }
        if (plan.has(Fault.RESTORE)) {
            plan.intervals[Fault.CLOCK_JUMP.ordinal()] = 0; // a restore's epoch goes by the wall clock
        }
        return plan;
    }

    /**
     * @param fault a kind.
     * @return whether it occurs.
     */
    public boolean has(final Fault fault) {
        return intervals[fault.ordinal()] > 0;
    }

    /**
     * @param fault    a kind.
     * @param interval mean virtual nanoseconds between two of them; 0: none.
     * @return this.
     */
    public FaultPlan with(final Fault fault, final long interval) {
        intervals[fault.ordinal()] = interval;
        return this;
    }

    /** @param interval greatest mean virtual nanoseconds between two of a kind that occurs, from now on. */
    public void often(final long interval) {
        for (int i = 0; i < intervals.length; i++) {
            intervals[i] = Math.min(intervals[i], interval);
        }
    }

    /**
     * @param fault a kind that occurs.
     * @return mean virtual nanoseconds between two of them.
     */
    public long intervalNs(final Fault fault) {
        return intervals[fault.ordinal()];
    }

    /** @return how often a process dies just at a place where it hurts most, if crashes of its kind occur. */
    public int crashPointPerMillion() {
        return crashPointPerMillion;
    }

    /** @return whether there is no fault. */
    public boolean isFaultless() {
        for (final long interval : intervals) {
            if (interval > 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder();
        for (final Fault fault : Fault.values()) {
            if (has(fault)) {
                text.append(text.length() == 0 ? "" : ", ").append(fault).append(" every ")
                    .append(intervalNs(fault) / MILLI).append(" ms");
            }
        }
        return text.length() == 0 ? "no faults" : text.toString();
    }
}
