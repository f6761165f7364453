package io.dtm.core.recovery;

import static io.dtm.codec.FrameDescriptor.HEADER_LENGTH;
import static io.dtm.codec.FrameDescriptor.PREFIX_LENGTH;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.message.ContradictionsSeenEncoder;
import io.dtm.codec.message.DecisionsDoubtedEncoder;
import io.dtm.codec.message.DurabilityLevel;
import io.dtm.codec.message.EpochStartedEncoder;
import io.dtm.codec.message.HistoryCutEncoder;
import io.dtm.codec.message.SettingsAppliedEncoder;
import io.dtm.core.coordinator.CoordinatorSettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The host's first events at each start, as frames for the ring. */
public final class StartEvents {
    /** More starts than a lost history can have seen. */
    static final int EPOCHS_SKIPPED = 1_000;
    /** 2026-01-01T00:00:00Z: restored epochs are counted in seconds since then. */
    public static final long RESTORE_CLOCK_BASE_MS = 1_767_225_600_000L;
    /** What is left is up to four millions. */
    private static final int NONCE_BITS_IGNORED = 42;
    /** In one frame. */
    private static final int DOUBTED_AT_ONCE = 256;
    private static final int BODY_OFFSET = HEADER_LENGTH + PREFIX_LENGTH;

    private StartEvents() {
    }

    /**
     * The next epoch, and the settings that hold in it. Settings precede the first epoch too.
     *
     * @param recovered after which the epoch starts.
     * @param start     of the epoch.
     * @param settings  that apply.
     * @return the frames, in order.
     * @throws IllegalArgumentException if the journal belongs to another coordinator, or is new and said to be
     *     restored.
     */
    public static List<DirectBuffer> after(
        final Recovered recovered, final EpochStart start, final CoordinatorSettings settings) {
        if (recovered.epoch() > 0 && recovered.coordinatorId() != start.coordinatorId()) {
            throw new IllegalArgumentException("the journal belongs to coordinator " + recovered.coordinatorId()
                + ", not to " + start.coordinatorId());
        }
        if (recovered.epoch() == 0 && start.consents().contains(Consent.RESTORED)) {
            throw new IllegalArgumentException("nothing was restored here: the journal is new");
        }
        final DirectBuffer epoch = epochStarted(recovered, start);
        final DirectBuffer applied = settingsApplied(settings);
        if (recovered.epoch() == 0) {
            return List.of(applied, epoch, applied);
        }
        final List<DirectBuffer> events = new ArrayList<>();
        if (recovered.contradictions().unexplainedAt() != 0) {
            events.add(contradictionsSeen(recovered.contradictions().count()));
        }
        final List<Long> doubted = recovered.doubted();
        for (int first = 0; first < doubted.size(); first += DOUBTED_AT_ONCE) {
            events.add(decisionsDoubted(doubted.subList(first, Math.min(doubted.size(), first + DOUBTED_AT_ONCE))));
        }
        events.add(epoch);
        events.add(applied);
        return events;
    }

    private static DirectBuffer decisionsDoubted(final List<Long> transactions) {
        final int bodyLength = DecisionsDoubtedEncoder.BLOCK_LENGTH
            + DecisionsDoubtedEncoder.TransactionsEncoder.sbeHeaderSize()
            + transactions.size() * DecisionsDoubtedEncoder.TransactionsEncoder.sbeBlockLength();
        final UnsafeBuffer frame =
            frame(DecisionsDoubtedEncoder.TEMPLATE_ID, DecisionsDoubtedEncoder.BLOCK_LENGTH, bodyLength);
        final DecisionsDoubtedEncoder.TransactionsEncoder group =
            new DecisionsDoubtedEncoder().wrap(frame, BODY_OFFSET).transactionsCount(transactions.size());
        transactions.forEach(transactionId -> group.next().transactionId(transactionId));
        return frame;
    }

