package io.dtm.simulation.check;

import io.dtm.codec.message.GraceEndedDecoder;
import io.dtm.codec.message.LinkLostDecoder;
import io.dtm.codec.message.SessionOpeningDecoder;
import io.dtm.codec.message.SessionResumingDecoder;
import io.dtm.simulation.network.WireMessage;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The specification of two-phase commit, written down naively: who may vote, what a vote counts, and when a transaction
 * is to commit. It reads the journal's records, one after the other, and says for each what the coordinator must have
 * decided by then. Knows nothing of time, repetition or roll-back: whether an abort had its reason is asserted by AC4.
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
    /** Who comes back after so many others is taken for a new one. */
    private static final int FORMER_KNOWN = 16;

    private record Place(int resource, String instance) {
    }

    /** A process that serves a resource. */
    private static final class Process {
        private long incarnation;
        /** The last ones that it took the place of. */
        private final ArrayDeque<Long> former = new ArrayDeque<>();
        private Session session;
        private int link;
    }

    private static final class Session {
        private int link;
        private int seenInEpoch;
        private boolean hasEnded;
    }

    private static final class Branch {
        private int resource;
        /** Process and epoch that PREPARE names; 0: it was not asked. */
        private long asked;
        private int enlistEpoch;
        private boolean hasVoted;
        private boolean hasConsented;
        private int consentEpoch;
    }

    private static final class Transaction {
        private final Map<Integer, Branch> branches = new HashMap<>();
        /** All branches are known. */
        private boolean isComplete;
        /** A delegate has committed: the others' consents counted when it was asked to. */
        private boolean isDelegated;

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

    /** The coordinator asked a branch: what it says of process and qualifier is what a vote is held against. */
    void asked(final WireMessage message) {
        if (ended.contains(message.transactionId)) {
            return;
        }
        final Branch branch = transaction(message.transactionId).branch(message.branchId);
        branch.resource = message.resourceId;
        branch.asked = message.incarnation;
        branch.enlistEpoch = message.enlistEpoch;
    }

    /** The coordinator gave a session its id. */
    void opened(final WireMessage message) {
        tokens.put(message.sessionId, message.tokenHigh);
    }

    /** The coordinator confirmed a join. */
    void joined(final WireMessage message) {
        if (!ended.contains(message.transactionId)) {
            transaction(message.transactionId).branch(message.branchId);
        }
    }

    /** Nothing more is asked about it: it is decided, or what happened to it was not seen. */
    void forget(final long transactionId) {
        transactions.remove(transactionId);
        ended.add(transactionId);
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
                sessions.values().forEach(session -> session.link = 0);
                processes.values().forEach(process -> process.link = 0);
            }
            case REGISTER -> register(linkId, message);
            case UNREGISTER -> processes.values().stream().filter(process -> process.link == linkId)
                .forEach(process -> replace(process, 0));
            case SESSION_CLOSE -> {
                final Session session = session(message.sessionId);
                if (session != null && session.link == linkId) {
                    end(session);
                }
            }
            case HOST_EVENT -> hostEvent(linkId, message);
            case SUBMIT -> transaction(message.transactionId).isComplete = true;
            case SUBMIT_BRANCH -> transaction(message.transactionId).branch(message.branchId).resource =
                message.resourceId;
            case COMMIT_REQUEST -> transaction(message.transactionId).isComplete = true;
            case COMMIT_EXPECTS -> joined(message);
            case VOTE -> vote(linkId, message);
            case ONE_PHASE_RESULT -> result(linkId, message);
            default -> { }
        }
    }

    private Transaction transaction(final long transactionId) {
        return transactions.computeIfAbsent(transactionId, id -> new Transaction());
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
    }

    private static void replace(final Process process, final long incarnation) {
        process.former.addFirst(process.incarnation);
        if (process.former.size() > FORMER_KNOWN) {
            process.former.removeLast();
        }
        process.incarnation = incarnation;
        process.session = null;
        process.link = 0;
    }

    private Session session(final int sessionId) {
        return sessions.get(tokens.getOrDefault(sessionId, 0L));
    }

    private void hostEvent(final int linkId, final WireMessage message) {
        switch (message.value) {
            case SessionOpeningDecoder.TEMPLATE_ID, SessionResumingDecoder.TEMPLATE_ID ->
                attach(sessions.computeIfAbsent(message.tokenHigh, token -> new Session()), linkId);
            case LinkLostDecoder.TEMPLATE_ID -> sessions.values().stream()
                .filter(session -> session.link == linkId).forEach(this::end);
            case GraceEndedDecoder.TEMPLATE_ID -> sessions.values().stream()
                .filter(session -> session.seenInEpoch != epoch).forEach(this::end);
            default -> { }
        }
    }

    private void attach(final Session session, final int linkId) {
        session.link = linkId;
        session.seenInEpoch = epoch;
    }

    private void end(final Session session) {
        session.link = 0;
        session.hasEnded = true;
        for (final Process process : processes.values()) {
            if (process.session == session) {
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

    /** @return whether a transaction is to commit, or to have committed, by what the journal says so far. */
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

    /** @return why {@link #commits} says no, for whoever reads a violation. */
    String describe(final long transactionId) {
        final Transaction transaction = transactions.get(transactionId);
        if (transaction == null) {
            return "it is unknown";
        }
        final StringBuilder text = new StringBuilder(transaction.isComplete ? "complete" : "not complete");
        transaction.branches.forEach((id, branch) -> text.append(", branch ").append(id)
            .append(branch.asked == 0 ? " not asked" : " asked")
            .append(branch.hasConsented ? " has consented" : branch.hasVoted ? " has refused" : " has not voted")
            .append(" in epoch ").append(branch.consentEpoch));
        return text + ", epoch " + epoch;
    }
}
