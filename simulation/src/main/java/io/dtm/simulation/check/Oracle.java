package io.dtm.simulation.check;

import io.dtm.codec.message.BeginDecoder;
import io.dtm.codec.message.GraceEndedDecoder;
import io.dtm.codec.message.LinkLostDecoder;
import io.dtm.codec.message.SessionOpeningDecoder;
import io.dtm.codec.message.SessionResumingDecoder;
import io.dtm.codec.message.SubmitDecoder;
import io.dtm.core.coordinator.ProtocolCodes.Capability;
import io.dtm.simulation.network.WireMessage;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * The specification of two-phase commit, written down naively: who may vote, what a vote counts, and when a transaction
 * is to commit. It reads the journal's records, one after the other, and says for each what the coordinator must have
 * decided by then. Of a roll-back it says whether what the coordinator gives as its reason is in the journal, too.
 * <p>
 * A transaction commits with the very record that brings the last consent. Consent is a YES or READ_ONLY of the
 * process that was asked, under the qualifier for which it was asked, over the link over which that process is
 * registered; of an earlier epoch only once its resource has connected in this one; or, of a delegate, its word that
 * it has committed.
 */
final class Oracle {
    private static final int YES = 1;
    private static final int READ_ONLY = 3;
    private static final int COMMITTED = 1;
    private static final int CAN_DECIDE = Capability.ONE_PHASE | Capability.LAST_AGENT;
    private static final int CLIENT_REQUEST = 1;
    private static final int VOTE_NO = 2;
    private static final int DEADLINE = 3;
    private static final int NO_PARTICIPANT = 4;
    private static final int NEW_INCARNATION = 5;
    private static final int PARTICIPANT_LOST = 7;
    private static final int CLIENT_LOST = 8;
    private static final int COORDINATOR_RESTART = 9;
    private static final int ONE_PHASE_ABORTED = 11;
    private static final long NANOS_PER_MILLI = 1_000_000L;
    private static final Branch UNKNOWN_BRANCH = new Branch();
    /** Who comes back after so many others is taken for a new one. */
    private static final int FORMER_KNOWN = 16;
    private static final long NOT_ACCEPTED = Long.MAX_VALUE;

    private record Place(int resource, String instance) {
    }

    private record Deadline(long timeNs, long begunAt, long transactionId) {
    }

    /** A process that serves a resource. */
    private static final class Process {
        private long incarnation;
        /** The last record in which it was replaced, or left. */
        private long changedAt;
        /** The last ones that it took the place of. */
        private final ArrayDeque<Long> former = new ArrayDeque<>();
        private Session session;
        private int link;
    }

    private static final class Session {
        private int link;
        private int openedInEpoch;
        private int seenInEpoch;
        private boolean hasEnded;
    }

    private static final class Branch {
        private int resource;
        /** Process and epoch that PREPARE names; 0: it was not asked. */
        private long asked;
        private int enlistEpoch;
        /** Nobody served its resource when it was submitted. */
        private boolean hadNobody;
        private boolean hasVoted;
        private boolean hasConsented;
        private int consentEpoch;

        private boolean hasRefused() {
            return hasVoted && !hasConsented;
        }
    }

    private static final class Transaction {
        private final Map<Integer, Branch> branches = new HashMap<>();
        /** All branches are known. */
        private boolean isComplete;
        /** A delegate has committed: the others' consents counted when it was asked to. */
        private boolean isDelegated;
        /** A branch was asked to commit in one phase. */
        private boolean isHandedOver;
        private boolean isInteractive;
        /** The last record when the coordinator first said something about it: some begin was not refused. */
        private long acceptedAt = NOT_ACCEPTED;
        private boolean isRollbackAsked;
        /** By what is known here of its session, some begin of it counted, refused or not. */
        private boolean mayHaveBegun;
        /** Of the record that began it; 0: it wasn't, or that was refused. */
        private long begunAt;
        /** Of the last one that may have begun it: that those before were refused may have been lost on the way. */
        private long lastBegunAt;
        private int begunEpoch;
        private long begunNs;
        private long timeoutMs;
        /** The resources that joins named, by branch. */
        private final Map<Integer, Integer> joined = new HashMap<>(2);

        private void accept(final long lastRecord) {
            acceptedAt = Math.min(acceptedAt, lastRecord);
        }

        private Branch branch(final int branchId) {
            return branches.computeIfAbsent(branchId, id -> new Branch());
        }
    }

