package io.dtm.simulation.check;

import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.simulation.engine.Schedule;
import io.dtm.simulation.engine.Trace;
import io.dtm.simulation.network.FrameObserver;
import io.dtm.simulation.network.FrameReader;
import io.dtm.simulation.network.WireMessage;
import io.dtm.simulation.resource.ResourceListener;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;

/**
 * Asserts AC1 to AC5 and I1 to I8, I14 of FAULTS.md, section 2, all the time, from outside. The simulation tells it
 * what happens; it decides alone what that means.
 */
public final class Checker implements FrameObserver {
    private static final int YES = 1;
    private static final int READ_ONLY = 3;

    private final String coordinator;
    private final Schedule schedule;
    private final Trace trace;
    private final Violations violations;
    private final FaultCounts faults = new FaultCounts();
    private final Ledger ledger = new Ledger();
    private final JournalFacts facts = new JournalFacts();
    private final EffectChecker effects;
    private final MessageChecker messages;
    private final JournalOracle oracle;
    private final OperatorChecker operators;
    private final FrameReader frames = new FrameReader();
    private final FrameReader records = new FrameReader();
    private final Consumer<WireMessage> onMessageToPeer = this::onMessageToPeer;
    private final Consumer<WireMessage> onMessageToCoordinator = this::onMessageToCoordinator;
    private final Consumer<WireMessage> onRecord = this::onRecord;
    private String peer;
    private long recordEnd;
    private long sentFrames;

    // the coordinator's life
    private boolean hasStarted;
    private boolean isCopy;
    private boolean isBeingRestored;
    private boolean wasRestored;
    private boolean lostPower;
    private boolean knowsDigest;
    private long digestAtDeath;
    private int epoch;
    private int generation;
    private long copiedEnd;
    private final RecordTimes times;
    private int highestForcedEpoch;
    private long epochPosition = Long.MAX_VALUE;

    /**
     * @param schedule   of the simulation.
     * @param trace      is told of every message.
     * @param violations takes broken promises.
     */
    public Checker(final Schedule schedule, final Trace trace, final Violations violations) {
        this("coordinator", schedule, trace, violations);
    }

    /**
     * @param coordinator that it watches.
     * @param schedule    of the simulation.
     * @param trace       is told of every message.
     * @param violations  takes broken promises.
     */
    public Checker(
        final String coordinator,
        final Schedule schedule,
        final Trace trace,
        final Violations violations) {
        this.coordinator = coordinator;
        this.schedule = schedule;
        this.trace = trace;
        this.violations = violations;
        this.times = new RecordTimes(violations);
        this.effects = new EffectChecker(ledger, violations);
        this.messages = new MessageChecker(ledger, facts, faults, violations);
        this.oracle = new JournalOracle(violations);
        this.operators = new OperatorChecker(ledger, violations);
    }

    /** @return what watches resources. */
    public ResourceListener resources() {
        return effects;
    }

    /** @return of its coordinator and peers: to be counted up by whoever injects faults. */
    public FaultCounts faults() {
        return faults;
    }

    /** @return what watches operators. */
    public OperatorChecker operators() {
        return operators;
    }

    /** @return number of frames seen. */
    public long sentFrames() {
        return sentFrames;
    }

    @Override
    public void onSent(
        final String ofPeer,
        final int linkId,
        final boolean toPeer,
        final DirectBuffer buffer,
        final int offset,
        final int length) {
        sentFrames++;
        trace.bytes(buffer, offset, length);
        peer = ofPeer;
        messages.onFrame(schedule.nowNs(), toPeer, epochPosition);
        frames.read(buffer, offset, toPeer ? onMessageToPeer : onMessageToCoordinator);
    }

    private void onMessageToPeer(final WireMessage message) {
        trace.event(peer, message.kind.toPeer(), message.traced(), message.tracedDetail());
        messages.fromCoordinator(peer, message, epoch);
        oracle.onSent(message);
    }

    private void onMessageToCoordinator(final WireMessage message) {
        trace.event(peer, message.kind.toCoordinator(), message.traced(), message.tracedDetail());
        messages.fromPeer(peer, message);
    }

