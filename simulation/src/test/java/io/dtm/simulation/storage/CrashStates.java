package io.dtm.simulation.storage;

import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.core.storage.simulated.StorageObserver;
import io.dtm.core.storage.simulated.Survival;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.storage.RecordedEvents.Record;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.agrona.collections.Long2LongHashMap;

/**
 * Crashes at one moment after another, in the ways that {@link Survivals} knows, and starts again on each image that
 * no crash has left before. What is asserted of each:
 * <ul>
 * <li>the start finds a prefix of what was appended, byte for byte, and the state that it gave;</li>
 * <li>the prefix holds every record whose durability was reported, and after the death of the process alone every one
 * that was appended; and none that wasn't appended, or was lost before and isn't appended again;</li>
 * <li>when the power goes once more, right after the start, the same prefix is found.</li>
 * </ul>
 * Some images are followed further: the start itself crashes at each of its operations, and the journal goes on and
 * crashes again.
 */
final class CrashStates {
    private static final int UNKNOWN = -1;
    private static final int FOLLOWED_ONE_IN = 40;
    private static final int MAX_APPENDED = 12;
    private static final int MAX_IN_FORCE = 3;
    private static final int SURVIVALS_AGAIN = 6;
    private static final int OTHER_STORAGE_ONE_IN = 8;

    private final StorageModel model;
    private final List<Record> records;
    private final History history;
    private final RandomStream random;
    private final int survivalsEach;
    private final long maxTried;
    private final Long2LongHashMap prefixByImage = new Long2LongHashMap(UNKNOWN);
    private final Long2LongHashMap prefixByImageAfterStart = new Long2LongHashMap(UNKNOWN);
    private long moments;
    private long tried;
    private long starts;
    private boolean isFollowing;
    private Supplier<String> what = () -> "nothing";

    /** Enough was tried. */
    static final class Enough extends Error {
        private static final long serialVersionUID = 1;

        Enough() {
            super("enough", null, false, false);
        }
    }

    /**
     * @param survivalsEach tried at each moment, about.
     * @param maxTried      ends all by {@link Enough}.
     */
    CrashStates(
        final StorageModel model,
        final List<Record> records,
        final History history,
        final RandomStream random,
        final int survivalsEach,
        final long maxTried) {
        this.model = model;
        this.records = records;
        this.history = history;
        this.random = random;
        this.survivalsEach = survivalsEach;
        this.maxTried = maxTried;
    }

    /**
     * The system, or the process alone, dies now.
     *
     * @param storage  stays as it is.
     * @param durable  number of records whose durability was reported.
     * @param appended number of records that a start may find.
     * @param place    for people: where it is.
     */
    void crash(
        final SimulatedStorage storage, final int durable, final int appended, final Supplier<String> place) {
        moments++;
        final SimulatedStorage moment = storage.copy();
        tryKill(moment, appended, appended, place);
        for (final Survival survival : new Survivals(moment).some(survivalsEach, random)) {
            tryOne(moment, survival, durable, appended, place);
        }
    }

    /**
     * The process alone dies now; or all that isn't forced is lost.
     *
     * @param storage  stays as it is.
     * @param durable  number of records whose durability was reported.
     * @param present  number of records that a start must find after the death of the process.
     * @param appended number of records that it may find.
     * @param place    for people: where it is.
     */
    void kill(
        final SimulatedStorage storage,
        final int durable,
        final int present,
        final int appended,
        final Supplier<String> place) {
        moments++;
        final SimulatedStorage moment = storage.copy();
        tryKill(moment, present, appended, place);
        tryOne(moment, Survival.NOTHING, durable, appended, place);
    }

    /** All subsets of the sectors that aren't forced. */
    void crashInEveryWay(
        final SimulatedStorage storage, final int durable, final int appended, final Supplier<String> place) {
        moments++;
        final SimulatedStorage moment = storage.copy();
        tryKill(moment, appended, appended, place);
        for (final Survival survival : new Survivals(moment).allSubsets()) {
            tryOne(moment, survival, durable, appended, place);
        }
    }

    /** The next process may have been told to use the other kind of storage. */
    private void tryKill(
        final SimulatedStorage moment, final int present, final int appended, final Supplier<String> place) {
        final boolean isOther = model == StorageModel.STAGED && random.nextInt(OTHER_STORAGE_ONE_IN) == 0;
        final SimulatedStorage image = moment.copy().staged(moment.isStaged() != isOther);
        tryImage(image, present, appended, () -> place.get() + "; the process is killed"
            + (isOther ? ", and the next one uses the other kind of storage" : ""));
    }

