package io.dtm.session;

import static io.dtm.session.FakeCoordinator.transaction;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dtm.client.Refusal;
import io.dtm.codec.message.AbortReason;
import io.dtm.codec.message.CloseReason;
import io.dtm.codec.message.DecisionCause;
import io.dtm.codec.message.DecisionType;
import io.dtm.codec.message.OutcomeStage;
import io.dtm.codec.message.OutcomeType;
import io.dtm.codec.message.SubmitDecoder;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A hostile coordinator: whatever it sends to a library with a participant and transactions in flight, the duty cycle
 * throws nothing, reports what it drops, and allocates no more than what comes asks for. An input is a list of steps.
 */
class FuzzedCoordinatorTest {
    private static final int FRAME = 0;
    private static final int LOST_LINK = 1;
    private static final int SECOND = 2;
    private static final long FIRST_BYTES = 1 << 20;
    /** The shortest element that makes an object has some ten bytes; a test's records and sentences are of strings. */
    private static final long BYTES_PER_BYTE = 1024;
    private static final int RESOURCE = 5;
    private static final long INCARNATION = 900;

    static Stream<byte[]> scripts() {
        final long first = transaction(7, 1);
        final long begun = transaction(7, 2);
        return Stream.<Consumer<FakeCoordinator>>of(
            says -> says.committed(first),
            says -> says.outcome(
                first, OutcomeStage.DECIDED, OutcomeType.ABORTED, AbortReason.VOTE_NO, 1, "no stock left"),
            says -> says.outcome(
                begun, OutcomeStage.DECIDED, OutcomeType.NEVER_BEGUN, AbortReason.NONE, 0xFFFF, ""),
            says -> says.prepare(RESOURCE, INCARNATION, transaction(9, 1), 0, 1, "work")
                .decide(RESOURCE, transaction(9, 1), 0, 1, DecisionType.COMMIT, DecisionCause.DECIDED),
            says -> says.commitOnePhase(RESOURCE, INCARNATION, transaction(9, 2), 0, 1)
                .forgetEvidence(RESOURCE, transaction(9, 2), 0),
            says -> says.decide(RESOURCE, transaction(9, 3), 0, 1, DecisionType.ROLLBACK, DecisionCause.PRESUMED),
            says -> says.joined(begun, 0).found(3),
            says -> says.rejected(first, 0, SubmitDecoder.TEMPLATE_ID, Refusal.OVERLOADED, "later"),
            says -> says.rejected(SubmitDecoder.TEMPLATE_ID, Refusal.SESSION_UNKNOWN, "who?"),
            says -> says.closed(7, CloseReason.LOST),
            says -> says.versionRefused(2),
            says -> says.registered(RESOURCE).registered(6),
            says -> says.opened(8).challenge("who?"),
            says -> says.resumed(7, 1)).flatMap(FuzzedCoordinatorTest::inputs);
    }

    /** At once, and after the link was lost. */
    private static Stream<byte[]> inputs(final Consumer<FakeCoordinator> words) {
        final FakeCoordinator coordinator = start().coordinator;
        words.accept(coordinator);
        final ByteArrayOutputStream atOnce = new ByteArrayOutputStream();
        final ByteArrayOutputStream later = new ByteArrayOutputStream();
        later.write(LOST_LINK);
        later.write(SECOND);
        for (final byte[] frame : coordinator.link.toLibrary) {
            frame(atOnce, frame);
            frame(later, frame);
        }
        return Stream.of(atOnce.toByteArray(), later.toByteArray());
    }

    private static void frame(final ByteArrayOutputStream steps, final byte[] frame) {
        steps.write(FRAME);
        steps.write(frame.length);
        steps.write(frame.length >> 8);
        steps.writeBytes(frame);
    }

    @MethodSource("scripts")
    @FuzzTest
    void shouldTakeWhateverACoordinatorSays(final byte[] input) {
        AllocationBound.hold(
            FIRST_BYTES + BYTES_PER_BYTE * input.length, FuzzedCoordinatorTest::start, started -> started.play(input));
    }

    private static Started start() {
        final FakeCoordinator coordinator = new FakeCoordinator();
        final RecordingListeners listener = new RecordingListeners();
        final Failures failures = new Failures();
        final CoordinatorSession session = new CoordinatorSession(new SessionContext().link(coordinator.link)
            .random(() -> 42).listener(failures).errorHandler(failures::add));
        coordinator.library = session;
        session.register(
            new ResourceRegistration("stock", "a", INCARNATION, new RecordingParticipant()), listener);
        coordinator.connect();
        coordinator.registered(RESOURCE).run();
        final UnsafeBuffer payload = new UnsafeBuffer("work".getBytes());
        session.submit(new SubmitRequest().branch(3, payload, 0, payload.capacity()), listener);
        session.begin(0, listener);
        session.lookup("bank", listener);
        coordinator.run();
        return new Started(coordinator, session, failures);
    }

    /** A library with a session, in epoch 1. */
    private record Started(FakeCoordinator coordinator, CoordinatorSession session, Failures failures) {
        void play(final byte[] input) {
            int at = 0;
            while (at < input.length) {
                final int step = input[at++];
                switch (step & 3) {
                    case FRAME -> {
                        final int stated = at + 1 < input.length ? input[at] & 0xFF | (input[at + 1] & 0xFF) << 8 : 0;
                        at = Math.min(input.length, at + 2);
                        final byte[] frame = new byte[Math.min(stated, input.length - at)];
                        System.arraycopy(input, at, frame, 0, frame.length);
                        coordinator.raw(frame);
                        at += frame.length;
                    }
                    case LOST_LINK -> coordinator.link.lose();
                    case SECOND -> coordinator.nowNs += 1_000 * FakeCoordinator.MS;
                    default -> coordinator.nowNs += 60_000 * FakeCoordinator.MS;
                }
                work();
            }
            session.close();
            failures.throwFirst();
        }

        private void work() {
            for (int i = 0; i < 3; i++) {
                coordinator.nowNs += 1_000;
                session.doWork(coordinator.nowNs);
            }
            coordinator.link.fromLibrary.clear();
        }
    }

    /** What is dropped may be told; but nothing of ours, and no listener, has thrown: the library would catch it. */
    private static final class Failures implements SessionListener {
        private Throwable first;

        void add(final Throwable cause) {
            first = first == null ? cause : first;
        }

        void throwFirst() {
            if (first != null) {
                throw new AssertionError(first);
            }
        }

        @Override
        public void onAnomaly(final String text, final Throwable cause) {
            if (cause != null) {
                add(cause);
            }
        }
    }
}