    /**
     * A record was appended.
     *
     * @param position its end.
     * @param linkId   over which its frame came.
     * @param timeNs   logical time of the coordinator.
     * @param buffer   that holds its frame.
     * @param offset   at which it starts.
     * @param length   of the frame in bytes.
     */
    public void onAppended(
        final long position,
        final int linkId,
        final long timeNs,
        final DirectBuffer buffer,
        final int offset,
        final int length) {
        recordEnd = position;
        trace.bytes(buffer, offset, length);
        times.onAppended(timeNs, schedule.nowNs());
        oracle.onAppended(position, linkId, timeNs, buffer, offset, length);
        facts.onAppended(position);
        records.read(buffer, offset, onRecord);
    }

    private void onRecord(final WireMessage message) {
        switch (message.kind) {
            case EPOCH_STARTED -> {
                if (message.epoch <= highestForcedEpoch && !isCopy) {
                    violations.add("I14", "epoch " + message.epoch + " follows epoch " + highestForcedEpoch);
                }
                trace.event(coordinator, "epoch %1 begins", message.epoch, 0);
                epoch = message.epoch;
                epochPosition = recordEnd;
                if (message.generation > generation) {
                    generation = message.generation;
                    messages.onGeneration(epoch);
                    operators.onGeneration(epoch);
                }
            }
            case VOTE -> {
                final TransactionRecord record = ledger.find(message.transactionId);
                if (record != null) {
                    record.branch(message.branchId).journalled |= 1 << message.value;
                }
                if (record != null && message.value == YES) {
                    facts.yes(record.branch(message.branchId), recordEnd);
                } else if (record != null && message.value == READ_ONLY) {
                    facts.readOnly(record.branch(message.branchId), recordEnd);
                }
            }
            case ONE_PHASE_RESULT -> {
                final TransactionRecord record = ledger.find(message.transactionId);
                if (record != null) {
                    facts.result(record.branch(message.branchId), message.value, recordEnd);
                }
            }
            default -> { }
        }
    }

    /**
     * The coordinator has decided, at the record that it is processing.
     *
     * @param transactionId of the transaction.
     * @param decision      a DecisionType.
     * @param reason        an AbortReason; 0: it commits.
     * @param causeBranchId that caused an abort.
     */
    public void onDecided(
        final long transactionId, final int decision, final int reason, final int causeBranchId) {
        oracle.onDecided(transactionId, decision, reason, causeBranchId);
    }

    /** The coordinator is done with the next record. */
    public void onProcessed() {
        oracle.onProcessed(facts.forced());
    }

    /** @param position up to which the journal says that everything is on the device. */
    public void onForced(final long position) {
        // a new segment's header lies between the last record and the next one
        facts.onForced(Math.min(position, facts.appended()));
        oracle.apply(facts.forced());
        if (facts.forced() >= epochPosition) {
            highestForcedEpoch = epoch;
        }
    }

    /** @param withPower whether the power failed, too: then what wasn't forced may be lost. */
    public void onCoordinatorCrashed(final boolean withPower) {
        lostPower |= withPower;
        knowsDigest &= !withPower;
        epochPosition = Long.MAX_VALUE;
    }

    /**
     * The coordinator has recovered its state.
     *
     * @param end    of what it found.
     * @param forced what its journal says is on the device.
     */
    public void onRecovered(final long end, final long forced) {
        if (hasStarted) {
            faults.coordinatorRestarts++;
        }
        hasStarted = true;
        if (isBeingRestored) {
            isBeingRestored = false;
            if (end < copiedEnd) {
                violations.add("I2", "what was forced up to " + copiedEnd
                    + " when the directory was copied was recovered only to " + end);
            }
            lostPower = false;
            facts.onRestored(end, ledger.all());
            onForced(forced);
            return;
        }
        if (isCopy) {
            return;
        }
        if (end < facts.forced()) {
            violations.add("I2", "what was forced up to " + facts.forced() + " was recovered only to " + end);
        }
        if (!lostPower && end != facts.appended()) {
            violations.add("I2", "the process died, not the system, and of what was appended up to "
                + facts.appended() + " it recovered " + end);
        }
        lostPower = false;
        facts.onRecovered(end);
        oracle.onRecovered(end);
        onForced(forced);
    }

