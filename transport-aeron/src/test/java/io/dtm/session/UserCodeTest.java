package io.dtm.session;

import static io.dtm.session.FakeCoordinator.transaction;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.client.Acknowledge;
import io.dtm.client.Outcome;
import io.dtm.client.Refusal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Listeners and participants that throw, errors too: every call is answered, and what stands behind it is done. */
class UserCodeTest extends ParticipantFixture {
    private static final long T = transaction(3, 1);
    private static final String YES = "Vote YES 3:1 branch 0 epoch 1 enlisted 1";
    private static final String COMMIT_DONE = "Ack COMMIT DONE 3:1 branch 0 epoch 1";

    private final List<Throwable> errors = new ArrayList<>();

    @Override
    SessionContext context() {
        return super.context().errorHandler(errors::add);
    }

    private static Error missingClass() {
        return new NoClassDefFoundError("com/example/Driver");
    }

    @Test
    void shouldVoteNoWhenPrepareThrowsAnError() {
        participant.failure = missingClass();
        prepare(T, 1).expect(
            "Vote NO 3:1 branch 0 epoch 1 enlisted 1 'java.lang.NoClassDefFoundError: com/example/Driver'");
        rollback(T).expect("Ack ROLLBACK DONE 3:1 branch 0 epoch 1");
    }

    @Test
    void shouldCommitWhenTheDecisionComesAgainAfterAnErrorWasThrown() {
        prepare(T, 1).expect(YES);
        participant.failure = missingClass();
        commit(T).expect();
        participant.failure = null;

        commit(T).expect(COMMIT_DONE);
    }

    @Test
    void shouldRollBackWhenTheDecisionComesAgainAfterAnErrorWasThrown() {
        prepare(T, 1).expect(YES);
        participant.failure = missingClass();
        rollback(T).expect();
        participant.failure = null;

        rollback(T).expect("Ack ROLLBACK DONE 3:1 branch 0 epoch 1");
    }

    @Test
    void shouldFindOutWhenAnErrorWasThrownByTheOnePhaseCommit() {
        participant.failure = missingClass();
        coordinator.commitOnePhase(RESOURCE, INCARNATION, T, 0, 1).expect();
        participant.failure = null;

        coordinator.commitOnePhase(RESOURCE, INCARNATION, T, 0, 1)
            .expect("OnePhase COMMITTED 3:1 branch 0 epoch 1");
    }

    @Test
    void shouldGoOnWhenAbandoningOrForgettingThrowsAnError() {
        participant.answersAtOnce = false;
        prepare(T, 1).expect();
        participant.failure = missingClass();
        rollback(T).forgetEvidence(RESOURCE, transaction(3, 2), 0).run();
        participant.failure = null;
        prepare(transaction(3, 3), 1).run();

        assertTrue(participant.takeCalls().endsWith("prepare 3:3 branch 0 enlisted 1 'work'"));
    }

    @Test
    void shouldScanAgainWhenAScanThrowsAnError() {
        final int before = participant.scans;
        participant.failure = missingClass();
        coordinator.after(10_001);
        participant.failure = null;
        coordinator.after(10_001);

        assertEquals(before + 2, participant.scans);
    }

    @Test
    void shouldRegisterLaterWhenTheParticipantCannotSayWhatItIsCapableOf() {
        participant.failure = missingClass();
        coordinator.loseLink();
        coordinator.resumed(7, 1).run().said();
        assertTrue(session.isConnected());
        participant.failure = null;

        coordinator.after(3_001).expect("KeepAlive", REGISTER);
    }

    @Test
    void shouldTellAnErrorOfTheVirtualMachineToTheErrorHandlerAfterTheVote() {
        final Error deep = new StackOverflowError();
        participant.failure = deep;
        prepare(T, 1).expect("Vote NO 3:1 branch 0 epoch 1 enlisted 1 'java.lang.StackOverflowError'");

        assertEquals(List.of(deep), errors);
    }

    @Test
    void shouldVoteNoWhenNotEvenTheTextOfWhatWasThrownCanBeHad() {
        participant.failure = new IllegalStateException() {
            private static final long serialVersionUID = 1L;

            @Override
            public String toString() {
                throw new IllegalStateException("not even that");
            }
        };
        prepare(T, 1).run();

        assertTrue(coordinator.transcript.take().get(0).startsWith("Vote NO 3:1"));
    }

    @Test
    void shouldTellAllWhoWaitForAJoinWhenOneOfThemThrows() {
        final RecordingListeners second = new RecordingListeners();
        session.join("stock", T, 77, 1, 1_000_000_000L, new Throwing());
        session.join("stock", T, 77, 1, 1_000_000_000L, second);
        coordinator.joined(T, RESOURCE).run();

        assertEquals("joined", second.takeHeard());
    }

