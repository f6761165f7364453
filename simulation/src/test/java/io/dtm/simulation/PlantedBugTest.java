package io.dtm.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.journal.Journal;
import io.dtm.participant.BranchId;
import io.dtm.participant.DecisionReply;
import io.dtm.participant.VoteReply;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.fault.Fault;
import io.dtm.simulation.fault.FaultPlan;
import io.dtm.simulation.node.ClientSettings;
import io.dtm.simulation.resource.OnePhase;
import io.dtm.simulation.resource.ResourceListener;
import io.dtm.simulation.resource.ResourceSettings;
import io.dtm.simulation.resource.SimulatedDatabase;
import io.dtm.simulation.resource.SimulatedParticipant;
import io.dtm.simulation.resource.Work;
import java.util.function.UnaryOperator;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;

/** A checker that never fails proves nothing: each bug here must be caught. */
final class PlantedBugTest {
    private static final int TRANSACTIONS = 500;
    private static final long SECOND = 1_000_000_000L;
    private static final ClientSettings CLIENT = new ClientSettings(
        8, 0, 0, 0, 500_000, 0, 0, 0, 3, 1_000, 30_000, 100_000, 10_000, 1_000_000, 0);

    private static String violations(
        final FaultPlan faults, final UnaryOperator<Journal> journal, final Episode.ParticipantMaker maker) {
        final RandomStream random = new RandomStream(1);
        final EpisodeSettings drawn = EpisodeSettings.draw(random.split("settings"));
        final EpisodeSettings settings = new EpisodeSettings(3, 1, false, false, 2, 0, 0, drawn.network(),
            new ResourceSettings(20_000, 50_000, 500_000, 0, 5_000, 1_000_000), CLIENT, drawn.coordinator(),
            drawn.settings(), 1, false, faults);
        final Episode episode = new Episode(random, settings, TRANSACTIONS, maker);
        episode.coordinator().plant(journal);
        episode.run(() -> { });
        return String.join("\n", episode.violations().texts());
    }

    private static void assertCaught(final String invariant, final String violations) {
        assertTrue(violations.contains(invariant + ": "), "caught was: " + violations);
    }

    @Test
    void shouldFindNothingWhenNothingIsPlanted() {
        final String violations = violations(
            FaultPlan.none().with(Fault.POWER_LOSS, SECOND / 10), UnaryOperator.identity(), SimulatedParticipant::new);
        assertTrue(violations.isEmpty(), violations);
    }

    @Test
    void shouldCatchADecisionThatLeavesOnAppend() {
        assertCaught("I1", violations(FaultPlan.none(), AppendIsDurable::new, SimulatedParticipant::new));
    }

    @Test
    void shouldCatchAJournalThatDropsARecord() {
        assertCaught("oracle", violations(FaultPlan.none(), Forgets::new, SimulatedParticipant::new));
    }

    @Test
    void shouldCatchAResourceThatVotesYesAndPreparesNothing() {
        assertCaught("AC3", violations(FaultPlan.none(), UnaryOperator.identity(), Liar::new));
    }

    /** The library catches it, and votes NO. */
    @Test
    void shouldCatchWhatTheLibraryCatches() {
        assertCaught("exception in io.dtm.simulation.PlantedBugTest$Thrower.prepare",
            violations(FaultPlan.none(), UnaryOperator.identity(), Thrower::new));
    }

    @Test
    void shouldCatchAResourceThatRollsBackWhatItPromised() {
        assertCaught("AC1", violations(FaultPlan.none(), UnaryOperator.identity(), Traitor::new));
    }

    @Test
    void shouldCatchAResourceThatCommitsTwice() {
        assertCaught("I3", violations(FaultPlan.none(), UnaryOperator.identity(), Eager::new));
    }

    @Test
    void shouldCatchAProcessThatGoesRoundInCircles() {
        assertCaught("I11", violations(FaultPlan.none(), UnaryOperator.identity(), Restless::new));
    }

