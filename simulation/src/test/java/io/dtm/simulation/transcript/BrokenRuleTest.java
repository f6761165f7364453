package io.dtm.simulation.transcript;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.dtm.core.journal.Journal;
import io.dtm.participant.BranchId;
import io.dtm.participant.DecisionReply;
import io.dtm.participant.OnePhaseReply;
import io.dtm.participant.ScanReply;
import io.dtm.simulation.AppendIsDurable;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.resource.OnePhase;
import io.dtm.simulation.resource.ResourceListener;
import org.agrona.DirectBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A transcript must fail when its rule doesn't hold: shown for the rules that can be broken from outside, by the world
 * around coordinator and library. What is in their own source is taken out by PlantedRuleTest.
 */
final class BrokenRuleTest {
    private static void assertFails(final String transcript, final Rules rules) {
        assertThrows(AssertionError.class, () -> TranscriptTest.run(transcript, rules));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "02-ids-begin-in-their-epoch", "08-absence-is-state",
        "09-delegation-is-forced", "09-evidence-is-kept", "13-operators-answers-wait", "durable-commit-waits",
        "durable-rollback-waits"})
    void shouldFailWhenNothingWaitsForTheForce(final String transcript) {
        assertFails(transcript, new Rules() {
            @Override
            Journal journal(final Journal journal) {
                return new AppendIsDurable(journal);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"03-incarnation-in-prepare", "03-new-incarnation-is-a-no", "08-the-scan-is-repeated"})
    void shouldFailWhenAllProcessesAreOneIncarnation(final String transcript) {
        assertFails(transcript, new Rules() {
            @Override
            long incarnation(final long drawn) {
                return 1;
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"08-in-doubt-asks", "08-the-scan-is-repeated"})
    void shouldFailWhenNobodyScans(final String transcript) {
        assertFails(transcript, new WithParticipants(Blind::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"09-aborted-row"})
    void shouldFailWhenAbortedIsAnsweredAtOnce(final String transcript) {
        assertFails(transcript, new WithParticipants(Hasty::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"09-evidence-is-kept"})
    void shouldFailWhenEvidenceIsNotKept(final String transcript) {
        assertFails(transcript, new WithParticipants(Careless::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"11-look-into-the-resource"})
    void shouldFailWhenNobodyLooksIntoTheResource(final String transcript) {
        assertFails(transcript, new WithParticipants(Ignorant::new));
    }

    /** Makes a participant. */
    private interface Maker {
        ScriptedParticipant make(
            ScriptedDatabase database,
            Schedule schedule,
            RandomStream random,
            ResourceListener listener,
            OnePhase onePhase);
    }

    private static final class WithParticipants extends Rules {
        private final Maker maker;

        WithParticipants(final Maker maker) {
            this.maker = maker;
        }

        @Override
        ScriptedParticipant participant(
            final ScriptedDatabase database,
            final Schedule schedule,
            final RandomStream random,
            final ResourceListener listener,
            final OnePhase onePhase) {
            return maker.make(database, schedule, random, listener, onePhase);
        }
    }

    /** Never finds anything prepared. */
    private static final class Blind extends ScriptedParticipant {
        Blind(
            final ScriptedDatabase hands,
            final Schedule schedule,
            final RandomStream random,
            final ResourceListener listener,
            final OnePhase onePhase) {
            super(hands, schedule, random, listener, onePhase);
        }

        @Override
        public void scan(final long coordinatorId, final ScanReply reply) {
            reply.complete();
        }
    }

    /** Doesn't wait for a commit that is under way. */
    private static final class Hasty extends ScriptedParticipant {
        Hasty(
            final ScriptedDatabase hands,
            final Schedule schedule,
            final RandomStream random,
            final ResourceListener listener,
            final OnePhase onePhase) {
            super(hands, schedule, random, listener, onePhase);
        }

        @Override
        public void commitOnePhase(
            final BranchId branch,
            final DirectBuffer payload,
            final int offset,
            final int length,
            final boolean namedIsOther,
            final OnePhaseReply reply) {
            if (namedIsOther) {
                reply.aborted("no evidence of a commit");
            } else {
                super.commitOnePhase(branch, payload, offset, length, false, reply);
            }
        }
    }

    /** Deletes evidence as soon as it has answered. */
    private static final class Careless extends ScriptedParticipant {
        Careless(
            final ScriptedDatabase hands,
            final Schedule schedule,
            final RandomStream random,
            final ResourceListener listener,
            final OnePhase onePhase) {
            super(hands, schedule, random, listener, onePhase);
        }

        @Override
        void byEvidence(final BranchId branch, final OnePhaseReply reply) {
            super.byEvidence(branch, reply);
            database().forgetEvidence(branch);
        }
    }

    /** Says that a branch of another process is absent without looking. */
    private static final class Ignorant extends ScriptedParticipant {
        private int prepared;

        Ignorant(
            final ScriptedDatabase hands,
            final Schedule schedule,
            final RandomStream random,
            final ResourceListener listener,
            final OnePhase onePhase) {
            super(hands, schedule, random, listener, onePhase);
        }

        @Override
        void vote(final long transactionId, final String vote) {
            prepared++;
            super.vote(transactionId, vote);
        }

        @Override
        public void commit(final BranchId branch, final DecisionReply reply) {
            if (prepared == 0) {
                reply.absent();
            } else {
                super.commit(branch, reply);
            }
        }
    }
}
