package io.dtm.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** I12: replayed state equals live state; and a restored coordinator goes on as the one that was written would have. */
class CheckpointTest {
    private static final int EVENTS = 1500;

    @ParameterizedTest(name = "seeds from {0}")
    @ValueSource(longs = {1000, 110_000, 210_000})
    void shouldGoOnAsTheOriginalWhenRestoredAtAnyPoint(final long firstSeed) {
        for (long seed = firstSeed; seed < firstSeed + 60; seed++) {
            try {
                final Mirror mirror = new Mirror();
                final RandomWorld world = new RandomWorld(seed, mirror::onEvent);
                mirror.world = world;
                for (int i = 0; i < EVENTS; i++) {
                    world.next();
                    if (world.random.nextInt(150) == 0) {
                        mirror.restore();
                    }
                }
                world.settle();
                mirror.compareStates();
            } catch (final AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    /** A second coordinator that is restored from the first one now and then, and takes the same events. */
    private static final class Mirror {
        private final RecordingOutput output = new RecordingOutput();
        private CommitCoordinator coordinator = new CommitCoordinator(output);
        private RandomWorld world;
        private int events;

        void onEvent(final RandomWorld.Event event) {
            event.applyTo(coordinator);
            if (world == null) {
                output.take();
                return;
            }
            assertEquals(world.output.lines(), output.take(), event.name());
            assertEquals(world.coordinator().hasContinuation(), coordinator.hasContinuation());
            assertEquals(world.coordinator().nextWakeUpNs(), coordinator.nextWakeUpNs());
            if (++events % 50 == 0) {
                compareStates();
            }
        }

        void restore() {
            compareStates();
            final CoordinatorRestorer restorer = new CoordinatorRestorer(output);
            world.coordinator().writeTo(restorer);
            coordinator = restorer.coordinator();
            StateCheck.check(coordinator);
            assertEquals(List.of(), output.take());
            compareStates();
        }

        void compareStates() {
            assertEquals(
                String.join("\n", CheckpointRecorder.linesOf(world.coordinator())),
                String.join("\n", CheckpointRecorder.linesOf(coordinator)));
            assertEquals(world.coordinator().digest(), coordinator.digest());
        }
    }

    /** The end of a session, of the grace period and the way back of a participant, each of them half done. */
    @Test
    void shouldGoOnWithSweepsThatAreHalfDone() {
        final CoordinatorScenario scenario = CoordinatorScenario.started();
        scenario.checkOnlyWhenAsked();
        final ScenarioParticipant a = scenario.participant("A");
        final ScenarioParticipant b = scenario.participant("B");
        scenario.restart();
        b.reconnects();
        final ScenarioClient client = scenario.client();
        final ScenarioClient lost = scenario.client();
        for (int i = 0; i < 500; i++) {
            client.submits(a, b);
            b.joins(lost.begins());
        }
        lost.isLost();
        scenario.graceEnds();
        b.link = scenario.newLink();
        scenario.resume(b.session, b.link);
        b.registersOnly();
        scenario.quiet();
        for (int steps = 0; scenario.coordinator.hasContinuation(); steps++) {
            final RecordingOutput output = new RecordingOutput();
            final CoordinatorRestorer restorer = new CoordinatorRestorer(output);
            scenario.coordinator.writeTo(restorer);
            final CommitCoordinator restored = restorer.coordinator();
            StateCheck.check(restored);
            scenario.host(() -> scenario.coordinator.continueSteps());
            restored.startFrame(0, scenario.nowNs);
            restored.continueSteps();
            assertEquals(scenario.output.take(), output.take(), "step " + steps);
            assertEquals(scenario.coordinator.digest(), restored.digest(), "step " + steps);
        }
    }

    @Test
    void shouldHaveAnotherDigestAfterEachEvent() {
        final Set<Long> digests = new HashSet<>();
        final CoordinatorScenario scenario = CoordinatorScenario.started();
        digests.add(scenario.coordinator.digest());
        final ScenarioClient client = scenario.client();
        digests.add(scenario.coordinator.digest());
        final ScenarioParticipant a = scenario.participant("A");
        digests.add(scenario.coordinator.digest());
        final long transaction = client.submits(a);
        digests.add(scenario.coordinator.digest());
        a.votesYes(transaction);
        digests.add(scenario.coordinator.digest());
        a.acknowledgesCommit(transaction);
        digests.add(scenario.coordinator.digest());
        assertEquals(6, digests.size());
    }

    @Test
    void shouldTellPayloadsApartInTheDigest() {
        final long[] digests = new long[2];
        for (int i = 0; i < 2; i++) {
            final CoordinatorScenario scenario = CoordinatorScenario.started();
            final ScenarioParticipant a = scenario.participant("A");
            scenario.client().withPayload(i == 0 ? "this" : "that").submits(a);
            digests[i] = scenario.coordinator.digest();
        }
        assertNotEquals(digests[0], digests[1]);
    }

    @Test
    void shouldRefuseACheckpointThatStopsShortOrDoesNotFitTogether() {
        final CoordinatorRestorer cut = new CoordinatorRestorer(new RecordingOutput());
        cut.coordinator(1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0);
        assertThrows(IllegalStateException.class, cut::coordinator);
        assertThrows(IllegalStateException.class, () -> cut.nonce(2, 5, 0));
        assertThrows(IllegalStateException.class, () -> cut.expectedBranch(1, 1));
        assertThrows(IllegalStateException.class, () -> cut.instance(
            1, 0, 1, 0, 0, 0, ScenarioClient.none(), 0, 0));
        assertThrows(IllegalStateException.class, () -> cut.transaction(
            1L << 32 | 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ScenarioClient.none(), 0, 0));
        assertThrows(IllegalStateException.class, () -> cut.session(
            1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, ScenarioClient.none(), 0, 0));
    }
}
