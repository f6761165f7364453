package io.dtm.simulation.explore;

import static io.dtm.core.coordinator.ProtocolCodes.BranchState.ASKED;
import static io.dtm.core.coordinator.ProtocolCodes.BranchState.DONE;
import static io.dtm.core.coordinator.ProtocolCodes.BranchState.ENLISTED;
import static io.dtm.core.coordinator.ProtocolCodes.BranchState.PREPARED;
import static io.dtm.core.coordinator.ProtocolCodes.TransactionState.ABORTING;
import static io.dtm.core.coordinator.ProtocolCodes.TransactionState.COMMITTING;
import static io.dtm.core.coordinator.ProtocolCodes.TransactionState.PREPARING;

import io.dtm.core.coordinator.CheckpointOutput;
import io.dtm.core.coordinator.CheckpointOutput.CoordinatorFlag;
import io.dtm.core.coordinator.CheckpointOutput.SessionFlag;
import io.dtm.core.coordinator.CheckpointOutput.TransactionFlag;
import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.ProtocolCodes.Outcome;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a coordinator's state, as it stands in its checkpoint, says of sessions, processes and transactions. */
final class CoordinatorView {
    private static final int INSTANCES = 16;

    private record Process(long incarnation, int sessionId) {
    }

    private record Branch(
        int state, int resourceId, Process process, long incarnation, int voteEpoch, boolean isSettled) {
        boolean hasNotVoted() {
            return state == ENLISTED || state == ASKED;
        }
    }

    private record Transaction(long id, int state, boolean isInteractive, int reason, List<Branch> branches) {
        boolean isUndecided() {
            return state < COMMITTING;
        }

        int sessionId() {
            return (int) (id >>> Integer.SIZE);
        }
    }

    private final List<Integer> links = new ArrayList<>();
    private final Map<Integer, Boolean> endedSessions = new TreeMap<>();
    private final Map<Integer, Integer> connectedEpochs = new TreeMap<>();
    private final Map<Integer, Process> processes = new TreeMap<>();
    private final Map<Long, Transaction> transactions = new TreeMap<>();
    /** Of those that were or are being rolled back. */
    private final Map<Long, Integer> reasons = new TreeMap<>();
    private final Map<Long, Integer> finished = new TreeMap<>();
    private long coordinatorId;
    private int epoch;
    private int generation;
    private long nonce;
    private long nowNs;
    private boolean isGraceOver;

    private CoordinatorView() {
    }

    static CoordinatorView of(final CommitCoordinator coordinator) {
        final CoordinatorView view = new CoordinatorView();
        coordinator.writeTo((CheckpointOutput) Proxy.newProxyInstance(
            CoordinatorView.class.getClassLoader(), new Class<?>[] {CheckpointOutput.class},
            (proxy, method, values) -> {
                view.add(method.getName(), values);
                return null;
            }));
        return view;
    }

    private void add(final String item, final Object[] values) {
        switch (item) {
            case "coordinator" -> {
                coordinatorId = (long) values[0];
                epoch = (int) values[1];
                generation = (int) values[2];
                nowNs = (long) values[5];
                isGraceOver = ((int) values[10] & CoordinatorFlag.GRACE_OVER) != 0;
            }
            case "nonce" -> nonce = (long) values[1];
            case "session" -> {
                final int sessionId = (int) values[0];
                while (links.size() < sessionId) {
                    links.add(0);
                }
                links.set(sessionId - 1, (int) values[5]);
                endedSessions.put(sessionId, ((int) values[10] & SessionFlag.ENDED) != 0);
            }
            case "resource" -> connectedEpochs.put((int) values[0], (int) values[1]);
            case "instance" -> processes.put(
                (int) values[0] * INSTANCES + (int) values[1], new Process((long) values[2], (int) values[4]));
            case "transaction" -> {
                final long id = (long) values[0];
                final int state = (int) values[1];
                final boolean isInteractive = ((int) values[12] & TransactionFlag.INTERACTIVE) != 0;
                transactions.put(id, new Transaction(id, state, isInteractive, (int) values[6], new ArrayList<>()));
                if (state == ABORTING) {
                    reasons.put(id, (int) values[6]);
                }
            }
            case "branch" -> {
                final int resourceId = (int) values[3];
                transactions.get((long) values[0]).branches.add(new Branch((int) values[2], resourceId,
                    processes.get(resourceId * INSTANCES + (int) values[4]), (long) values[5], (int) values[7],
                    (int) values[9] != 0));
            }
            case "retainedOutcome" -> {
                finished.put((long) values[0], (int) values[1]);
                if ((int) values[1] == Outcome.ABORTED) {
                    reasons.put((long) values[0], (int) values[2]);
                }
            }
            default -> { }
        }
    }

    long coordinatorId() {
        return coordinatorId;
    }

    int epoch() {
        return epoch;
    }

    int generation() {
        return generation;
    }

    long nonce() {
        return nonce;
    }

    /** Time of the last frame. */
    long nowNs() {
        return nowNs;
    }

    /** @return number of transactions that wait for somebody else than an operator. */
    int inFlight() {
        int inFlight = 0;
        for (final Transaction transaction : transactions.values()) {
            inFlight += transaction.state == COMMITTING && transaction.branches.stream().allMatch(
                branch -> branch.isSettled || branch.state == DONE) ? 0 : 1;
        }
        return inFlight;
    }

    boolean isGraceOver() {
        return isGraceOver;
    }

    /** Of each session by id from 1: its link, 0 for none. */
    Ints sessionLinks() {
        return new Ints(links.stream().mapToInt(link -> link).toArray());
    }

    /** @return why transactions were, or are being, rolled back: an AbortReason for each. */
    Map<Long, Integer> abortReasons() {
        return reasons;
    }

    /** @return whom a transaction waits for who can't answer any more, until its deadline; null: nobody. */
    String waitsInVain() {
        for (final Transaction transaction : transactions.values()) {
            if (!transaction.isUndecided()) {
                continue;
            }
            if (transaction.isInteractive && endedSessions.getOrDefault(transaction.sessionId(), true)) {
                return "rule 6: a transaction waits for a client whose session has ended";
            }
            for (final Branch branch : transaction.branches) {
                if (branch.hasNotVoted() && branch.process != null) {
                    if (branch.process.incarnation != branch.incarnation) {
                        return "rule 3: a transaction waits for a process that was replaced";
                    }
                    if (transaction.isInteractive && branch.process.sessionId == 0) {
                        return "rule 6: a transaction waits for a process whose session has ended";
                    }
                }
            }
        }
        return null;
    }

    /**
     * @param before what the state was.
     * @return what must not have happened since; null: nothing.
     */
    String broken(final CoordinatorView before) {
        for (final Transaction transaction : transactions.values()) {
            final long id = transaction.id;
            final Transaction known = before.transactions.get(id);
            if (known == null && !before.finished.containsKey(id)
                && before.endedSessions.getOrDefault(transaction.sessionId(), false)) {
                return "rule 1: a session that has ended begins a transaction";
            }
            if (known != null && known.state == PREPARING && transaction.state == COMMITTING) {
                for (final Branch branch : transaction.branches) {
                    if (branch.state == PREPARED && branch.voteEpoch < epoch
                        && connectedEpochs.get(branch.resourceId) < epoch) {
                        return "rule 6: a YES of an earlier epoch counts before its resource has come back";
                    }
                }
            }
        }
        return null;
    }
}
