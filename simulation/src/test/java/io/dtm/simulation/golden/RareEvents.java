package io.dtm.simulation.golden;

import io.dtm.codec.FrameBuilder;
import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.message.AckResult;
import io.dtm.codec.message.AcknowledgementsEncoder;
import io.dtm.codec.message.ContradictionsSeenEncoder;
import io.dtm.codec.message.DecisionType;
import io.dtm.codec.message.RegisterDecoder;
import io.dtm.codec.message.StorageAvailableEncoder;
import io.dtm.codec.message.StorageRefusedEncoder;
import io.dtm.codec.message.UnregisterEncoder;
import io.dtm.core.journal.JournalContext;
import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.recovery.StartEvents;
import io.dtm.core.storage.simulated.SimulatedStorage;
import io.dtm.simulation.transcript.TranscriptDisk;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A journal with the events that no life and no transcript has: what they leave out is appended by hand. */
final class RareEvents {
    private static final List<String> TRANSCRIPT = """
        coordinator starts
        P1, P2, C1 start
        C1 submits T1 to P1, P2
        P1 votes YES on T1
        hold COMMIT T1 to P1
        hold COMMIT T1 to P2
        P2 votes YES on T1
        expect C1 is told COMMITTED T1
        operator settles P1 in T1 by COMMIT
        operator purges P1 in T1
        expect operator is answered
        coordinator is killed
        """.lines().toList();
    private static final long T1 = 0x2_0000_0001L;
    private static final int EPOCH = 1;
    private static final int P1 = 1;
    private static final int P2 = 2;
    private static final int BRANCH_OF_P2 = 1;
    private static final long CREATED_MS = 1_767_225_600_000L;
    private static final int BODY_OFFSET = FrameDescriptor.HEADER_LENGTH + FrameDescriptor.PREFIX_LENGTH;

    private final FrameBuilder frame = new FrameBuilder(FrameDescriptor.MAX_FRAME_LENGTH);
    private final UnsafeBuffer body = new UnsafeBuffer(new byte[1024]);
    private final int[] linkOfResource = new int[P2 + 1];
    private long incarnationOfP1;
    private long timeNs;

    private RareEvents() {
    }

    static SimulatedStorage storage() {
        final SimulatedStorage storage = TranscriptDisk.after("rare events", TRANSCRIPT);
        new RareEvents().appendTo(storage);
        return storage;
    }

    private void appendTo(final SimulatedStorage storage) {
        final JournalContext context = new JournalContext()
            .storage(storage).segmentLength(64 * 1024).maxFrameLength(16 * 1024).lowSpaceBytes(0)
            .epochClock(() -> CREATED_MS).coordinatorIdSupplier(() -> 1);
        try (JournalRecovery recovery = JournalRecovery.open(context)) {
            timeNs = recovery.replay(0, this::look).timeNs();
            try (SegmentedJournal journal = recovery.start()) {
                final int acknowledgement = contradiction();
                append(journal, linkOfResource[P2], AcknowledgementsEncoder.TEMPLATE_ID,
                    AcknowledgementsEncoder.BLOCK_LENGTH, acknowledgement);
                new ContradictionsSeenEncoder().wrap(body, 0).count(1);
                append(journal, 0, ContradictionsSeenEncoder.TEMPLATE_ID, ContradictionsSeenEncoder.BLOCK_LENGTH,
                    ContradictionsSeenEncoder.BLOCK_LENGTH);
                append(journal, 0, StorageRefusedEncoder.TEMPLATE_ID, StorageRefusedEncoder.BLOCK_LENGTH, 0);
                append(journal, 0, StorageAvailableEncoder.TEMPLATE_ID, StorageAvailableEncoder.BLOCK_LENGTH, 0);
                new UnregisterEncoder().wrap(body, 0).resourceId(P1).incarnation(incarnationOfP1);
                append(journal, linkOfResource[P1], UnregisterEncoder.TEMPLATE_ID, UnregisterEncoder.BLOCK_LENGTH,
                    UnregisterEncoder.BLOCK_LENGTH);
                final long position = journal.appendedPosition();
                final DirectBuffer cut = StartEvents.historyCut(position, 0, "golden");
                journal.append(0, timeNs, cut, 0, cut.capacity());
                journal.requestForce(journal.appendedPosition());
                journal.force();
            }
        }
        storage.killProcess();
    }

    /** Resources get their ids in the order in which they register. */
    private void look(
        final long position,
        final int linkId,
        final long recordTimeNs,
        final DirectBuffer record,
        final int offset,
        final int length) {
        if (FrameDescriptor.messageCount(record, offset) == 1
            && FrameDescriptor.templateId(record, offset + FrameDescriptor.HEADER_LENGTH)
            == RegisterDecoder.TEMPLATE_ID) {
            linkOfResource[linkOfResource[P1] == 0 ? P1 : P2] = linkId;
            if (linkOfResource[P2] == 0) {
                incarnationOfP1 = new RegisterDecoder()
                    .wrap(record, offset + BODY_OFFSET, RegisterDecoder.BLOCK_LENGTH, RegisterDecoder.SCHEMA_VERSION)
                    .incarnation();
            }
        }
    }

    private int contradiction() {
        final AcknowledgementsEncoder encoder =
            new AcknowledgementsEncoder().wrap(body, 0).epoch(EPOCH).resourceId(P2);
        encoder.branchesCount(1).next()
            .transactionId(T1).branchId(BRANCH_OF_P2).decision(DecisionType.ROLLBACK).result(AckResult.DONE);
        return encoder.encodedLength();
    }

    private void append(
        final SegmentedJournal journal,
        final int linkId,
        final int templateId,
        final int blockLength,
        final int length) {
        frame.reset();
        frame.append(templateId, blockLength, body, 0, length);
        timeNs += 1_000;
        journal.append(linkId, timeNs, frame.buffer(), 0, frame.length());
    }
}