    private final Map<Long, Transaction> transactions = new HashMap<>();
    /** Whatever comes about these later changes nothing. */
    private final Set<Long> ended = new HashSet<>();
    private final Map<String, Integer> resources = new HashMap<>();
    private final Map<Integer, Integer> connectedEpochs = new HashMap<>();
    private final Map<Place, Process> processes = new HashMap<>();
    /** By their tokens, also those that the coordinator has refused: nobody ever names them. */
    private final Map<Long, Session> sessions = new HashMap<>();
    /** What the coordinator calls those that it has opened. */
    private final Map<Integer, Long> tokens = new HashMap<>();
    private int epoch;
    private long voted;
    /** Counts records. */
    private long ordinal;
    private long nowNs;
    private long downtimeNs;
    private long shortestDefaultMs = Long.MAX_VALUE;
    private long longestDefaultMs;
    private final PriorityQueue<Deadline> deadlines =
        new PriorityQueue<>(Comparator.comparingLong(Deadline::timeNs).thenComparingLong(Deadline::begunAt));
    /** Resources of which a process can decide alone. */
    private final Set<Integer> delegates = new HashSet<>();

    /**
     * The coordinator asked a branch: what it says of process and qualifier is what a vote is held against.
     *
     * @param message  that asks.
     * @param appended number of records that had been appended then, most of them not applied yet.
     */
    void asked(final WireMessage message, final long appended) {
        if (ended.contains(message.transactionId)) {
            return;
        }
        final Branch branch = transaction(message.transactionId).branch(message.branchId);
        branch.resource = message.resourceId;
        branch.asked = message.incarnation;
        branch.enlistEpoch = message.enlistEpoch;
        final Transaction transaction = transaction(message.transactionId);
        transaction.isHandedOver |= message.kind == WireMessage.Kind.ONE_PHASE_COMMIT;
        transaction.accept(appended);
    }

    /** The coordinator gave a session its id. */
    void opened(final WireMessage message) {
        tokens.put(message.sessionId, message.tokenHigh);
    }

    /** The coordinator refused something: what wasn't begun may be begun later. */
    void refused(final WireMessage message) {
        final Transaction transaction = transactions.get(message.transactionId);
        if (transaction != null
            && (message.value == SubmitDecoder.TEMPLATE_ID || message.value == BeginDecoder.TEMPLATE_ID)) {
            transaction.begunAt = 0;
        }
    }

    /** The settings of a coordinator; which of several holds for a transaction isn't told apart. */
    void timeout(final int defaultMs) {
        shortestDefaultMs = Math.min(shortestDefaultMs, defaultMs);
        longestDefaultMs = Math.max(longestDefaultMs, defaultMs);
    }

    /**
     * The coordinator confirmed a join.
     *
     * @param message  that says so.
     * @param appended number of records that had been appended then.
     */
    void joined(final WireMessage message, final long appended) {
        if (!ended.contains(message.transactionId)) {
            transaction(message.transactionId).branch(message.branchId);
            transaction(message.transactionId).accept(appended);
        }
    }

    /** Nothing more is asked about it: it is decided, or what happened to it was not seen. */
    void forget(final long transactionId) {
        transactions.remove(transactionId);
        ended.add(transactionId);
    }

    /** What the coordinator has said was perhaps said of a begin that is lost, behind one that was refused. */
    void loseTail() {
        transactions.values().forEach(transaction -> transaction.acceptedAt = NOT_ACCEPTED);
    }

    /** @return number of records so far. */
    long records() {
        return ordinal;
    }

    /** The next record; its messages follow. */
    void record(final long timeNs) {
        ordinal++;
        nowNs = timeNs + downtimeNs;
    }

