package io.dtm.codec;

import static io.dtm.codec.MessageLayout.from;
import static io.dtm.codec.Origin.COORDINATOR;
import static io.dtm.codec.Origin.HOST;
import static io.dtm.codec.Origin.PEER;

import io.dtm.codec.message.AcknowledgementsDecoder;
import io.dtm.codec.message.BeginDecoder;
import io.dtm.codec.message.ChallengeDecoder;
import io.dtm.codec.message.ChallengeResponseDecoder;
import io.dtm.codec.message.CommitDecoder;
import io.dtm.codec.message.ContinueDecoder;
import io.dtm.codec.message.ContradictionsSeenDecoder;
import io.dtm.codec.message.DecisionsDecoder;
import io.dtm.codec.message.DecisionsDoubtedDecoder;
import io.dtm.codec.message.EnlistDecoder;
import io.dtm.codec.message.EpochRefusedDecoder;
import io.dtm.codec.message.EpochStartedDecoder;
import io.dtm.codec.message.ForgetEvidenceDecoder;
import io.dtm.codec.message.FoundDecoder;
import io.dtm.codec.message.GraceEndedDecoder;
import io.dtm.codec.message.HistoryCutDecoder;
import io.dtm.codec.message.InDoubtDecoder;
import io.dtm.codec.message.InquireDecoder;
import io.dtm.codec.message.JoinedDecoder;
import io.dtm.codec.message.KeepAliveDecoder;
import io.dtm.codec.message.LinkLostDecoder;
import io.dtm.codec.message.LookupDecoder;
import io.dtm.codec.message.OnePhaseCommitsDecoder;
import io.dtm.codec.message.OnePhaseResultsDecoder;
import io.dtm.codec.message.OperatorConfirmRecoveredDecoder;
import io.dtm.codec.message.OperatorPurgeDecoder;
import io.dtm.codec.message.OperatorRollbackDecoder;
import io.dtm.codec.message.OperatorSettleDecoder;
import io.dtm.codec.message.OutcomesDecoder;
import io.dtm.codec.message.PreparesDecoder;
import io.dtm.codec.message.RegisterDecoder;
import io.dtm.codec.message.RegisteredDecoder;
import io.dtm.codec.message.RejectedDecoder;
import io.dtm.codec.message.RollbackDecoder;
import io.dtm.codec.message.SessionCloseDecoder;
import io.dtm.codec.message.SessionClosedDecoder;
import io.dtm.codec.message.SessionOpenDecoder;
import io.dtm.codec.message.SessionOpenedDecoder;
import io.dtm.codec.message.SessionOpeningDecoder;
import io.dtm.codec.message.SessionResumeDecoder;
import io.dtm.codec.message.SessionResumedDecoder;
import io.dtm.codec.message.SessionResumingDecoder;
import io.dtm.codec.message.SettingsAppliedDecoder;
import io.dtm.codec.message.StorageAvailableDecoder;
import io.dtm.codec.message.StorageRefusedDecoder;
import io.dtm.codec.message.SubmitDecoder;
import io.dtm.codec.message.TickDecoder;
import io.dtm.codec.message.UnregisterDecoder;
import io.dtm.codec.message.VotesDecoder;

/** What is known of each template of the schema: the validator's table. */
public final class Templates {
    /** Id of the schema, in every frame. */
    public static final int SCHEMA_ID = SessionOpenDecoder.SCHEMA_ID;
    /** Version of the schema that this code writes, in every frame. */
    public static final int SCHEMA_VERSION = SessionOpenDecoder.SCHEMA_VERSION;
    /** Stands in a branch id's place where there is no branch. */
    public static final int NO_BRANCH = 0xFFFF;

    private static final int TEXT = 1;
    private static final int BYTES = 2;
    private static final MessageLayout[] LAYOUTS = new MessageLayout[256];

    static {
        sessions();
        registration();
        transactions();
        branches();
        hostEvents();
    }

    private Templates() {
    }

    /**
     * @param templateId of the schema; any other is refused by an exception.
     * @return whether messages of it are one group whose elements are the events and may be joined.
     */
    public static boolean isGrouped(final int templateId) {
        return known(templateId).isGrouped();
    }

    /**
     * @param templateId of the schema; any other is refused by an exception.
     * @return whether messages of it are alone in their frame.
     */
    public static boolean standsAlone(final int templateId) {
        return known(templateId).standsAlone();
    }

    /**
     * @param templateId of the schema; any other is refused by an exception.
     * @return whether messages of it are events: ingress answers itself what peers say alone in a frame, and what the
     *     coordinator says follows from the events.
     */
    public static boolean isJournalled(final int templateId) {
        final MessageLayout layout = known(templateId);
        return layout.mayComeFrom(Origin.HOST) && !(layout.mayComeFrom(Origin.PEER) && layout.standsAlone());
    }

