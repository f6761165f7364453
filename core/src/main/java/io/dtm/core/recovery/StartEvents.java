package io.dtm.core.recovery;

import static io.dtm.codec.FrameDescriptor.HEADER_LENGTH;
import static io.dtm.codec.FrameDescriptor.PREFIX_LENGTH;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.message.DurabilityLevel;
import io.dtm.codec.message.EpochStartedEncoder;
import io.dtm.codec.message.SettingsAppliedEncoder;
import io.dtm.core.coordinator.CoordinatorSettings;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The host's first events at each start, as frames for the ring. */
public final class StartEvents {
    private static final int BODY_OFFSET = HEADER_LENGTH + PREFIX_LENGTH;

    private StartEvents() {
    }

    /**
     * The next epoch, and the settings that hold in it. Settings precede the first epoch too.
     *
     * @param recovered     after which the epoch starts.
     * @param coordinatorId of the directory.
     * @param generation    not lower than the recovered one.
     * @param nonce         drawn for this start, not 0.
     * @param downtimeNs    by the wall clock, not negative.
     * @param settings      that apply.
     * @return the frames, in order.
     * @throws IllegalArgumentException if these can't follow what was recovered.
     */
    public static List<DirectBuffer> after(
        final Recovered recovered,
        final long coordinatorId,
        final int generation,
        final long nonce,
        final long downtimeNs,
        final CoordinatorSettings settings) {
        if (recovered.epoch() > 0 && recovered.coordinatorId() != coordinatorId) {
            throw new IllegalArgumentException("the journal belongs to coordinator " + recovered.coordinatorId()
                + ", not to " + coordinatorId);
        }
        if (nonce == 0 || downtimeNs < 0 || generation < recovered.generation()) {
            throw new IllegalArgumentException("no epoch starts with nonce " + nonce + ", downtime " + downtimeNs
                + " ns, generation " + generation + " after generation " + recovered.generation());
        }
        final DirectBuffer epoch = epochStarted(
            coordinatorId, recovered.epoch() + 1, generation, nonce, recovered.endPosition(), downtimeNs);
        final DirectBuffer applied = settingsApplied(settings);
        return recovered.epoch() == 0 ? List.of(applied, epoch, applied) : List.of(epoch, applied);
    }

    private static DirectBuffer epochStarted(
        final long coordinatorId,
        final int epoch,
        final int generation,
        final long nonce,
        final long recoveredEnd,
        final long downtimeNs) {
        final UnsafeBuffer frame = frame(EpochStartedEncoder.TEMPLATE_ID, EpochStartedEncoder.BLOCK_LENGTH);
        new EpochStartedEncoder().wrap(frame, BODY_OFFSET)
            .coordinatorId(coordinatorId).epoch(epoch).generation(generation).nonce(nonce)
            .recoveredEnd(recoveredEnd).downtimeNs(downtimeNs);
        return frame;
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
        final UnsafeBuffer frame = new UnsafeBuffer(new byte[BODY_OFFSET + blockLength]);
        FrameDescriptor.header(frame, 0, 1);
        FrameDescriptor.prefix(frame, HEADER_LENGTH, PREFIX_LENGTH + blockLength, templateId, blockLength);
        return frame;
    }
}
