package io.dtm.simulation.storage;

import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.core.storage.simulated.Survival;
import io.dtm.core.storage.simulated.UnforcedPage;
import io.dtm.simulation.engine.RandomStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** What a power loss at one moment may leave: any of the sectors and names that were changed and not forced. */
final class Survivals {
    /** Up to so many sectors all their subsets are tried. */
    private static final int ALL_SUBSETS = 7;
    private static final String TEMPORARY_SUFFIX = ".tmp";
    private static final String SEGMENT_SUFFIX = ".segment";

    private final List<UnforcedPage> pages;
    private final int names;
    private final int sectors;
    /** Place of the sector that was probably changed last: where records are appended. */
    private final int newest;

    /** @param moment of which nothing is changed. */
    Survivals(final SimulatedStorage moment) {
        pages = moment.unforced();
        names = moment.unforcedNames();
        sectors = sectorsOf(pages);
        newest = sectorsOf(pages.stream().filter(page -> page.name().endsWith(SEGMENT_SUFFIX)).toList()) - 1;
    }

    private static int sectorsOf(final List<UnforcedPage> pages) {
        return pages.stream().mapToInt(page -> Integer.bitCount(page.sectors())).sum();
    }

    /** @return number of sectors that may be lost. */
    int sectors() {
        return sectors;
    }

    /** @return the usual ones, and as many random ones as it takes to make the number full. */
    List<Survival> some(final int count, final RandomStream random) {
        final List<Survival> survivals = new ArrayList<>();
        extremes(survivals);
        names(survivals);
        if (sectors <= ALL_SUBSETS) {
            survivals.addAll(allSubsets());
        } else {
            single(survivals, count / 2, random);
        }
        while (survivals.size() < count && (sectors > ALL_SUBSETS || names > 1)) {
            survivals.add(drawn(random));
        }
        return survivals;
    }

    /** @return every subset of sectors, all names surviving. */
    List<Survival> allSubsets() {
        final List<Survival> survivals = new ArrayList<>();
        for (int subset = 0; subset < 1 << sectors; subset++) {
            survivals.add(new Choice(BitSet.valueOf(new long[] {subset}), all(names)));
        }
        return survivals;
    }

    /** Nothing and everything, with each number of names, in the order in which they were made. */
    private void extremes(final List<Survival> survivals) {
        for (int surviving = 0; surviving <= names; surviving++) {
            survivals.add(new Choice(new BitSet(), all(surviving)));
            survivals.add(new Choice(all(sectors), all(surviving)));
        }
    }

    /** As on a file system that doesn't keep their order: each alone, each missing. */
    private void names(final List<Survival> survivals) {
        for (int name = 0; name < names && names > 1; name++) {
            final BitSet alone = new BitSet();
            alone.set(name);
            final BitSet missing = all(names);
            missing.clear(name);
            survivals.add(new Choice(all(sectors), alone));
            survivals.add(new Choice(all(sectors), missing));
        }
    }

    /** Each page and some sectors alone, each missing. */
    private void single(final List<Survival> survivals, final int count, final RandomStream random) {
        int first = 0;
        for (final UnforcedPage page : pages) {
            final int end = first + Integer.bitCount(page.sectors());
            if (pages.size() > 1) {
                addBoth(survivals, first, end);
            }
            first = end;
        }
        final int from = random.nextInt(sectors);
        for (int i = 0; i < sectors && survivals.size() < count; i++) {
            addBoth(survivals, (from + i) % sectors, (from + i) % sectors + 1);
        }
    }

    private void addBoth(final List<Survival> survivals, final int from, final int to) {
        final BitSet alone = new BitSet();
        alone.set(from, to);
        final BitSet missing = all(sectors);
        missing.clear(from, to);
        survivals.add(new Choice(alone, all(names)));
        survivals.add(new Choice(missing, all(names)));
    }

    private Survival drawn(final RandomStream random) {
        final int perMillion = (1 + random.nextInt(9)) * 100_000;
        final BitSet surviving = new BitSet();
        for (int i = 0; i < sectors; i++) {
            surviving.set(i, random.chance(perMillion));
        }
        if (newest >= 0 && random.nextInt(4) > 0) {
            surviving.set(newest); // else the image was there before, without the last record
        }
        final BitSet survivingNames = new BitSet();
        final boolean isInOrder = random.coin();
        final int inOrder = random.nextInt(names + 1);
        for (int i = 0; i < names; i++) {
            survivingNames.set(i, isInOrder ? i < inOrder : random.coin());
        }
        return new Choice(surviving, survivingNames);
    }

    private static BitSet all(final int count) {
        final BitSet bits = new BitSet();
        bits.set(0, count);
        return bits;
    }

    /** A sector is named by its place among all those that weren't forced. */
    private final class Choice implements Survival {
        private final BitSet survivingSectors;
        private final BitSet survivingNames;

        Choice(final BitSet survivingSectors, final BitSet survivingNames) {
            this.survivingSectors = survivingSectors;
            this.survivingNames = survivingNames;
        }

        @Override
        public int sectors(final String name, final int page) {
            int place = 0;
            for (final UnforcedPage unforced : pages) {
                if (unforced.page() == page && withoutSuffix(unforced.name()).equals(withoutSuffix(name))) {
                    return survivingOf(unforced, place);
                }
                place += Integer.bitCount(unforced.sectors());
            }
            return 0;
        }

        private int survivingOf(final UnforcedPage unforced, final int firstPlace) {
            int surviving = 0;
            int place = firstPlace;
            for (int changed = unforced.sectors(); changed != 0; changed &= changed - 1) {
                if (survivingSectors.get(place++)) {
                    surviving |= Integer.lowestOneBit(changed);
                }
            }
            return surviving;
        }

        /** A file whose new name didn't survive has its former one. */
        private static String withoutSuffix(final String name) {
            return name.endsWith(TEMPORARY_SUFFIX)
                ? name.substring(0, name.length() - TEMPORARY_SUFFIX.length()) : name;
        }

        @Override
        public int names(final int changes) {
            throw new UnsupportedOperationException("not in order");
        }

        @Override
        public BitSet survivingNames(final int changes) {
            return survivingNames;
        }

        @Override
        public String toString() {
            return "of the unforced " + pages + " the sectors " + survivingSectors + ", of " + names
                + " changes of names " + survivingNames;
        }
    }
}
