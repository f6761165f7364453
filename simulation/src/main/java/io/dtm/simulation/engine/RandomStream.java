package io.dtm.simulation.engine;

/**
 * A stream of random numbers that one component owns. Streams are split by name, so that one component's draws never
 * shift those of another. SplitMix64: the same on every JDK.
 */
public final class RandomStream {
    /** {@link #chance(int)} of this is certainty. */
    public static final int MILLION = 1_000_000;

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private final long origin;
    private long state;

    /** @param seed decides everything that the stream returns. */
    public RandomStream(final long seed) {
        origin = mix(seed);
        state = origin;
    }

    private RandomStream(final long origin, final long state) {
        this.origin = origin;
        this.state = state;
    }

    /**
     * @param state of a stream.
     * @return one that returns what that one returned from then on.
     */
    public static RandomStream at(final long state) {
        return new RandomStream(state, state);
    }

    /** @return decides all that it returns from now on. */
    public long state() {
        return state;
    }

    /**
     * @param name of a component.
     * @return its own stream: depends on this one's seed and the name, not on what was drawn so far.
     */
    public RandomStream split(final String name) {
        long hash = origin;
        for (int i = 0; i < name.length(); i++) {
            hash = mix(hash ^ name.charAt(i));
        }
        return new RandomStream(hash);
    }

    /** @return any long. */
    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /**
     * @param bound greater than 0.
     * @return 0 to bound - 1.
     */
    public int nextInt(final int bound) {
        return (int) nextLong(bound);
    }

    /**
     * @param bound greater than 0.
     * @return 0 to bound - 1.
     */
    public long nextLong(final long bound) {
        return Math.floorMod(nextLong() >>> 1, bound);
    }

    /**
     * @param min least.
     * @param max greatest, not less than min.
     * @return min to max, both included.
     */
    public long between(final long min, final long max) {
        return min + nextLong(max - min + 1);
    }

    /**
     * Draws a time whose order of magnitude is drawn first: mostly short, now and then long.
     *
     * @param min greater than 0.
     * @param max not less than min.
     * @return min to max.
     */
    public long skewed(final long min, final long max) {
        long top = min;
        while (top < max && nextInt(3) != 0) {
            top = Math.min(max, top * 4);
        }
        return between(min, Math.max(min, top));
    }

    /**
     * @param perMillion how often it is true; 0: never, and then nothing is drawn.
     * @return whether it is.
     */
    public boolean chance(final int perMillion) {
        return perMillion > 0 && nextInt(MILLION) < perMillion;
    }

    /** @return true as often as false. */
    public boolean coin() {
        return nextLong() < 0;
    }

    private static long mix(final long value) {
        long z = value;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
