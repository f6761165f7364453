package io.dtm.simulation.storage;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Crashes everywhere in a recorded run, in as many ways as there are. */
final class CrashStatesTest {
    private static final int WANTED_RECORDS = 2_000;
    private static final long SEED = Long.getLong("dtm.crash.seed", 1);
    private static final int USUAL_RECORDS = 2_500;
    private static final int USUAL_SURVIVALS = 30;
    private static final int RECORDS = Integer.getInteger("dtm.crash.records", USUAL_RECORDS);
    private static final int SURVIVALS = Integer.getInteger("dtm.crash.survivals", USUAL_SURVIVALS);
    /** Staged, a power loss at one of many moments leaves the same: between two forces nothing reaches the device. */
    private static final Map<StorageModel, Integer> WANTED = Map.of(StorageModel.MAPPED, 100_000,
        StorageModel.STAGED, 30_000);

    @ParameterizedTest
    @EnumSource
    void shouldRecoverAPrefixWhereverItCrashesAndWhateverSurvives(final StorageModel model) {
        final CrashRun run = new CrashRun();
        final Object broken = run.apply(model + " " + SEED + " " + RECORDS + " " + SURVIVALS + " " + Long.MAX_VALUE);
        System.out.println(model + ", seed " + SEED + ": " + run.summary());
        assertNull(broken);
        if (RECORDS >= USUAL_RECORDS && SURVIVALS >= USUAL_SURVIVALS) {
            assertTrue(run.distinct() >= WANTED.get(model), run::summary);
            assertTrue(run.run().appended() >= WANTED_RECORDS, run::summary);
            assertTrue(run.run().rolls() > 0, run::summary);
            assertTrue(run.run().rollsInForces() > 0, run::summary);
            assertTrue(run.run().checkpoints() > 0, run::summary);
            assertTrue(run.run().restarts() > 0, run::summary);
        }
    }
}