    /** Drops a record now and then, and says that it has it. */
    private static final class Forgets extends AppendIsDurable {
        private int count;

        Forgets(final Journal journal) {
            super(journal);
        }

        @Override
        public long append(
            final int linkId, final long timeNs, final DirectBuffer frame, final int offset, final int length) {
            return ++count % 50 == 0
                ? journal.appendedPosition() : journal.append(linkId, timeNs, frame, offset, length);
        }

        @Override
        public long forcedPosition() {
            return journal.forcedPosition();
        }
    }

    private static final class Thrower extends SimulatedParticipant {
        Thrower(
            final SimulatedDatabase database,
            final Schedule schedule,
            final RandomStream random,
            final ResourceSettings settings,
            final ResourceListener listener,
            final OnePhase onePhase,
            final Runnable crashPoint) {
            super(database, schedule, random, settings, listener, onePhase, crashPoint);
        }

        @Override
        public void prepare(
            final BranchId branch,
            final DirectBuffer payload,
            final int offset,
            final int length,
            final VoteReply reply) {
            throw new IllegalStateException("planted");
        }
    }

    private static final class Liar extends SimulatedParticipant {
        private int count;

        Liar(
            final SimulatedDatabase database,
            final Schedule schedule,
            final RandomStream random,
            final ResourceSettings settings,
            final ResourceListener listener,
            final OnePhase onePhase,
            final Runnable crashPoint) {
            super(database, schedule, random, settings, listener, onePhase, crashPoint);
        }

        @Override
        public void prepare(
            final BranchId branch,
            final DirectBuffer payload,
            final int offset,
            final int length,
            final VoteReply reply) {
            if (++count % 20 == 0) {
                reply.yes();
            } else {
                super.prepare(branch, payload, offset, length, reply);
            }
        }
    }

    private static final class Traitor extends SimulatedParticipant {
        private int count;

        Traitor(
            final SimulatedDatabase database,
            final Schedule schedule,
            final RandomStream random,
            final ResourceSettings settings,
            final ResourceListener listener,
            final OnePhase onePhase,
            final Runnable crashPoint) {
            super(database, schedule, random, settings, listener, onePhase, crashPoint);
        }

        @Override
        public void commit(final BranchId branch, final DecisionReply reply) {
            if (++count % 20 == 0) {
                database().rollBack(branch);
                reply.done();
            } else {
                super.commit(branch, reply);
            }
        }
    }

    private static final class Eager extends SimulatedParticipant {
        private int count;

        Eager(
            final SimulatedDatabase database,
            final Schedule schedule,
            final RandomStream random,
            final ResourceSettings settings,
            final ResourceListener listener,
            final OnePhase onePhase,
            final Runnable crashPoint) {
            super(database, schedule, random, settings, listener, onePhase, crashPoint);
        }

        @Override
        public void commit(final BranchId branch, final DecisionReply reply) {
            super.commit(branch, new DecisionReply() {
                @Override
                public void done() {
                    if (++count % 20 == 0) {
                        database().prepare(branch, Work.NONE);
                        database().commit(branch);
                    }
                    reply.done();
                }

                @Override
                public void absent() {
                    reply.absent();
                }

                @Override
                public void heuristic(final HeuristicOutcome outcome) {
                    reply.heuristic(outcome);
                }

                @Override
                public void retry(final Throwable cause) {
                    reply.retry(cause);
                }
            });
        }
    }

    private static final class Restless extends SimulatedParticipant {
        private final Schedule schedule;

        Restless(
            final SimulatedDatabase database,
            final Schedule schedule,
            final RandomStream random,
            final ResourceSettings settings,
            final ResourceListener listener,
            final OnePhase onePhase,
            final Runnable crashPoint) {
            super(database, schedule, random, settings, listener, onePhase, crashPoint);
            this.schedule = schedule;
        }

        @Override
        public void commit(final BranchId branch, final DecisionReply reply) {
            schedule.after(0, () -> commit(branch, reply));
        }
    }
}
