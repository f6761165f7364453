package io.dtm.simulation.check;

import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.simulation.network.WireMessage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * AC4: whether the reason that a client is told for an abort was really there, by what messages say and what was
 * injected. A fault excuses what happens to its own process, and to its own clients' and resources' transactions. The
 * {@link Oracle} is stricter, where it sees the decision; this holds always.
 */
final class AbortReasons {
    private static final int NEVER_BEGUN = 4;
    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final long NEVER_NS = Long.MIN_VALUE / 2;
    /** A partition or pause, then the silence after which a session is lost, then a restart or a reconnect. */
    private static final long AFTERMATH_NS = 60_000 * NANOS_PER_MILLI;

    private record Place(String resource, String instance) {
    }

    private record Registration(int sessionId, long requestId) {
    }

    private final FaultCounts faults;
    private final Long2LongHashMap epochBySession = new Long2LongHashMap(Long.MAX_VALUE);
    private final Long2ObjectHashMap<Set<String>> closersBySession = new Long2ObjectHashMap<>();
    /** By the names of processes. */
    private final Map<String, Map<String, Long>> served = new HashMap<>();
    /** What was asked for, by what the answer repeats. */
    private final Map<Registration, String> registrations = new HashMap<>();
    /** By their ids. */
    private final Map<Integer, String> resources = new HashMap<>();
    private final Map<Place, Long> incarnations = new HashMap<>();
    /** When a process of a resource was last seen to take another's place, or to leave. */
    private final Map<String, Long> replacedNs = new HashMap<>();
    private int defaultTimeoutMs = Integer.MAX_VALUE;
    private int coordinatorFaults;
    private long coordinatorFaultNs = NEVER_NS;
    private boolean isRestored;
    private long nowNs;
    private long downtimeNs;

    AbortReasons(final FaultCounts faults) {
        this.faults = faults;
    }

    /** Which of several defaults holds for a transaction isn't told apart. */
    void onSettings(final CoordinatorSettings settings) {
        defaultTimeoutMs = Math.min(defaultTimeoutMs, settings.defaultTimeoutMs());
    }

    /** From now on ids of resources may mean others. */
    void onRestored() {
        isRestored = true;
    }

    /** A process of the coordinator starts, and takes it that so long none has run. */
    void onDowntime(final long ns) {
        downtimeNs += ns;
    }

    void onFrame(final long timeNs) {
        nowNs = timeNs;
        final int seen = faults.coordinatorRestarts + faults.coordinatorPauses;
        if (seen != coordinatorFaults) {
            coordinatorFaults = seen;
            coordinatorFaultNs = timeNs;
        }
    }

    void fromPeer(final String peer, final WireMessage message) {
        switch (message.kind) {
            case REGISTER -> {
                served.computeIfAbsent(peer, name -> new HashMap<>()).put(message.text, message.incarnation);
                registrations.put(new Registration(message.sessionId, message.requestId), message.text);
                final Long before =
                    incarnations.put(new Place(message.text, message.instance), message.incarnation);
                if (before != null && before != message.incarnation) {
                    replacedNs.put(message.text, nowNs);
                }
            }
            case UNREGISTER -> replacedNs.put(resources.get(message.resourceId), nowNs);
            case SESSION_CLOSE -> closersBySession.computeIfAbsent(message.sessionId, id -> new HashSet<>()).add(peer);
            default -> { }
        }
    }

    void fromCoordinator(final String peer, final WireMessage message) {
        switch (message.kind) {
            case SESSION_OPENED -> epochBySession.put(message.sessionId, message.epoch);
            case REGISTERED -> resources.put(
                message.resourceId, registrations.get(new Registration(message.sessionId, message.requestId)));
            default -> { }
        }
    }

    /** The process that is registered there for a resource. */
    long incarnationOf(final String peer, final String resource) {
        return served.getOrDefault(peer, Map.of()).getOrDefault(resource, 0L);
    }

    /** Whether the library of a process may give up a branch by itself: something has happened to it. */
    boolean mayGiveUp(final TransactionRecord record, final String peer) {
        return isRestored || faults.takeTurns
            || isInAftermath(record, Math.max(coordinatorFaultNs, faults.lastNs(peer)));
    }

    boolean isThere(final WireMessage message, final TransactionRecord record) {
        final String resource = resources.get(record.branch(message.branchId).resourceId);
        return switch (message.detail) {
            case 1 -> record.rollbackRequested;
            case 2 -> record.anyVoted(BranchRecord.NO) || record.refusalSeen && record.mayRefuse;
            case 3 -> isOld(record);
            case 4 -> isRestored || isDisturbed(record, resource);
            case 5 -> isRestored || isInAftermath(record, replacedNs.getOrDefault(resource, NEVER_NS));
            case 6 -> record.branches.stream().anyMatch(branch -> branch.isOfTwoProcesses);
            case 7 -> isRestored || record.isInteractive && isDisturbed(record, resource);
            case 8 -> isRestored || (record.isInteractive || message.value == NEVER_BEGUN)
                && (isInAftermath(record, Math.max(coordinatorFaultNs, faults.lastNs(record.owner)))
                    || isClosed(message, record));
            case 9 -> epochBySession.get(record.id >>> 32) < message.epoch;
            case 10 -> record.operatorAsked;
            case 11 -> record.branches.stream().anyMatch(branch -> branch.onePhaseAborted);
            default -> false;
        };
    }

    boolean mayBeUnknown(final TransactionRecord record) {
        return isRestored || record.hasExpired || closersBySession.containsKey(record.id >>> 32)
            || isInAftermath(record, Math.max(coordinatorFaultNs, faults.lastNs(record.owner)));
    }

    /** A downtime is told by a clock of whole milliseconds, which may have jumped. */
    private boolean isOld(final TransactionRecord record) {
        final long agedNs =
            nowNs - record.begunNs + downtimeNs + faults.coordinatorRestarts * NANOS_PER_MILLI;
        final int timeoutMs = record.timeoutMs == 0 ? defaultTimeoutMs : record.timeoutMs;
        return agedNs >= timeoutMs * NANOS_PER_MILLI;
    }

    /**
     * Who takes a request over that must be done exactly once takes the session over, and closes it in the end. Its
     * owner may close it, too, and come back to an id of it that was refused: it was never begun.
     */
    private boolean isClosed(final WireMessage message, final TransactionRecord record) {
        final Set<String> closers = closersBySession.get(record.id >>> 32);
        return closers != null
            && (message.value == NEVER_BEGUN || closers.stream().anyMatch(closer -> !closer.equals(record.owner)));
    }

    /** Something happened to the coordinator, or to a process that serves the resource. */
    private boolean isDisturbed(final TransactionRecord record, final String resource) {
        return faults.takeTurns || isInAftermath(record, coordinatorFaultNs)
            || served.entrySet().stream().anyMatch(entry ->
                entry.getValue().containsKey(resource) && isInAftermath(record, faults.lastNs(entry.getKey())));
    }

    private static boolean isInAftermath(final TransactionRecord record, final long faultNs) {
        return record.begunNs - faultNs < AFTERMATH_NS;
    }
}