    static boolean carriesPosition(final int templateId) {
        return known(templateId).carriesPosition();
    }

    private static MessageLayout known(final int templateId) {
        final MessageLayout layout = LAYOUTS[templateId];
        if (layout == null) {
            throw new IllegalArgumentException("no such template: " + templateId);
        }
        return layout;
    }

    /** @return the template's layout, or null if there is no such template. */
    static MessageLayout layout(final int templateId) {
        return LAYOUTS[templateId];
    }

    private static void define(final int templateId, final MessageLayout.Builder builder) {
        if (LAYOUTS[templateId] != null) {
            throw new IllegalStateException("template " + templateId + " is defined twice");
        }
        LAYOUTS[templateId] = builder.build();
    }

    private static void sessions() {
        define(SessionOpenDecoder.TEMPLATE_ID,
            from(PEER, SessionOpenDecoder.BLOCK_LENGTH).data(TEXT).data(BYTES).alone());
        define(ChallengeDecoder.TEMPLATE_ID, from(COORDINATOR, ChallengeDecoder.BLOCK_LENGTH).data(BYTES).alone());
        define(ChallengeResponseDecoder.TEMPLATE_ID,
            from(PEER, ChallengeResponseDecoder.BLOCK_LENGTH).data(BYTES).alone());
        define(SessionOpenedDecoder.TEMPLATE_ID,
            from(COORDINATOR, SessionOpenedDecoder.BLOCK_LENGTH)
                .enumField(SessionOpenedDecoder.durabilityEncodingOffset(), 1, 2).alone());
        define(SessionResumeDecoder.TEMPLATE_ID, from(PEER, SessionResumeDecoder.BLOCK_LENGTH).data(BYTES).alone());
        define(SessionResumedDecoder.TEMPLATE_ID,
            from(COORDINATOR, SessionResumedDecoder.BLOCK_LENGTH)
                .enumField(SessionResumedDecoder.durabilityEncodingOffset(), 1, 2).alone());
        define(KeepAliveDecoder.TEMPLATE_ID, from(PEER, KeepAliveDecoder.BLOCK_LENGTH).alone());
        define(SessionCloseDecoder.TEMPLATE_ID, from(PEER, SessionCloseDecoder.BLOCK_LENGTH));
        define(SessionClosedDecoder.TEMPLATE_ID,
            from(COORDINATOR, SessionClosedDecoder.BLOCK_LENGTH)
                .enumField(SessionClosedDecoder.reasonEncodingOffset(), 1, 3).alone());
    }

    private static void registration() {
        define(RegisterDecoder.TEMPLATE_ID,
            from(PEER, RegisterDecoder.BLOCK_LENGTH)
                .enumField(RegisterDecoder.capabilitiesEncodingOffset(), 0, 7).data(TEXT).data(TEXT));
        define(RegisteredDecoder.TEMPLATE_ID,
            from(COORDINATOR, RegisteredDecoder.BLOCK_LENGTH).idField(RegisteredDecoder.resourceIdEncodingOffset()));
        define(EpochRefusedDecoder.TEMPLATE_ID, from(PEER, EpochRefusedDecoder.BLOCK_LENGTH));
        define(LookupDecoder.TEMPLATE_ID, from(PEER, LookupDecoder.BLOCK_LENGTH).data(TEXT));
        define(FoundDecoder.TEMPLATE_ID,
            from(COORDINATOR, FoundDecoder.BLOCK_LENGTH).idField(FoundDecoder.resourceIdEncodingOffset()));
        define(UnregisterDecoder.TEMPLATE_ID,
            from(PEER, UnregisterDecoder.BLOCK_LENGTH).idField(UnregisterDecoder.resourceIdEncodingOffset()));
    }

