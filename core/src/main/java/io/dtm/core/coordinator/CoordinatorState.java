package io.dtm.core.coordinator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.LongArrayList;

/**
 * All that the coordinator knows, and the frame that is being applied. The classes around it are its behaviour. A
 * function of the events alone; touched by the coordinator stage only.
 */
final class CoordinatorState {
    static final long NANOS_PER_MILLI = 1_000_000L;
    /** Sessions attached to one link: an old one to finish and to ask, a new one, and what clients have kept. */
    static final int MAX_SESSIONS_OF_LINK = 64;
    /** More sessions than a lost history can have opened. */
    static final int SESSIONS_SKIPPED = 1 << 24;

    private static final int FORGOTTEN_AT_ONCE = 2;

    final CoordinatorOutput output;
    CoordinatorSettings settings = CoordinatorSettings.defaults();

    // the frame
    int linkId;
    /** Includes the downtimes that were reported: they bring undecided deadlines nearer. */
    long nowNs;
    private long downtimeNs;

    // identity
    long coordinatorId;
    int epoch;
    int generation;
    /** First epoch of the current generation: presumed abort holds for its transactions only (rule 12). */
    int generationEpoch;
    long nonce;
    /** Of the epochs of this generation. */
    final LongArrayList nonces = new LongArrayList();
    /** Where the journal ended when each of the epochs of this generation began. */
    final LongArrayList recoveredEnds = new LongArrayList();
    long recoveredEnd;
    boolean recoveryConfirmed;
    boolean graceOver;
    boolean storageRefused;

    // sessions
    int lastSessionId;
    final List<Session> sessions = new ArrayList<>();
    final Int2ObjectHashMap<Session> sessionById = new Int2ObjectHashMap<>();
    int openSessions;
    int sweepingSessions;
    /** Ended sessions without transactions, kept for late questions; oldest first. */
    private final ArrayDeque<Session> retired = new ArrayDeque<>();

    // resources: their ids are their index plus one
    final List<Resource> resources = new ArrayList<>();
    int sweepingResources;

    // transactions
    private static final int FIRST_TRANSACTIONS = 1024;
    final Long2ObjectHashMap<Transaction> transactionById = new Long2ObjectHashMap<>(FIRST_TRANSACTIONS, 0.55f);
    final PhaseList active = new PhaseList();
    final PhaseList preparing = new PhaseList();
    final TimerHeap timers = new TimerHeap();
    final PayloadStore payloads = new PayloadStore();
    final RetainedOutcomes retained = new RetainedOutcomes();
    private long lastOrdinal;
    private Transaction freeTransactions;

    CoordinatorState(final CoordinatorOutput output) {
        this.output = output;
    }

    void startFrame(final int frameLinkId, final long timeNs) {
        if (timeNs + downtimeNs < nowNs) {
            throw new IllegalStateException("time goes back: " + timeNs);
        }
        linkId = frameLinkId;
        nowNs = timeNs + downtimeNs;
    }

    void addDowntime(final long ns) {
        downtimeNs += ns;
        nowNs += ns;
    }

    /** @return a time of this state as the host's logical time. */
    long toLogicalTime(final long timeNs) {
        return timeNs - downtimeNs;
    }

    long downtimeNs() {
        return downtimeNs;
    }

    long nextOrdinal() {
        return ++lastOrdinal;
    }

    long lastOrdinal() {
        return lastOrdinal;
    }

    /** @return the nonce of that epoch; 0 if it is not in this generation's chain (rule 12). */
    long nonceAt(final int ofEpoch) {
        final int index = ofEpoch - generationEpoch;
        return index >= 0 && index < nonces.size() ? nonces.getLong(index) : 0L;
    }

    /**
     * What a peer is told of the epoch that it knows.
     *
     * @return the nonce in the chain. Of an epoch before an operator's restore the peer's own: there may be several
     *     histories up to there, and the operator has said that this generation follows them all.
     */
    long nonceAt(final int ofEpoch, final long knownNonce) {
        return ofEpoch >= 1 && ofEpoch < generationEpoch ? knownNonce : nonceAt(ofEpoch);
    }

    /** @return where the journal of an epoch of this generation ended; the greatest value as long as it goes on. */
    long endOf(final int ofEpoch) {
        final int next = ofEpoch + 1 - generationEpoch;
        return next < recoveredEnds.size() ? recoveredEnds.getLong(next) : Long.MAX_VALUE;
    }

    /**
     * An operator has put the directory back to an earlier point. Session ids that were given out after it must not be
     * given out again, neither by another restore of the same backup: so they go on far above, and by chance, which the
     * nonce is.
     */
    void restored(final int restoredEpoch, final long restoredNonce) {
        nonces.clear();
        recoveredEnds.clear();
        final long first = Math.max((long) lastSessionId + SESSIONS_SKIPPED, restoredEpoch)
            + (restoredNonce & (SESSIONS_SKIPPED - 1));
        lastSessionId = (int) Math.min(Integer.MAX_VALUE, first);
    }

    Session session(final int sessionId) {
        return sessionById.get(sessionId);
    }

