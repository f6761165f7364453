package io.dtm.core.storage.simulated;

import java.util.BitSet;
import java.util.Random;

/**
 * Decides what a power loss leaves of that which a {@link SimulatedStorage} had not forced. All is asked in a fixed
 * order, so that a seed decides everything.
 */
public interface Survival {
    /** All of it survives: the best case, as after a killed process. */
    Survival ALL = new Survival() {
        @Override
        public int sectors(final String name, final int page) {
            return 0xFF;
        }

        @Override
        public int names(final int changes) {
            return changes;
        }
    };

    /** Nothing survives but what was forced. */
    Survival NOTHING = new Survival() {
        @Override
        public int sectors(final String name, final int page) {
            return 0;
        }

        @Override
        public int names(final int changes) {
            return 0;
        }
    };

    /**
     * @param name of a file.
     * @param page of it, 4 KiB, that was changed and not forced.
     * @return a bit for each sector of 512 bytes that survives, the lowest for the first.
     */
    int sectors(String name, int page);

    /**
     * @param changes number of names made, changed or deleted and not forced.
     * @return how many of them survive, from the first on: file systems keep them in order.
     */
    int names(int changes);

    /**
     * @param changes number of names made, changed or deleted and not forced.
     * @return which of them survive, where a file system doesn't keep them in order.
     */
    default BitSet survivingNames(final int changes) {
        final BitSet surviving = new BitSet();
        surviving.set(0, names(changes));
        return surviving;
    }

    /**
     * @param name of a file.
     * @param page of it, 4 KiB, that was changed and not forced.
     * @return decides which bit flips in a byte that was not forced; 0: none.
     */
    default int rot(final String name, final int page) {
        return 0;
    }

    /**
     * @param seed decides everything.
     * @return about a third of the pages survive, a third doesn't, a third is torn.
     */
    static Survival random(final long seed) {
        return drawn(new Random(seed), false);
    }

    /**
     * @param seed decides everything.
     * @return as {@link #random(long)}, and in half of the pages one bit flips.
     */
    static Survival rotten(final long seed) {
        return drawn(new Random(seed), true);
    }

    private static Survival drawn(final Random random, final boolean isRotten) {
        return new Survival() {
            @Override
            public int sectors(final String name, final int page) {
                return switch (random.nextInt(3)) {
                    case 0 -> 0;
                    case 1 -> 0xFF;
                    default -> random.nextInt(0x100);
                };
            }

            @Override
            public int names(final int changes) {
                return random.nextInt(changes + 1);
            }

            @Override
            public int rot(final String name, final int page) {
                return isRotten && random.nextBoolean() ? random.nextInt(Integer.MAX_VALUE) : 0;
            }
        };
    }
}