    private static void transactions() {
        define(SubmitDecoder.TEMPLATE_ID,
            from(PEER, SubmitDecoder.BLOCK_LENGTH)
                .enumField(SubmitDecoder.acknowledgeEncodingOffset(), 1, 3)
                .group(SubmitDecoder.BranchesDecoder.sbeBlockLength())
                .idField(SubmitDecoder.BranchesDecoder.branchIdEncodingOffset())
                .idField(SubmitDecoder.BranchesDecoder.resourceIdEncodingOffset()).groupData(BYTES));
        define(BeginDecoder.TEMPLATE_ID, from(PEER, BeginDecoder.BLOCK_LENGTH));
        define(EnlistDecoder.TEMPLATE_ID,
            from(PEER, EnlistDecoder.BLOCK_LENGTH)
                .idField(EnlistDecoder.branchIdEncodingOffset())
                .idField(EnlistDecoder.resourceIdEncodingOffset()).data(BYTES));
        define(CommitDecoder.TEMPLATE_ID,
            from(PEER, CommitDecoder.BLOCK_LENGTH)
                .enumField(CommitDecoder.acknowledgeEncodingOffset(), 1, 3)
                .group(CommitDecoder.ExpectedDecoder.sbeBlockLength())
                .idField(CommitDecoder.ExpectedDecoder.branchIdEncodingOffset()));
        define(RollbackDecoder.TEMPLATE_ID,
            from(PEER, RollbackDecoder.BLOCK_LENGTH).enumField(RollbackDecoder.acknowledgeEncodingOffset(), 1, 3));
        define(InquireDecoder.TEMPLATE_ID,
            from(PEER, InquireDecoder.BLOCK_LENGTH).enumField(InquireDecoder.acknowledgeEncodingOffset(), 1, 3));
        define(JoinedDecoder.TEMPLATE_ID,
            from(COORDINATOR, JoinedDecoder.BLOCK_LENGTH)
                .events(JoinedDecoder.JoinsDecoder.sbeBlockLength())
                .idField(JoinedDecoder.JoinsDecoder.branchIdEncodingOffset()));
        define(OutcomesDecoder.TEMPLATE_ID,
            from(COORDINATOR, OutcomesDecoder.BLOCK_LENGTH)
                .enumField(OutcomesDecoder.durabilityEncodingOffset(), 1, 2)
                .events(OutcomesDecoder.TransactionsDecoder.sbeBlockLength())
                .enumField(OutcomesDecoder.TransactionsDecoder.stageEncodingOffset(), 1, 3)
                .enumField(OutcomesDecoder.TransactionsDecoder.outcomeEncodingOffset(), 1, 5)
                .enumField(OutcomesDecoder.TransactionsDecoder.reasonEncodingOffset(), 0, 11)
                .groupData(TEXT));
        define(RejectedDecoder.TEMPLATE_ID,
            from(COORDINATOR, RejectedDecoder.BLOCK_LENGTH)
                .wideEnumField(RejectedDecoder.codeEncodingOffset(), 1, 28).data(TEXT));
    }

    private static void branches() {
        define(PreparesDecoder.TEMPLATE_ID,
            from(COORDINATOR, PreparesDecoder.BLOCK_LENGTH).positionLast()
                .idField(PreparesDecoder.resourceIdEncodingOffset())
                .events(PreparesDecoder.BranchesDecoder.sbeBlockLength())
                .idField(PreparesDecoder.BranchesDecoder.branchIdEncodingOffset()).groupData(BYTES));
        define(DecisionsDecoder.TEMPLATE_ID,
            from(COORDINATOR, DecisionsDecoder.BLOCK_LENGTH).positionLast()
                .idField(DecisionsDecoder.resourceIdEncodingOffset())
                .events(DecisionsDecoder.BranchesDecoder.sbeBlockLength())
                .idField(DecisionsDecoder.BranchesDecoder.branchIdEncodingOffset())
                .enumField(DecisionsDecoder.BranchesDecoder.decisionEncodingOffset(), 1, 2)
                .enumField(DecisionsDecoder.BranchesDecoder.causeEncodingOffset(), 1, 3));
        define(OnePhaseCommitsDecoder.TEMPLATE_ID,
            from(COORDINATOR, OnePhaseCommitsDecoder.BLOCK_LENGTH).positionLast()
                .idField(OnePhaseCommitsDecoder.resourceIdEncodingOffset())
                .events(OnePhaseCommitsDecoder.BranchesDecoder.sbeBlockLength())
                .idField(OnePhaseCommitsDecoder.BranchesDecoder.branchIdEncodingOffset()).groupData(BYTES));
        define(ForgetEvidenceDecoder.TEMPLATE_ID,
            from(COORDINATOR, ForgetEvidenceDecoder.BLOCK_LENGTH).positionLast()
                .idField(ForgetEvidenceDecoder.resourceIdEncodingOffset())
                .events(ForgetEvidenceDecoder.BranchesDecoder.sbeBlockLength())
                .idField(ForgetEvidenceDecoder.BranchesDecoder.branchIdEncodingOffset()));
        define(VotesDecoder.TEMPLATE_ID,
            from(PEER, VotesDecoder.BLOCK_LENGTH)
                .idField(VotesDecoder.resourceIdEncodingOffset())
                .events(VotesDecoder.BranchesDecoder.sbeBlockLength())
                .idField(VotesDecoder.BranchesDecoder.branchIdEncodingOffset())
                .enumField(VotesDecoder.BranchesDecoder.voteEncodingOffset(), 1, 3).groupData(TEXT));
        define(AcknowledgementsDecoder.TEMPLATE_ID,
            from(PEER, AcknowledgementsDecoder.BLOCK_LENGTH)
                .idField(AcknowledgementsDecoder.resourceIdEncodingOffset())
                .events(AcknowledgementsDecoder.BranchesDecoder.sbeBlockLength())
                .idField(AcknowledgementsDecoder.BranchesDecoder.branchIdEncodingOffset())
                .enumField(AcknowledgementsDecoder.BranchesDecoder.decisionEncodingOffset(), 1, 2)
                .enumField(AcknowledgementsDecoder.BranchesDecoder.resultEncodingOffset(), 1, 5));
        define(OnePhaseResultsDecoder.TEMPLATE_ID,
            from(PEER, OnePhaseResultsDecoder.BLOCK_LENGTH)
                .idField(OnePhaseResultsDecoder.resourceIdEncodingOffset())
                .events(OnePhaseResultsDecoder.BranchesDecoder.sbeBlockLength())
                .idField(OnePhaseResultsDecoder.BranchesDecoder.branchIdEncodingOffset())
                .enumField(OnePhaseResultsDecoder.BranchesDecoder.resultEncodingOffset(), 1, 2).groupData(TEXT));
        define(InDoubtDecoder.TEMPLATE_ID,
            from(PEER, InDoubtDecoder.BLOCK_LENGTH)
                .idField(InDoubtDecoder.resourceIdEncodingOffset())
                .events(InDoubtDecoder.BranchesDecoder.sbeBlockLength())
                .idField(InDoubtDecoder.BranchesDecoder.branchIdEncodingOffset()));
    }