    /**
     * The next message of the journal.
     *
     * @param linkId  over which it came.
     * @param message that is applied.
     */
    void apply(final int linkId, final WireMessage message) {
        if (ended.contains(message.transactionId)) {
            return;
        }
        switch (message.kind) {
            case EPOCH_STARTED -> {
                epoch = message.epoch;
                downtimeNs += message.downtimeNs;
                nowNs += message.downtimeNs;
                sessions.values().forEach(session -> session.link = 0);
                processes.values().forEach(process -> process.link = 0);
            }
            case REGISTER -> register(linkId, message);
            case UNREGISTER -> {
                final Process process = process(message.resourceId, message.incarnation);
                if (process != null && process.link == linkId) {
                    replace(process, 0);
                }
            }
            case SESSION_CLOSE -> {
                final Session session = session(message.sessionId);
                if (session != null && session.link == linkId) {
                    end(session);
                }
            }
            case HOST_EVENT -> hostEvent(linkId, message);
            case SUBMIT -> begin(linkId, message, false);
            case SUBMIT_BRANCH -> {
                final Branch branch = transaction(message.transactionId).branch(message.branchId);
                branch.resource = message.resourceId;
                branch.hadNobody |= !isServed(message.resourceId);
            }
            case BEGIN -> begin(linkId, message, true);
            case ENLIST -> transaction(message.transactionId).joined.putIfAbsent(message.branchId, message.resourceId);
            case ROLLBACK_REQUEST -> transaction(message.transactionId).isRollbackAsked = true;
            case COMMIT_REQUEST -> transaction(message.transactionId).isComplete = true;
            case COMMIT_EXPECTS -> transaction(message.transactionId).branch(message.branchId);
            case VOTE -> vote(linkId, message);
            case ONE_PHASE_RESULT -> result(linkId, message);
            default -> { }
        }
    }

    private Transaction transaction(final long transactionId) {
        return transactions.computeIfAbsent(transactionId, id -> new Transaction());
    }

    /** A repeated one finds it there already; one over a former link, or of an earlier epoch's session, is nothing. */
    private void begin(final int linkId, final WireMessage message, final boolean isInteractive) {
        final Session session = session((int) (message.transactionId >>> 32));
        final boolean mayBegin = session != null && !session.hasEnded && session.link == linkId
            && session.openedInEpoch == epoch;
        final Transaction transaction = transaction(message.transactionId);
        transaction.isInteractive = isInteractive;
        transaction.isComplete |= !isInteractive;
        transaction.mayHaveBegun |= mayBegin;
        if (mayBegin && transaction.begunAt == 0) {
            transaction.begunAt = ordinal;
            transaction.begunEpoch = epoch;
            transaction.begunNs = nowNs;
            transaction.timeoutMs = message.timeoutMs;
        }
        if (mayBegin && ordinal <= transaction.acceptedAt) {
            transaction.lastBegunAt = ordinal;
            final long timeoutMs = message.timeoutMs == 0 ? longestDefaultMs : message.timeoutMs;
            deadlines.add(new Deadline(nowNs + timeoutMs * NANOS_PER_MILLI, ordinal, message.transactionId));
        }
    }

    /** In the grace period a process is there only when its session is back. */
    private boolean isServed(final int resource) {
        return processes.entrySet().stream().anyMatch(entry -> {
            final Session session = entry.getValue().session;
            return entry.getKey().resource == resource && session != null
                && (session.seenInEpoch == epoch || session.link != 0 && session.link == entry.getValue().link);
        });
    }

    private void register(final int linkId, final WireMessage message) {
        final Session session = session(message.sessionId);
        if (session == null || session.hasEnded || session.link != linkId) {
            return;
        }
        final int resource = resources.computeIfAbsent(message.text, name -> resources.size() + 1);
        final Process process =
            processes.computeIfAbsent(new Place(resource, message.instance), place -> new Process());
        if (process.former.contains(message.incarnation)) {
            return;
        }
        if (process.incarnation != message.incarnation) {
            replace(process, message.incarnation);
        }
        process.session = session;
        process.link = linkId;
        connectedEpochs.put(resource, epoch);
        if ((message.flags & CAN_DECIDE) != 0) {
            delegates.add(resource);
        }
    }

    private void replace(final Process process, final long incarnation) {
        process.former.addFirst(process.incarnation);
        if (process.former.size() > FORMER_KNOWN) {
            process.former.removeLast();
        }
        process.incarnation = incarnation;
        process.changedAt = process.former.getFirst() == 0 ? process.changedAt : ordinal;
        process.session = null;
        process.link = 0;
    }

    private Session session(final int sessionId) {
        return sessions.get(tokens.getOrDefault(sessionId, 0L));
    }

    /** A handshake over an earlier link that has no session, or none any more: its peer has left it. */
    private boolean isLate(final int linkId, final Session session) {
        return linkId < session.link && sessions.values().stream().noneMatch(other -> other.link == linkId);
    }