    @Test
    void shouldTellAllWhoLookANameUpWhenOneOfThemThrows() {
        final RecordingListeners second = new RecordingListeners();
        session.lookup("other", new Throwing());
        session.lookup("other", second);
        coordinator.run();
        coordinator.found(9).run();

        assertEquals("found 9", second.takeHeard());
    }

    @Test
    void shouldTakeTheRestOfAFrameAndOfTheTurnWhenEveryListenerThrows() {
        final Throwing throwing = new Throwing();
        session.begin(0, throwing);
        coordinator.run();
        session.commit(throwing.begun, new int[0], Acknowledge.DECIDED, throwing);
        coordinator.run().said();
        coordinator.committed(transaction(7, 1));
        prepare(T, 1).expect(YES);

        assertEquals(0, session.pendingTransactions());
    }

    @Test
    void shouldRunEveryCommandWhenOneThrowsAlsoWhileItIsClosed() {
        final List<String> ran = new ArrayList<>();
        final CoordinatorSession.Command throwing = owner -> {
            throw new LinkageError("a command's");
        };
        session.execute(throwing);
        session.execute(owner -> ran.add("first"));
        coordinator.run();
        session.execute(throwing);
        session.execute(owner -> ran.add("second"));
        session.close();

        assertEquals(List.of("first", "second"), ran);
    }

    // with a session of its own

    private CoordinatorSession other(final SessionContext context) {
        final CoordinatorSession other = new CoordinatorSession(
            context.link(coordinator.link).random(() -> 42).errorHandler(errors::add));
        coordinator.library = other;
        coordinator.transcript.take();
        return other;
    }

    @Test
    void shouldSendWhatIsPendingAgainWhenTheSessionListenerThrows() {
        final Throwing throwing = new Throwing();
        final CoordinatorSession other = other(new SessionContext().listener(throwing));
        coordinator.connect();
        other.begin(0, throwing);
        coordinator.expect("Begin 7:1 timeout 0 token 42");
        coordinator.loseLink().said();
        coordinator.resumed(7, 1).expect("Begin 7:1 timeout 0 token 42");

        assertFalse(errors.isEmpty(), "what the session's listener throws is told");
    }

    @Test
    void shouldNotObeyAnEpochThatCannotBeKeptAndTryAgainLater() {
        final FailingMemory memory = new FailingMemory();
        final CoordinatorSession other = other(new SessionContext().listener(events).epochMemory(memory));
        coordinator.run().said();
        coordinator.opened(7).run();
        assertFalse(other.isConnected());
        assertEquals(0, other.epoch());
        coordinator.after(4_000).expect();
        memory.isFailing = false;
        coordinator.after(1_001).said();
        coordinator.opened(8).run();

        assertTrue(other.isConnected());
        assertEquals(1, other.epoch());
    }

    @Test
    void shouldTryAgainLaterWhenTheCredentialsCannotBeHad() {
        final boolean[] isFailing = {true};
        final CoordinatorSession other = other(new SessionContext().listener(events).credentials(
            new CredentialsSupplier() {
                @Override
                public byte[] encodedCredentials() {
                    if (isFailing[0]) {
                        throw new LinkageError("no key store");
                    }
                    return new byte[0];
                }

                @Override
                public byte[] onChallenge(final byte[] encodedChallenge) {
                    return new byte[0];
                }
            }));
        coordinator.expect();
        coordinator.after(4_000).expect();
        isFailing[0] = false;
        coordinator.after(1_001).said();
        coordinator.opened(7).run();

        assertTrue(other.isConnected());
    }

    private static final class FailingMemory implements EpochMemory {
        private final EpochMemory memory = EpochMemory.inMemory();
        private boolean isFailing = true;

        @Override
        public Known load(final long coordinatorId) {
            return memory.load(coordinatorId);
        }

        @Override
        public void store(final long coordinatorId, final Known known) {
            if (isFailing) {
                throw new LinkageError("no disk");
            }
            memory.store(coordinatorId, known);
        }
    }

    /** Throws whatever it hears. */
    private static final class Throwing
        implements OutcomeListener, JoinListener, LookupListener, BeginListener, SessionListener {
        private ClientTransaction begun;

        private static void fail() {
            throw new LinkageError("a listener's");
        }

        @Override
        public void onOutcome(final long transactionId, final Outcome outcome) {
            fail();
        }

        @Override
        public void onRefused(final long transactionId, final Refusal refusal, final String text) {
            fail();
        }

        @Override
        public void onJoined() {
            fail();
        }

        @Override
        public void onFound(final int resourceId) {
            fail();
        }

        @Override
        public void onBegun(final ClientTransaction transaction) {
            begun = transaction;
            fail();
        }

        @Override
        public void onConnected(final long coordinatorId, final int epoch) {
            fail();
        }

        @Override
        public void onDisconnected(final String reason) {
            fail();
        }

        @Override
        public void onRefused(final Refusal refusal, final String text) {
            fail();
        }
    }
}