    void add(final Session session) {
        sessions.add(session);
        sessionById.put(session.id, session);
        if (!session.ended) {
            openSessions++;
        }
    }

    /**
     * An ended session whose last transaction has ended stays for those who ask for outcomes; as long as those are
     * kept, and as many as may be open. One that never began anything is forgotten at once.
     */
    void retireIfEmpty(final Session session) {
        if (!session.ended || session.firstTransaction != null || session.sweeping || session.retiredOrdinal != 0) {
            return;
        }
        if (session.highestCounter == 0) {
            forget(session); // resumed by nobody: see SessionEvents
            return;
        }
        retire(session);
        final long retentionNs = settings.retentionMs() * NANOS_PER_MILLI;
        for (int i = 0; i < FORGOTTEN_AT_ONCE; i++) {
            final Session oldest = retired.getFirst();
            if (retired.size() <= settings.maxSessions() && nowNs - oldest.retiredNs <= retentionNs) {
                break;
            }
            retired.removeFirst();
            if (oldest.linkId == 0) {
                forget(oldest);
            } else {
                retire(oldest); // somebody is asking
            }
        }
    }

    private void retire(final Session session) {
        session.retiredOrdinal = nextOrdinal();
        session.retiredNs = nowNs;
        retired.addLast(session);
    }

    private void forget(final Session session) {
        sessionById.remove(session.id);
        sessions.remove(indexOf(session));
    }

    private int indexOf(final Session session) {
        int low = 0;
        int high = sessions.size() - 1;
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (sessions.get(middle).id < session.id) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** @return whether one more session may be attached to the frame's link: what its loss emits is bounded. */
    boolean hasLinkRoom() {
        return sessionsOfLink() < MAX_SESSIONS_OF_LINK;
    }

    /** @return number of sessions that are attached to the frame's link. */
    int sessionsOfLink() {
        int attached = 0;
        for (int i = 0; i < sessions.size(); i++) {
            if (sessions.get(i).linkId == linkId) {
                attached++;
            }
        }
        return attached;
    }

    long deadlineNs(final int timeoutMs) {
        return nowNs + (timeoutMs == 0 ? settings.defaultTimeoutMs() : timeoutMs) * NANOS_PER_MILLI;
    }

    Resource resource(final int resourceId) {
        return resourceId >= 1 && resourceId <= resources.size() ? resources.get(resourceId - 1) : null;
    }

    /** @return the key under which the sending of a message over this link is remembered. */
    long over(final int ofLinkId) {
        return (long) epoch << 32 | ofLinkId;
    }

    Transaction newTransaction(final long id, final Session session, final boolean interactive) {
        Transaction transaction = freeTransactions;
        if (transaction == null) {
            transaction = new Transaction();
        } else {
            freeTransactions = transaction.nextFree;
            transaction.nextFree = null;
        }
        transaction.start(id, session, interactive, epoch);
        return transaction;
    }

    /** Takes over what only this class changes; the sessions' places follow. */
    void restore(final long restoredNowNs, final long restoredDowntimeNs, final long restoredOrdinal) {
        nowNs = restoredNowNs;
        downtimeNs = restoredDowntimeNs;
        lastOrdinal = restoredOrdinal;
    }

    void restoreRetired() {
        final List<Session> kept = new ArrayList<>(sessions);
        kept.removeIf(session -> session.retiredOrdinal == 0);
        kept.sort(Comparator.comparingLong(session -> session.retiredOrdinal));
        retired.addAll(kept);
    }

    /** Takes a transaction into the state: from now on its id is used. */
    void admit(final Transaction transaction) {
        transactionById.put(transaction.id, transaction);
        transaction.session.add(transaction);
        transaction.session.highestCounter = counterOf(transaction.id);
    }

    /** Takes a transaction, and what is left of its branches, out of the state. */
    void release(final Transaction transaction) {
        transactionById.remove(transaction.id);
        transaction.session.remove(transaction);
        timers.cancel(transaction);
        recycle(transaction);
    }

    /** Gives back a transaction that is not, or no longer, in the state. */
    void recycle(final Transaction transaction) {
        if (transaction.phaseList != null) {
            transaction.phaseList.remove(transaction);
        }
        for (int i = 0; i < transaction.branchCount; i++) {
            dropBranch(transaction.branches[i]);
        }
        transaction.session = null;
        transaction.nextFree = freeTransactions;
        freeTransactions = transaction;
    }

    /** The branch needs nothing more. */
    void dropBranch(final Branch branch) {
        branch.state = Branch.State.DONE;
        freePayload(branch);
        if (branch.resource != null) {
            branch.resource.remove(branch);
        }
    }

    void freePayload(final Branch branch) {
        if (branch.payloadLength > 0) {
            payloads.free(branch.payloadBlock, branch.payloadLength);
            branch.payloadBlock = PayloadStore.NONE;
            branch.payloadLength = 0;
        }
    }

    static int sessionIdOf(final long transactionId) {
        return (int) (transactionId >>> 32);
    }

    static long counterOf(final long transactionId) {
        return transactionId & 0xFFFF_FFFFL;
    }
}