    private void hostEvent(final int linkId, final WireMessage message) {
        switch (message.value) {
            case SessionOpeningDecoder.TEMPLATE_ID, SessionResumingDecoder.TEMPLATE_ID -> {
                final Session session = sessions.computeIfAbsent(message.tokenHigh, token -> new Session());
                if (!isLate(linkId, session)) {
                    attach(session, linkId);
                }
            }
            case LinkLostDecoder.TEMPLATE_ID -> sessions.values().stream()
                .filter(session -> session.link == linkId).forEach(this::end);
            case GraceEndedDecoder.TEMPLATE_ID -> sessions.values().stream()
                .filter(session -> session.seenInEpoch != epoch).forEach(this::end);
            default -> { }
        }
    }

    private void attach(final Session session, final int linkId) {
        session.link = linkId;
        session.openedInEpoch = session.openedInEpoch == 0 ? epoch : session.openedInEpoch;
        session.seenInEpoch = epoch;
    }

    private void end(final Session session) {
        session.link = 0;
        session.hasEnded = true;
        for (final Process process : processes.values()) {
            if (process.session == session) {
                process.changedAt = ordinal;
                process.session = null;
                process.link = 0;
            }
        }
    }

    /** The process that answers for a resource over a link; null: nobody does. */
    private Process answering(final int resource, final int linkId) {
        for (final Map.Entry<Place, Process> entry : processes.entrySet()) {
            final Process process = entry.getValue();
            if (entry.getKey().resource == resource && process.link == linkId && process.session != null
                && process.session.link == linkId) {
                return process;
            }
        }
        return null;
    }

    private void vote(final int linkId, final WireMessage message) {
        final Transaction transaction = transactions.get(message.transactionId);
        final Branch branch = transaction == null ? null : transaction.branches.get(message.branchId);
        final Process voter = answering(message.resourceId, linkId);
        if (branch == null || voter == null || branch.hasVoted || branch.resource != message.resourceId
            || branch.asked != voter.incarnation || branch.enlistEpoch != message.enlistEpoch) {
            return;
        }
        branch.hasVoted = true;
        branch.hasConsented = message.value == YES || message.value == READ_ONLY;
        branch.consentEpoch = message.value == YES ? epoch : Integer.MAX_VALUE;
        voted = message.transactionId;
    }

    private void result(final int linkId, final WireMessage message) {
        final Transaction transaction = transactions.get(message.transactionId);
        final Branch branch = transaction == null ? null : transaction.branches.get(message.branchId);
        if (branch != null && !branch.hasVoted && branch.resource == message.resourceId
            && answering(message.resourceId, linkId) != null) {
            branch.hasVoted = true;
            branch.hasConsented = message.value == COMMITTED;
            branch.consentEpoch = Integer.MAX_VALUE;
            transaction.isDelegated = true;
        }
    }

    /** @return the transaction to which the last message brought a vote; 0: none. */
    long takeVoted() {
        final long last = voted;
        voted = 0;
        return last;
    }

    /**
     * Without a begin that counts, copies of what a lost one brought about are nothing. That one counts the coordinator
     * knows better, which refuses sessions: this doesn't say that it must not have begun.
     *
     * @return whether a transaction must have committed by now.
     */
    boolean mustCommit(final long transactionId) {
        return commits(transactionId) && transactions.get(transactionId).mayHaveBegun;
    }

    /** @return whether a transaction may commit, or have committed, by what the journal says so far. */
    boolean commits(final long transactionId) {
        final Transaction transaction = transactions.get(transactionId);
        if (transaction == null || !transaction.isComplete || transaction.branches.isEmpty()) {
            return false;
        }
        for (final Branch branch : transaction.branches.values()) {
            final boolean isBacked = transaction.isDelegated || branch.consentEpoch >= epoch
                || connectedEpochs.getOrDefault(branch.resource, 0) == epoch;
            if (!branch.hasConsented || !isBacked) {
                return false;
            }
        }
        return true;
    }

