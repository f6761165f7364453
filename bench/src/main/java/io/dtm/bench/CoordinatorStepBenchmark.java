package io.dtm.bench;

import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.coordinator.ProtocolCodes.Ack;
import io.dtm.core.coordinator.ProtocolCodes.Decision;
import io.dtm.core.coordinator.ProtocolCodes.Stage;
import io.dtm.core.coordinator.ProtocolCodes.Vote;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The coordinator's own cost of one whole one-shot transaction, from submit to the last acknowledgement, with nothing
 * around it: no codec, journal, queue or thread. A number of others are in flight meanwhile.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED")
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class CoordinatorStepBenchmark {
    private static final int CLIENT_LINK = 1;
    private static final int FIRST_PARTICIPANT_LINK = 2;
    private static final long TICK_EVERY = 4096;

    /** Branches of each transaction. */
    @Param({"2", "10", "100"})
    private int branches;

    /** Transactions that are in flight while one is measured. */
    @Param({"1", "1024", "131072"})
    private int inFlight;

    private final UnsafeBuffer empty = new UnsafeBuffer(new byte[0]);
    private CommitCoordinator coordinator;
    private long clientSession;
    private long nextCounter;
    private long timeNs;

    /** Opens a session for the client and one for each participant. */
    @Setup
    public void setUp() {
        final NoOutput output = new NoOutput();
        coordinator = new CommitCoordinator(output);
        coordinator.startFrame(0, 1);
        coordinator.settings(CoordinatorSettings.defaults());
        coordinator.epochStarted(1, 1, 0, 42, 0, 0);
        open(CLIENT_LINK);
        clientSession = output.lastSessionId;
        for (int i = 0; i < branches; i++) {
            open(FIRST_PARTICIPANT_LINK + i);
            register(output.lastSessionId, "participant-" + i);
        }
        nextCounter = 1;
        timeNs = 1;
        for (int i = 1; i < inFlight; i++) {
            begin();
        }
    }

    private void open(final int linkId) {
        coordinator.startFrame(linkId, 1);
        coordinator.sessionOpening(1, linkId, linkId, 0, 0, 0, 0, 0, empty, 0, 0);
    }

    private void register(final int sessionId, final String name) {
        final UnsafeBuffer names = new UnsafeBuffer(name.getBytes(StandardCharsets.US_ASCII));
        coordinator.register(1, sessionId, 7, 0, 0, 0, names, 0, names.capacity(), 0, 1);
        while (coordinator.hasContinuation()) {
            coordinator.continueSteps();
        }
    }

    /**
     * Begins one transaction, and brings the oldest to its end.
     *
     * @return transactions in flight.
     */
    @Benchmark
    public int oneShotTransaction() {
        final long counter = begin();
        end(clientSession << 32 | (counter - inFlight + 1));
        if (counter % TICK_EVERY == 0) {
            coordinator.startFrame(0, timeNs);
            coordinator.tick();
        }
        return coordinator.transactionsInFlight();
    }

    private long begin() {
        final long counter = nextCounter++;
        timeNs += 100;
        coordinator.startFrame(CLIENT_LINK, timeNs);
        coordinator.submitStart(clientSession << 32 | counter, 60_000, Stage.DECIDED, branches);
        for (int i = 0; i < branches; i++) {
            coordinator.submitBranch(i, i + 1, empty, 0, 0);
        }
        coordinator.submitEnd();
        return counter;
    }

    private void end(final long transactionId) {
        for (int i = 0; i < branches; i++) {
            coordinator.startFrame(FIRST_PARTICIPANT_LINK + i, timeNs);
            coordinator.vote(i + 1, 1, 1, transactionId, i, Vote.YES, empty, 0, 0);
        }
        for (int i = 0; i < branches; i++) {
            coordinator.startFrame(FIRST_PARTICIPANT_LINK + i, timeNs);
            coordinator.acknowledge(i + 1, 1, transactionId, i, Decision.COMMIT, Ack.DONE);
        }
    }
}
