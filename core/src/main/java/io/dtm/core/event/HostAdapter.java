package io.dtm.core.event;

import io.dtm.codec.message.ContinueDecoder;
import io.dtm.codec.message.ContradictionsSeenDecoder;
import io.dtm.codec.message.DecisionsDoubtedDecoder;
import io.dtm.codec.message.EpochStartedDecoder;
import io.dtm.codec.message.GraceEndedDecoder;
import io.dtm.codec.message.HistoryCutDecoder;
import io.dtm.codec.message.LinkLostDecoder;
import io.dtm.codec.message.OperatorConfirmRecoveredDecoder;
import io.dtm.codec.message.OperatorPurgeDecoder;
import io.dtm.codec.message.OperatorRollbackDecoder;
import io.dtm.codec.message.OperatorSettleDecoder;
import io.dtm.codec.message.SessionOpeningDecoder;
import io.dtm.codec.message.SessionResumingDecoder;
import io.dtm.codec.message.SettingsAppliedDecoder;
import io.dtm.codec.message.StorageAvailableDecoder;
import io.dtm.codec.message.StorageRefusedDecoder;
import io.dtm.codec.message.TickDecoder;
import io.dtm.core.coordinator.CoordinatorInput;
import io.dtm.core.coordinator.CoordinatorSettings;
import org.agrona.DirectBuffer;

/** Decodes the events that only the coordinator's own host makes. See {@link EventAdapter}. */
final class HostAdapter {
    private final CoordinatorInput input;
    private final StartListener listener;
    private final EpochStartedDecoder epochStarted = new EpochStartedDecoder();
    private final SettingsAppliedDecoder settings = new SettingsAppliedDecoder();
    private final SessionOpeningDecoder sessionOpening = new SessionOpeningDecoder();
    private final SessionResumingDecoder sessionResuming = new SessionResumingDecoder();
    private final LinkLostDecoder linkLost = new LinkLostDecoder();
    private final OperatorRollbackDecoder rollback = new OperatorRollbackDecoder();
    private final OperatorSettleDecoder settle = new OperatorSettleDecoder();
    private final OperatorPurgeDecoder purge = new OperatorPurgeDecoder();
    private final OperatorConfirmRecoveredDecoder confirmRecovered = new OperatorConfirmRecoveredDecoder();
    private final ContradictionsSeenDecoder contradictions = new ContradictionsSeenDecoder();
    private final HistoryCutDecoder historyCut = new HistoryCutDecoder();
    private final DecisionsDoubtedDecoder doubted = new DecisionsDoubtedDecoder();

    HostAdapter(final CoordinatorInput input, final StartListener listener) {
        this.input = input;
        this.listener = listener;
    }

    boolean onMessage(final int templateId, final DirectBuffer buffer, final int offset, final int blockLength) {
        switch (templateId) {
            case TickDecoder.TEMPLATE_ID -> input.tick();
            case ContinueDecoder.TEMPLATE_ID -> input.continueSteps();
            case SessionOpeningDecoder.TEMPLATE_ID -> onSessionOpening(buffer, offset, blockLength);
            case SessionResumingDecoder.TEMPLATE_ID -> onSessionResuming(buffer, offset, blockLength);
            case LinkLostDecoder.TEMPLATE_ID -> {
                linkLost.wrap(buffer, offset, blockLength, LinkLostDecoder.SCHEMA_VERSION);
                input.linkLost(linkLost.reasonRaw());
            }
            case GraceEndedDecoder.TEMPLATE_ID -> input.graceEnded();
            case StorageRefusedDecoder.TEMPLATE_ID -> input.storageRefused();
            case StorageAvailableDecoder.TEMPLATE_ID -> input.storageAvailable();
            case EpochStartedDecoder.TEMPLATE_ID -> onEpochStarted(buffer, offset, blockLength);
            case SettingsAppliedDecoder.TEMPLATE_ID -> onSettings(buffer, offset, blockLength);
            case ContradictionsSeenDecoder.TEMPLATE_ID -> {
                contradictions.wrap(buffer, offset, blockLength, ContradictionsSeenDecoder.SCHEMA_VERSION);
                listener.onContradictionsSeen(contradictions.count());
            }
            case HistoryCutDecoder.TEMPLATE_ID -> {
                historyCut.wrap(buffer, offset, blockLength, HistoryCutDecoder.SCHEMA_VERSION);
                listener.onHistoryCut(historyCut.position(), historyCut.lostBytes(), historyCut.reason());
            }
            case DecisionsDoubtedDecoder.TEMPLATE_ID -> {
                doubted.wrap(buffer, offset, blockLength, DecisionsDoubtedDecoder.SCHEMA_VERSION);
                listener.onDecisionsDoubted();
                for (final DecisionsDoubtedDecoder.TransactionsDecoder one : doubted.transactions()) {
                    input.decisionDoubted(one.transactionId());
                }
            }
            default -> {
                return onOperator(templateId, buffer, offset, blockLength);
            }
        }
        return true;
    }