    private static void hostEvents() {
        define(EpochStartedDecoder.TEMPLATE_ID, from(HOST, EpochStartedDecoder.BLOCK_LENGTH).alone());
        define(SettingsAppliedDecoder.TEMPLATE_ID,
            from(HOST, SettingsAppliedDecoder.BLOCK_LENGTH)
                .enumField(SettingsAppliedDecoder.durabilityEncodingOffset(), 1, 2).alone());
        define(TickDecoder.TEMPLATE_ID, from(HOST, TickDecoder.BLOCK_LENGTH));
        define(ContinueDecoder.TEMPLATE_ID, from(HOST, ContinueDecoder.BLOCK_LENGTH));
        define(SessionOpeningDecoder.TEMPLATE_ID,
            from(HOST, SessionOpeningDecoder.BLOCK_LENGTH).data(TEXT).data(TEXT));
        define(SessionResumingDecoder.TEMPLATE_ID, from(HOST, SessionResumingDecoder.BLOCK_LENGTH).data(TEXT));
        define(LinkLostDecoder.TEMPLATE_ID,
            from(HOST, LinkLostDecoder.BLOCK_LENGTH).enumField(LinkLostDecoder.reasonEncodingOffset(), 1, 3));
        define(GraceEndedDecoder.TEMPLATE_ID, from(HOST, GraceEndedDecoder.BLOCK_LENGTH));
        define(StorageRefusedDecoder.TEMPLATE_ID, from(HOST, StorageRefusedDecoder.BLOCK_LENGTH));
        define(StorageAvailableDecoder.TEMPLATE_ID, from(HOST, StorageAvailableDecoder.BLOCK_LENGTH));
        define(OperatorRollbackDecoder.TEMPLATE_ID, from(HOST, OperatorRollbackDecoder.BLOCK_LENGTH));
        define(OperatorSettleDecoder.TEMPLATE_ID,
            from(HOST, OperatorSettleDecoder.BLOCK_LENGTH)
                .idField(OperatorSettleDecoder.branchIdEncodingOffset())
                .enumField(OperatorSettleDecoder.decisionEncodingOffset(), 1, 2));
        define(OperatorPurgeDecoder.TEMPLATE_ID,
            from(HOST, OperatorPurgeDecoder.BLOCK_LENGTH).idField(OperatorPurgeDecoder.branchIdEncodingOffset()));
        define(OperatorConfirmRecoveredDecoder.TEMPLATE_ID,
            from(HOST, OperatorConfirmRecoveredDecoder.BLOCK_LENGTH));
        define(ContradictionsSeenDecoder.TEMPLATE_ID, from(HOST, ContradictionsSeenDecoder.BLOCK_LENGTH));
        define(HistoryCutDecoder.TEMPLATE_ID, from(HOST, HistoryCutDecoder.BLOCK_LENGTH).data(TEXT));
        define(DecisionsDoubtedDecoder.TEMPLATE_ID,
            from(HOST, DecisionsDoubtedDecoder.BLOCK_LENGTH)
                .events(DecisionsDoubtedDecoder.TransactionsDecoder.sbeBlockLength()));
    }
}
