package io.dtm.core.recovery;

import io.dtm.codec.message.AckResult;
import io.dtm.codec.message.VoteType;
import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.event.EventAdapter;
import io.dtm.core.event.StartListener;
import io.dtm.core.fake.HostMessages;
import io.dtm.core.fake.Message;
import io.dtm.core.fake.PeerMessages;
import io.dtm.core.journal.JournalContext;
import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.recovery.CheckpointMaker.Made;
import io.dtm.core.recovery.CheckpointMaker.Result;
import io.dtm.core.storage.JournalStorage;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;

/** A coordinator with a real journal and without a pipeline, from a start to its end: appends a frame, applies it. */
final class Life {
    static final long COORDINATOR_ID = 0x1234_5678_9ABC_DEF0L;
    static final int SEGMENT_LENGTH = 8192;
    private static final int LINK = 3;
    private static final int BANK_LINK = 4;

    final List<String> reports = new ArrayList<>();
    final RestoredCoordinator restored;
    final Recovered recovered;
    final SegmentedJournal journal;
    private final JournalStorage storage;
    private final EventAdapter adapter;
    private long timeNs;
    private int session;
    private int counter;
    private int makers;

    private Life(final JournalStorage storage, final JournalContext context) {
        this.storage = storage;
        try (JournalRecovery recovery = JournalRecovery.open(context.reportSink(reports::add))) {
            restored = RestoredCoordinator.newest(storage, recovery.coordinatorId(), reports::add);
            recovered = restored.replay(handler -> recovery.replay(restored.replayPosition(), handler));
            journal = recovery.start();
        }
        timeNs = recovered.lastTimeNs();
        adapter = new EventAdapter(restored.coordinator(), StartListener.NONE);
    }

    /** What is recovered, before anything new. */
    static Life recover(final JournalStorage storage) {
        return new Life(storage, context(storage));
    }

    /** A start, with an epoch, a client and a participant. */
    static Life start(final JournalStorage storage) {
        return start(storage, context(storage), CoordinatorSettings.defaults());
    }

    static Life start(
        final JournalStorage storage, final JournalContext context, final CoordinatorSettings settings) {
        final Life life = new Life(storage, context);
        StartEvents.after(
            life.recovered, new EpochStart(COORDINATOR_ID, life.recovered.epoch() + 5L, 0),
            settings).forEach(frame -> life.apply(0, frame));
        life.session = 2 * life.recovered.epoch() + 1;
        life.apply(LINK, Message.frame(HostMessages.sessionOpening(1, "client")));
        life.apply(BANK_LINK, Message.frame(HostMessages.sessionOpening(1, "bank")));
        life.apply(BANK_LINK, Message.frame(PeerMessages.register(2, life.session + 1, "bank", 0, 0)));
        return life;
    }

    static JournalContext context(final JournalStorage storage) {
        return new JournalContext()
            .storage(storage)
            .segmentLength(SEGMENT_LENGTH)
            .maxFrameLength(1024)
            .lowSpaceBytes(0)
            .spaceRetryNs(0)
            .coordinatorIdSupplier(() -> COORDINATOR_ID);
    }

    CommitCoordinator coordinator() {
        return restored.coordinator();
    }

    long digest() {
        return coordinator().digest();
    }

    void apply(final int link, final DirectBuffer frame) {
        timeNs += 1_000;
        journal.append(link, timeNs, frame, 0, frame.capacity());
        adapter.onFrame(link, timeNs, frame, 0);
        journal.prepareSpace();
    }

    /** A transaction begins and stays in flight. */
    void submit() {
        apply(LINK, Message.frame(PeerMessages.submit(nextTransactionId(), new int[] {1}, "x".repeat(99))));
    }

    private long nextTransactionId() {
        return (long) session << 32 | ++counter;
    }

    /** A transaction begins, commits and is forgotten. */
    void commitOne() {
        final long transactionId = nextTransactionId();
        final int epoch = session / 2 + 1;
        apply(LINK, Message.frame(PeerMessages.submit(transactionId, new int[] {1, 1}, "x".repeat(99), "y")));
        for (int branch = 0; branch < 2; branch++) {
            apply(BANK_LINK, Message.frame(
                PeerMessages.vote(1, transactionId, branch, VoteType.YES, "", epoch, epoch)));
        }
        for (int branch = 0; branch < 2; branch++) {
            apply(BANK_LINK, Message.frame(
                PeerMessages.acknowledgement(1, transactionId, branch, AckResult.DONE, epoch)));
        }
    }

    /** The participant knows a later epoch than this directory: it is a copy, and must not go on. */
    void halt() {
        apply(BANK_LINK, Message.frame(PeerMessages.register(3, session + 1, "bank", 99, 99)));
    }

    /** Begins transactions until another segment is closed, and forces all. */
    Life closeSegment() {
        final long before = journal.closedPosition();
        while (journal.closedPosition() == before) {
            submit();
            forceAll();
        }
        submit();
        forceAll();
        return this;
    }

    void forceAll() {
        journal.requestForce(journal.appendedPosition());
        journal.force();
        journal.prepareSpace();
    }

    Result make() {
        return make(0);
    }

    Result make(final long keepFreeBytes) {
        return new CheckpointMaker(storage, keepFreeBytes, () -> 42, reports::add)
            .make(journal.closedPosition(), "test-" + journal.appendedPosition() + "-" + makers++);
    }

    /** A checkpoint of all closed segments, from its making to the deletion of what it makes superfluous. */
    Made checkpoint() {
        final Made made = (Made) make();
        journal.adoptCheckpoint(made.checkpoint());
        journal.prepareSpace();
        return made;
    }

    void close() {
        journal.close();
    }
}