    private boolean onOperator(
        final int templateId, final DirectBuffer buffer, final int offset, final int blockLength) {
        switch (templateId) {
            case OperatorRollbackDecoder.TEMPLATE_ID -> {
                rollback.wrap(buffer, offset, blockLength, OperatorRollbackDecoder.SCHEMA_VERSION);
                input.operatorRollback(rollback.requestId(), rollback.transactionId());
            }
            case OperatorSettleDecoder.TEMPLATE_ID -> {
                settle.wrap(buffer, offset, blockLength, OperatorSettleDecoder.SCHEMA_VERSION);
                input.operatorSettle(
                    settle.requestId(), settle.transactionId(), settle.branchId(), settle.decisionRaw());
            }
            case OperatorPurgeDecoder.TEMPLATE_ID -> {
                purge.wrap(buffer, offset, blockLength, OperatorPurgeDecoder.SCHEMA_VERSION);
                input.operatorPurge(purge.requestId(), purge.transactionId(), purge.branchId());
            }
            case OperatorConfirmRecoveredDecoder.TEMPLATE_ID -> {
                confirmRecovered.wrap(buffer, offset, blockLength, OperatorConfirmRecoveredDecoder.SCHEMA_VERSION);
                input.operatorConfirmRecovered(confirmRecovered.requestId());
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void onSessionOpening(final DirectBuffer buffer, final int offset, final int blockLength) {
        sessionOpening.wrap(buffer, offset, blockLength, SessionOpeningDecoder.SCHEMA_VERSION);
        final int principalOffset = sessionOpening.limit() + SessionOpeningDecoder.principalHeaderLength();
        input.sessionOpening(sessionOpening.requestId(), sessionOpening.tokenHigh(), sessionOpening.tokenLow(),
            sessionOpening.knownEpoch(), sessionOpening.knownNonce(),
            sessionOpening.witnessedOf(), sessionOpening.witnessedEpoch(), sessionOpening.witnessedPosition(),
            buffer, principalOffset, sessionOpening.skipPrincipal());
    }

    private void onSessionResuming(final DirectBuffer buffer, final int offset, final int blockLength) {
        sessionResuming.wrap(buffer, offset, blockLength, SessionResumingDecoder.SCHEMA_VERSION);
        final int principalOffset = sessionResuming.limit() + SessionResumingDecoder.principalHeaderLength();
        input.sessionResuming(sessionResuming.requestId(), sessionResuming.sessionId(), sessionResuming.tokenHigh(),
            sessionResuming.tokenLow(), sessionResuming.knownEpoch(), sessionResuming.knownNonce(),
            sessionResuming.witnessedOf(), sessionResuming.witnessedEpoch(), sessionResuming.witnessedPosition(),
            buffer, principalOffset, sessionResuming.skipPrincipal());
    }

    private void onEpochStarted(final DirectBuffer buffer, final int offset, final int blockLength) {
        epochStarted.wrap(buffer, offset, blockLength, EpochStartedDecoder.SCHEMA_VERSION);
        listener.onEpochStarted(epochStarted.coordinatorId(), epochStarted.epoch(), epochStarted.generation(),
            epochStarted.nonce());
        input.epochStarted(epochStarted.coordinatorId(), epochStarted.epoch(), epochStarted.generation(),
            epochStarted.nonce(), epochStarted.recoveredEnd(), epochStarted.downtimeNs());
    }

    private void onSettings(final DirectBuffer buffer, final int offset, final int blockLength) {
        settings.wrap(buffer, offset, blockLength, SettingsAppliedDecoder.SCHEMA_VERSION);
        final CoordinatorSettings applied = new CoordinatorSettings(
            settings.defaultTimeoutMs(), settings.maxTimeoutMs(), settings.sessionTimeoutMs(),
            settings.maxBranches(), settings.maxBranchPayloadBytes(), settings.maxTransactionPayloadBytes(),
            settings.maxTransactions(), settings.maxSessions(), settings.maxResources(), settings.maxInstances(),
            settings.maxPayloadTotalBytes(), settings.retainedOutcomes(), settings.retentionMs(),
            settings.resendInitialMs(), settings.resendMaxMs(), settings.durabilityRaw());
        listener.onSettings(applied);
        input.settings(applied);
    }
}
