package io.dtm.server.journal;

import io.dtm.codec.message.AbortReason;
import io.dtm.codec.message.Acknowledge;
import io.dtm.codec.message.DecisionType;
import io.dtm.codec.message.DurabilityLevel;
import io.dtm.codec.message.OutcomeType;
import io.dtm.codec.message.VoteType;
import io.dtm.core.coordinator.CheckpointOutput;
import io.dtm.core.coordinator.ProtocolCodes;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Names of the raw values in a checkpoint's items, whose schema has codes only: those that events have, where there
 * are such.
 */
final class ItemCodes {
    private static final String NONE = "NONE";
    /** By the value. */
    private static final Map<String, List<String>> NAMES = Map.ofEntries(
        Map.entry("Settings.durability", List.of(NONE, DurabilityLevel.APPEND.name(), DurabilityLevel.FORCE.name())),
        Map.entry("Resource.pass", List.of(NONE, "PREPARES", "DECISIONS")),
        Map.entry("Transaction.state",
            List.of(NONE, "ACTIVE", "PREPARING", "DELEGATED", "COMMITTING", "ABORTING")),
        Map.entry("Transaction.wantedStage", List.of(NONE, Acknowledge.ACCEPTED.name(), Acknowledge.DECIDED.name(),
            Acknowledge.COMPLETED.name())),
        Map.entry("Transaction.reason", reasons()),
        Map.entry("Branch.state", List.of(NONE, "ENLISTED", "ASKED", "DELEGATED", "PREPARED", "DONE")),
        Map.entry("Branch.vote",
            List.of(NONE, VoteType.YES.name(), VoteType.NO.name(), VoteType.READ_ONLY.name())),
        Map.entry("Branch.settledBy", List.of(NONE, DecisionType.COMMIT.name(), DecisionType.ROLLBACK.name())),
        Map.entry("RetainedOutcome.outcome", List.of(NONE, OutcomeType.ACCEPTED.name(), OutcomeType.COMMITTED.name(),
            OutcomeType.ABORTED.name(), OutcomeType.NEVER_BEGUN.name(), OutcomeType.EXPIRED.name())),
        Map.entry("RetainedOutcome.reason", reasons()));
    /** By the bit. */
    private static final Map<String, List<String>> FLAGS = Map.of(
        "Coordinator.flags", List.of("RECOVERY_CONFIRMED", "GRACE_OVER", "STORAGE_REFUSED", "WALKS_PREPARING"),
        "Session.flags", List.of("ENDED", "SWEEPING"),
        "Instance.capabilities", List.of("onePhase", "readOnlyAware", "lastAgent"),
        "Transaction.flags", List.of("INTERACTIVE", "TOLD", "COMMIT_REQUESTED", "MIXED"),
        "Branch.flags", List.of("BOUND_LATE"),
        "RetainedOutcome.flags", List.of("NOTHING_WRITTEN", "MIXED", "UNACKNOWLEDGED"));
    /** What stands for nothing. */
    private static final Map<String, Long> NOTHING = Map.of(
        "Transaction.causeBranchId", (long) ProtocolCodes.NO_BRANCH,
        "RetainedOutcome.branchId", (long) ProtocolCodes.NO_BRANCH,
        "Transaction.giveUpNs", Long.MAX_VALUE,
        "Transaction.timerNs", CheckpointOutput.NO_TIMER);

    private ItemCodes() {
    }

    private static List<String> reasons() {
        return Arrays.stream(AbortReason.values())
            .filter(reason -> reason != AbortReason.NULL_VAL).map(AbortReason::name).toList();
    }

    /** @return the value, if it is a code; else null. One that has no name is shown as a number. */
    static Value shown(final String item, final String field, final long value) {
        final String place = item + '.' + field;
        if (NOTHING.getOrDefault(place, value - 1) == value) {
            return new Value.Symbol(NONE);
        }
        if (NAMES.containsKey(place)) {
            final List<String> names = NAMES.get(place);
            return new Value.Symbol(value >= 0 && value < names.size() ? names.get((int) value) : Long.toString(value));
        }
        return FLAGS.containsKey(place) ? flags(FLAGS.get(place), value) : null;
    }

    private static Value flags(final List<String> names, final long value) {
        final StringBuilder set = new StringBuilder();
        for (int bit = 0; bit < Long.SIZE; bit++) {
            if ((value >>> bit & 1) != 0) {
                set.append(set.isEmpty() ? "" : "+").append(bit < names.size() ? names.get(bit) : "bit" + bit);
            }
        }
        return new Value.Symbol(set.isEmpty() ? NONE : set.toString());
    }
}