    private void tryOne(
        final SimulatedStorage moment,
        final Survival survival,
        final int durable,
        final int appended,
        final Supplier<String> place) {
        final SimulatedStorage image = moment.copy();
        image.losePower(survival);
        tryImage(image, durable, appended, () -> place.get() + "; survived: " + survival);
    }

    private void tryImage(
        final SimulatedStorage image, final int floor, final int appended, final Supplier<String> place) {
        if (tried++ >= maxTried) {
            throw new Enough();
        }
        what = place;
        final int prefix = check(image);
        Expectation.that(prefix >= floor, "%d records are recovered, %d must be there", prefix, floor);
        Expectation.that(prefix <= appended, "%d records are recovered, and only %d are there", prefix, appended);
    }

    /** @return number of records that a start finds. */
    private int check(final SimulatedStorage image) {
        final long hash = image.imageHash();
        final long known = prefixByImage.get(hash);
        if (known != UNKNOWN) {
            return (int) known;
        }
        final SimulatedStorage untouched =
            !isFollowing && random.nextInt(FOLLOWED_ONE_IN) == 0 ? image.copy() : null;
        final Restart restart = start(image);
        final int prefix = restart.recovered();
        checkAfterPowerLoss(image, prefix);
        prefixByImage.put(hash, prefix);
        if (untouched != null) {
            isFollowing = true;
            crashTheStart(untouched, prefix);
            goOn(image, restart, prefix);
            isFollowing = false;
        }
        return prefix;
    }

    private Restart start(final SimulatedStorage image) {
        starts++;
        return new Restart(model.context(image, history.coordinatorId()), history);
    }

    private void checkAfterPowerLoss(final SimulatedStorage started, final int prefix) {
        final SimulatedStorage image = started.copy();
        image.losePower(Survival.NOTHING);
        final long hash = image.imageHash();
        long found = prefixByImageAfterStart.get(hash);
        if (found == UNKNOWN) {
            found = start(image).recovered();
            prefixByImageAfterStart.put(hash, found);
        }
        Expectation.that(found == prefix, "the start found %d records; then the power went, and what it had not forced"
            + " was lost, and the next one found %d", prefix, found);
    }

    /** Before and after each operation of the start. */
    private void crashTheStart(final SimulatedStorage image, final int prefix) {
        final SimulatedStorage device = image.copy();
        device.losePower(Survival.NOTHING);
        final int durable = start(device).recovered();
        final Supplier<String> before = what;
        image.observer(new StorageObserver() {
            @Override
            public void before(final Operation operation, final String name) {
                crashInside(operation, "before " + operation + " " + name);
            }

            @Override
            public void after(final Operation operation, final String name) {
                crashInside(operation, "after " + operation + " " + name);
            }

            private void crashInside(final Operation operation, final String place) {
                final Supplier<String> all = () -> before.get() + "; the start crashes " + place;
                if (operation == Operation.STORE) {
                    kill(image, durable, prefix, prefix, all);
                } else {
                    crashAgain(image, durable, prefix, all);
                }
            }
        });
        start(image);
        what = before;
    }

    /** Appends what came next in the recorded run, and crashes once more. */
    private void goOn(final SimulatedStorage storage, final Restart restart, final int prefix) {
        final int count = Math.min(1 + random.nextInt(MAX_APPENDED), history.size() - prefix);
        final int forcedAfter = random.nextInt(count + 1);
        final GoingOn going =
            new GoingOn(records, history, storage, restart.journal(), prefix, prefix + count);
        while (going.appended() < prefix + forcedAfter) {
            going.append();
        }
        if (forcedAfter > 0) {
            going.force(random.nextInt(MAX_IN_FORCE + 1));
        }
        while (going.appended() < prefix + count) {
            going.append();
        }
        final Supplier<String> before = what;
        crashAgain(storage, going.durable(), going.appended(), () -> before.get() + "; " + count
            + " more records, " + (going.durable() - prefix) + " of them forced");
        what = before;
    }

    private void crashAgain(
        final SimulatedStorage storage, final int durable, final int appended, final Supplier<String> place) {
        moments++;
        final SimulatedStorage moment = storage.copy();
        tryKill(moment, appended, appended, place);
        for (final Survival survival : new Survivals(moment).some(SURVIVALS_AGAIN, random)) {
            tryOne(moment, survival, durable, appended, place);
        }
    }

    /** @return for people: what was tried last. */
    String what() {
        return what.get();
    }

    long distinct() {
        return prefixByImage.size();
    }

    /** @return for people: what was done. */
    String summary() {
        return String.format(Locale.ROOT, "crash states: %d distinct of %d, at %d moments; %d starts",
            distinct(), tried, moments, starts);
    }
}