    /**
     * Stands in the journal for what an operator's cut took away; the epoch after it is a restored one.
     *
     * @param position  at which the journal was cut.
     * @param lostBytes from there to the end of what was there.
     * @param reason    why the start was refused; shortened if it is long.
     * @return the frame.
     */
    public static DirectBuffer historyCut(final long position, final long lostBytes, final String reason) {
        final byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(text.length, FrameDescriptor.MAX_TEXT_LENGTH);
        while (length < text.length && (text[length] & 0xC0) == 0x80) {
            length--; // Not within a character.
        }
        final int bodyLength = HistoryCutEncoder.BLOCK_LENGTH + HistoryCutEncoder.reasonHeaderLength() + length;
        final UnsafeBuffer frame =
            frame(HistoryCutEncoder.TEMPLATE_ID, HistoryCutEncoder.BLOCK_LENGTH, bodyLength);
        new HistoryCutEncoder().wrap(frame, BODY_OFFSET).position(position).lostBytes(lostBytes)
            .putReason(text, 0, length);
        return frame;
    }

    private static DirectBuffer contradictionsSeen(final int count) {
        final UnsafeBuffer frame = frame(ContradictionsSeenEncoder.TEMPLATE_ID, ContradictionsSeenEncoder.BLOCK_LENGTH);
        new ContradictionsSeenEncoder().wrap(frame, BODY_OFFSET).count(count);
        return frame;
    }

    private static DirectBuffer epochStarted(final Recovered recovered, final EpochStart start) {
        final boolean isRestored = start.consents().contains(Consent.RESTORED) || recovered.isCut();
        final int epoch = isRestored ? firstOfGeneration(recovered, start) : recovered.epoch() + 1;
        final UnsafeBuffer frame = frame(EpochStartedEncoder.TEMPLATE_ID, EpochStartedEncoder.BLOCK_LENGTH);
        new EpochStartedEncoder().wrap(frame, BODY_OFFSET)
            .coordinatorId(start.coordinatorId())
            .epoch(epoch)
            // Not counted: the same backup may be restored twice, and these are two generations.
            .generation(isRestored ? epoch : recovered.generation())
            .nonce(start.nonce())
            .recoveredEnd(recovered.endPosition())
            .downtimeNs(start.downtimeNs())
            .forcedEnd(recovered.forcedEnd());
        return frame;
    }

    /**
     * Above all epochs of the lost history, and, since the same backup may be restored again, above those of an earlier
     * restore: the seconds rise, and there are fewer starts than seconds. By chance where the clock is behind.
     */
    private static int firstOfGeneration(final Recovered recovered, final EpochStart start) {
        final long seconds = (start.wallClockMs() - RESTORE_CLOCK_BASE_MS) / 1_000L;
        return seconds > recovered.epoch() && seconds < Integer.MAX_VALUE / 2
            ? (int) seconds : recovered.epoch() + EPOCHS_SKIPPED + (int) (start.nonce() >>> NONCE_BITS_IGNORED);
    }

    private static DirectBuffer settingsApplied(final CoordinatorSettings settings) {
        final UnsafeBuffer frame = frame(SettingsAppliedEncoder.TEMPLATE_ID, SettingsAppliedEncoder.BLOCK_LENGTH);
        new SettingsAppliedEncoder().wrap(frame, BODY_OFFSET)
            .defaultTimeoutMs(settings.defaultTimeoutMs())
            .maxTimeoutMs(settings.maxTimeoutMs())
            .sessionTimeoutMs(settings.sessionTimeoutMs())
            .maxBranches(settings.maxBranches())
            .maxBranchPayloadBytes(settings.maxBranchPayloadBytes())
            .maxTransactionPayloadBytes(settings.maxTransactionPayloadBytes())
            .maxTransactions(settings.maxTransactions())
            .maxSessions(settings.maxSessions())
            .maxResources(settings.maxResources())
            .maxInstances(settings.maxInstances())
            .maxPayloadTotalBytes(settings.maxPayloadTotalBytes())
            .retainedOutcomes(settings.retainedOutcomes())
            .retentionMs(settings.retentionMs())
            .resendInitialMs(settings.resendInitialMs())
            .resendMaxMs(settings.resendMaxMs())
            .durability(DurabilityLevel.get((short) settings.durability()));
        return frame;
    }

    private static UnsafeBuffer frame(final int templateId, final int blockLength) {
        return frame(templateId, blockLength, blockLength);
    }

    private static UnsafeBuffer frame(final int templateId, final int blockLength, final int bodyLength) {
        final UnsafeBuffer frame = new UnsafeBuffer(new byte[BODY_OFFSET + bodyLength]);
        FrameDescriptor.header(frame, 0, 1);
        FrameDescriptor.prefix(frame, HEADER_LENGTH, PREFIX_LENGTH + bodyLength, templateId, blockLength);
        return frame;
    }
}