    /**
     * Holds a reason to roll back against the journal.
     *
     * @param transactionId of a transaction that is decided to roll back.
     * @param reason        an AbortReason.
     * @param causeBranchId that it names.
     * @return what speaks against it; null: nothing does, or what began it was not seen.
     */
    String objection(final long transactionId, final int reason, final int causeBranchId) {
        final Transaction transaction = transactions.get(transactionId);
        if (transaction == null || transaction.begunAt == 0) {
            return null;
        }
        final Branch branch = transaction.branches.getOrDefault(causeBranchId, UNKNOWN_BRANCH);
        final int resource = branch.resource != 0
            ? branch.resource : transaction.joined.getOrDefault(causeBranchId, 0);
        if (reason != DEADLINE && reason != CLIENT_LOST && commits(transactionId)) {
            return "all have consented";
        }
        final boolean isThere = switch (reason) {
            case CLIENT_REQUEST -> transaction.isRollbackAsked;
            // the second one that can't prepare is never asked
            case VOTE_NO -> transaction.branches.values().stream().anyMatch(Branch::hasRefused)
                || branch.asked == 0 && delegates.contains(resource);
            case DEADLINE -> nowNs >= transaction.begunNs
                + NANOS_PER_MILLI * (transaction.timeoutMs == 0 ? shortestDefaultMs : transaction.timeoutMs);
            case NO_PARTICIPANT -> branch.hadNobody && branch.asked == 0;
            case NEW_INCARNATION -> branch.asked == 0
                ? hasChanged(resource, transaction.begunAt) : process(resource, branch.asked) == null;
            case PARTICIPANT_LOST -> transaction.isInteractive
                && (branch.asked == 0 ? hasChanged(resource, transaction.begunAt) : isGone(resource, branch.asked));
            case CLIENT_LOST -> transaction.isInteractive && hasEnded((int) (transactionId >>> 32));
            case COORDINATOR_RESTART -> transaction.isInteractive && transaction.begunEpoch < epoch;
            case ONE_PHASE_ABORTED -> branch.hasRefused();
            default -> true; // TWO_INCARNATIONS and OPERATOR: see AC4
        };
        return isThere ? null : "the journal has no such reason";
    }

    /** Whether a process that served a resource has left or was replaced in a record, or later. */
    private boolean hasChanged(final int resource, final long since) {
        return processes.entrySet().stream().anyMatch(
            entry -> entry.getKey().resource == resource && entry.getValue().changedAt >= since);
    }

    private Process process(final int resource, final long incarnation) {
        return processes.entrySet().stream()
            .filter(entry -> entry.getKey().resource == resource && entry.getValue().incarnation == incarnation)
            .map(Map.Entry::getValue).findFirst().orElse(null);
    }

    private boolean isGone(final int resource, final long incarnation) {
        final Process process = process(resource, incarnation);
        return process == null || process.session == null || process.changedAt == ordinal;
    }

    private boolean hasEnded(final int sessionId) {
        final Session session = session(sessionId);
        return session == null || session.hasEnded;
    }

    /** @return why {@link #commits} says no, for whoever reads a violation. */
    String describe(final long transactionId) {
        final Transaction transaction = transactions.get(transactionId);
        if (transaction == null) {
            return "it is unknown";
        }
        final StringBuilder text = new StringBuilder(transaction.mayHaveBegun ? "begun, " : "never begun, ");
        text.append(transaction.isComplete ? "complete" : "not complete");
        transaction.branches.forEach((id, branch) -> text.append(", branch ").append(id)
            .append(branch.asked == 0 ? " not asked" : " asked")
            .append(branch.hasConsented ? " has consented" : branch.hasVoted ? " has refused" : " has not voted")
            .append(" in epoch ").append(branch.consentEpoch));
        return text + ", epoch " + epoch;
    }

    /** From now on it isn't known what has been decided of all that began before. */
    void expectNothing() {
        deadlines.clear();
    }

    /**
     * @param timeNs  logical time of the coordinator.
     * @param boundNs that is granted.
     * @return a transaction that should have been decided so long ago; 0: there is none.
     */
    long takeOverdue(final long timeNs, final long boundNs) {
        while (!deadlines.isEmpty() && deadlines.peek().timeNs + boundNs < timeNs + downtimeNs) {
            final Deadline deadline = deadlines.poll();
            final Transaction transaction = transactions.get(deadline.transactionId);
            if (transaction != null && transaction.acceptedAt != NOT_ACCEPTED
                && transaction.lastBegunAt == deadline.begunAt
                && !mayBeDelegated(transaction)) {
                return deadline.transactionId;
            }
        }
        return 0;
    }

    /** A deadline doesn't touch what a delegate decides. */
    private boolean mayBeDelegated(final Transaction transaction) {
        return transaction.isComplete && (transaction.isHandedOver
            || transaction.branches.values().stream().anyMatch(
                branch -> branch.asked == 0 && (branch.resource == 0 || delegates.contains(branch.resource))));
    }
}