    /** @param forcedPosition of the journal's last process, when its directory is copied. */
    public void onCopied(final long forcedPosition) {
        // a new segment's header may lie between the last record and what is called forced
        copiedEnd = Math.min(forcedPosition, facts.onDevice());
    }

    /**
     * The directory was replaced by an older copy of it: nothing that was forced since need be there.
     *
     * @param bySaying whether an operator says so.
     */
    public void onCopyStarted(final boolean bySaying) {
        if (bySaying) {
            isBeingRestored = true;
            wasRestored = true;
            faults.peersFail(schedule.nowNs());
            effects.onRestored();
        } else {
            isCopy = true;
        }
        messages.onCopyStarted(bySaying);
        oracle.switchOff();
        knowsDigest = false;
    }

    /**
     * @param logicalNs  at which a process starts.
     * @param downtimeNs for which it takes it that none has run.
     */
    public void onStarted(final long logicalNs, final long downtimeNs) {
        times.onStarted(logicalNs, schedule.nowNs());
        messages.onDowntime(downtimeNs);
    }

    /** @return whether an epoch was ever forced: a directory without one is new, and can't be put back as restored. */
    public boolean hasForcedEpoch() {
        return highestForcedEpoch > 0;
    }

    /** @return whether an operator has put the coordinator's directory back to a copy. */
    public boolean wasRestored() {
        return wasRestored;
    }

    /** @param digest of the state of a process that died, after all that it had appended. */
    public void onDied(final long digest) {
        digestAtDeath = digest;
        knowsDigest = true;
    }

    /** @param digest of the state that was replayed. */
    public void onReplayed(final long digest) {
        if (knowsDigest && digest != digestAtDeath) {
            violations.add("I12", "the replayed state differs from the one of the process that died");
        }
        knowsDigest = false;
    }

    /**
     * The host counts something that must not happen.
     *
     * @param alarm         its name.
     * @param transactionId concerned.
     */
    public void onAlarm(final String alarm, final long transactionId) {
        final TransactionRecord record = ledger.find(transactionId);
        // Of a settlement that the restored directory doesn't know only its acknowledgement tells.
        final boolean isOrdered = record != null && record.mayBeMixed() && ("HEURISTIC_MIXED".equals(alarm)
            || wasRestored && "ACKNOWLEDGEMENT_CONTRADICTS".equals(alarm));
        if (!"PRESUMED_COMMITTED".equals(alarm) && !isOrdered) {
            violations.add("I4", "alarm " + alarm + " for transaction " + Trace.transaction(transactionId));
        }
    }

    /**
     * The coordinator gives a link up because of its backlog.
     *
     * @param ofPeer  whose it is.
     * @param isEarly whether little waits for it, or it takes what is sent.
     */
    public void onTooSlow(final String ofPeer, final boolean isEarly) {
        if (isEarly) {
            violations.add("AC4", "the link of " + ofPeer + " is given up as too slow, and isn't");
        }
    }

    /**
     * I11: nothing undecided, the delegated excepted, is much older than its deadline.
     *
     * @param timeNs   logical time of a coordinator that runs.
     * @param steadyNs for which it has run without a break; negative: it is down, or stands still.
     */
    public void onLook(final long timeNs, final long steadyNs) {
        oracle.look(timeNs, steadyNs);
    }

    /** @param settings of a process that starts. */
    public void onSettings(final CoordinatorSettings settings) {
        messages.onSettings(settings);
        oracle.onSettings(settings);
        facts.appends(settings.durability() == CoordinatorSettings.DURABILITY_APPEND);
    }

    // applications

    /**
     * An interactive transaction has got its id.
     *
     * @param client        whose it is.
     * @param transactionId its id.
     * @param requestId     that it is to carry out.
     */
    public void onBegun(final String client, final long transactionId, final long requestId) {
        TransactionRecord record = ledger.find(transactionId);
        if (record == null) {
            record = new TransactionRecord(transactionId, true, schedule.nowNs());
            ledger.add(record);
        }
        record.requestId(requestId);
        record.owner = client;
    }

    /**
     * A commit names a branch whose service has not answered: the branch must be in it, if that commits.
     *
     * @param transactionId of the transaction.
     * @param branchId      that it names.
     */
    public void onNamed(final long transactionId, final int branchId) {
        final TransactionRecord record = ledger.find(transactionId);
        if (record != null) {
            record.branch(branchId).isNamed = true;
        }
    }

    /**
     * A client's process is gone, and nobody is left to be told how its transactions end.
     *
     * @param client its name.
     */
    public void onClientDied(final String client) {
        for (final TransactionRecord record : ledger.all()) {
            if (client.equals(record.owner)) {
                record.isOver = true;
            }
        }
    }

    /**
     * A service has answered its caller: the part must be in the transaction, if that commits.
     *
     * @param transactionId of the transaction.
     * @param branchId      of the service's branch.
     * @param parts         that were done.
     */
    public void onServed(final long transactionId, final int branchId, final long parts) {
        final TransactionRecord record = ledger.find(transactionId);
        if (record != null) {
            record.branch(branchId).expectedParts |= parts;
        }
    }

    /**
     * An application heard the last of a transaction.
     *
     * @param transactionId of the transaction.
     * @param committed     it was told so.
     * @param aborted       it was told so; neither: the outcome is unknown to it.
     */
    public void onTold(final long transactionId, final boolean committed, final boolean aborted) {
        final TransactionRecord record = ledger.find(transactionId);
        if (record == null) {
            return;
        }
        record.isOver = true;
        if (committed && !record.toldCommitted) {
            violations.add("AC2", "the library says COMMITTED, the coordinator did not: " + record);
        }
        if (aborted && (record.commitSeen || record.toldCommitted || record.hasCommitted())
            && !record.isAllReadOnly()) {
            violations.add("AC2", "the library says ABORTED after the opposite was seen: " + record);
        }
        if (aborted) {
            record.toldAborted = true;
        }
        if (!aborted && !committed) {
            messages.toldUnknown(record);
        }
        ledger.retire(schedule.nowNs());
    }

    /**
     * An application has done with a request that must be done exactly once.
     *
     * @param requestId     of it.
     * @param transactionId of its last run.
     * @param committed     it is done.
     * @param aborted       it isn't, and won't be; neither: nobody knows.
     */
    public void onRequestEnded(
        final long requestId, final long transactionId, final boolean committed, final boolean aborted) {
        final long by = ledger.committedBy(requestId);
        if (by != Ledger.UNKNOWN && (aborted || committed && by != transactionId)) {
            violations.add("I3", "request " + requestId + " ends with transaction " + Trace.transaction(transactionId)
                + (aborted ? ", aborted" : "") + ", and was carried out by " + Trace.transaction(by));
        }
        if (aborted) {
            ledger.givenUp(requestId);
        }
    }

    /** Faults have stopped and time has passed: AC5, I11. Everything must be at rest. */
    public void atRest() {
        for (final TransactionRecord record : ledger.all()) {
            if (!record.isOver) {
                violations.add("I11", "nobody was told how it ended: " + record);
            }
            if (record.isPrepared()) {
                violations.add("AC5", "a branch is still prepared: " + record);
            }
            if (record.hasCommitted() || (record.toldCommitted && !wasRestored && !record.isAllReadOnly())) {
                complete(record);
            }
        }
    }

    private void complete(final TransactionRecord record) {
        for (final BranchRecord branch : record.branches) {
            if (branch.isNamed && !branch.committed && !branch.isMixed && !branch.hasVoted(BranchRecord.READ_ONLY)) {
                violations.add("AC3", record + " was committed without branch " + branch.branchId + ", which it named");
            }
            final boolean isReadOnly = branch.hasVoted(BranchRecord.READ_ONLY) && !branch.committed;
            final boolean isWhole = (branch.committedParts & branch.expectedParts) == branch.expectedParts;
            if (!isReadOnly && !branch.isMixed && !isWhole) {
                violations.add("AC1", "branch " + branch.branchId + " of " + record + " isn't committed, others are");
            }
        }
    }
}
