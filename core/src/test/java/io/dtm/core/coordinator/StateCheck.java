package io.dtm.core.coordinator;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Whether everything that a coordinator's state says twice agrees: lists, counters, cursors, timers, pools. */
public final class StateCheck {
    private final CoordinatorState state;
    private final Map<Resource, Integer> unfinished = new HashMap<>();
    private final Set<Transaction> inFlight = new HashSet<>();
    private long payloadBytes;
    private int active;
    private int preparing;
    private int timed;

    private StateCheck(final CoordinatorState state) {
        this.state = state;
    }

    public static void check(final CommitCoordinator coordinator) {
        new StateCheck(coordinator.state).all();
    }

    /** @return the branch's epoch of enlistment; that other one if it isn't in the state. */
    static int enlistEpoch(
        final CommitCoordinator coordinator, final long transactionId, final int branchId, final int otherwise) {
        final Transaction transaction = coordinator.state.transactionById.get(transactionId);
        final Branch branch = transaction == null ? null : transaction.branch(branchId);
        return branch == null ? otherwise : branch.enlistEpoch;
    }

    private void all() {
        sessions();
        phase(state.active, Transaction.State.ACTIVE, active);
        phase(state.preparing, Transaction.State.PREPARING, preparing);
        resources();
        timers();
        require(payloadBytes == state.payloads.heldBytes(), "payload bytes");
        require(inFlight.size() == state.transactionById.size(), "transactions by id");
        require(state.retained.size() <= state.settings.retainedOutcomes(), "retained outcomes");
        state.retained.forEach((id, packed, timeNs) ->
            require(state.transactionById.get(id) == null, "a transaction in flight has ended"));
    }

    private void sessions() {
        int open = 0;
        int sweeping = 0;
        int lastId = 0;
        for (final Session session : state.sessions) {
            require(session.id > lastId && session.id <= state.lastSessionId, "session ids");
            lastId = session.id;
            require(state.session(session.id) == session, "session by id");
            open += session.ended ? 0 : 1;
            sweeping += session.sweeping ? 1 : 0;
            require(session.sweeping || session.cursor == null, "cursor of a session without a sweep");
            final boolean idle = session.ended && !session.sweeping && session.firstTransaction == null;
            require(idle == (session.retiredOrdinal != 0), "retired session");
            require(!idle || session.highestCounter > 0, "a session that nobody can ask about");
            require(session.retiredOrdinal <= state.lastOrdinal(), "retired ordinal");
            transactions(session);
        }
        require(open == state.openSessions, "open sessions");
        require(sweeping == state.sweepingSessions, "sweeping sessions");
        require(state.sessionById.size() == state.sessions.size(), "sessions by id");
    }

    private void transactions(final Session session) {
        boolean cursorSeen = session.cursor == null;
        Transaction previous = null;
        for (Transaction one = session.firstTransaction; one != null; one = one.nextOfSession) {
            require(one.previousOfSession == previous, "back link of a session's list");
            require(previous == null || previous.id < one.id, "order of a session's list");
            require(one.session == session && one.id >>> 32 == session.id, "session of a transaction");
            require((one.id & 0xFFFF_FFFFL) <= session.highestCounter, "high-water mark");
            cursorSeen |= one == session.cursor;
            previous = one;
            transaction(one);
        }
        require(session.lastTransaction == previous, "end of a session's list");
        require(cursorSeen, "session's cursor");
    }

    private void transaction(final Transaction one) {
        inFlight.add(one);
        require(state.transactionById.get(one.id) == one, "transaction by id");
        int asked = 0;
        int unended = 0;
        int delegated = 0;
        int lastAgents = 0;
        for (int i = 0; i < one.branchCount; i++) {
            final Branch branch = one.branches[i];
            require(branch.transaction == one, "transaction of a branch");
            require(branch.listed == (branch.state != Branch.State.DONE), "listed branch");
            require(branch.payloadLength == 0 || branch.hasNotVoted() || branch.state == Branch.State.DELEGATED,
                "payload of a branch that has voted");
            require(branch.payloadLength == 0 || !one.isDecided(), "payload of a branch that nobody asks again");
            payloadBytes += PayloadStore.heldBytes(branch.payloadLength);
            asked += branch.state == Branch.State.ASKED ? 1 : 0;
            delegated += branch.state == Branch.State.DELEGATED ? 1 : 0;
            lastAgents += branch.state == Branch.State.ENLISTED ? 1 : 0;
            if (branch.listed) {
                unended++;
                unfinished.merge(branch.resource, 1, Integer::sum);
            }
        }
        require(delegated == (one.state == Transaction.State.DELEGATED ? 1 : 0), "delegated branches");
        timed += one.heapIndex == TimerHeap.ABSENT ? 0 : 1;
        switch (one.state) {
            case ACTIVE -> {
                active++;
                require(one.interactive && one.phaseList == state.active, "active list");
                require(!one.commitRequested || one.missingCount > 0, "a commit that waits for nothing");
                require(one.timerNs == one.deadlineNs, "timer of an active transaction");
            }
            case PREPARING -> {
                preparing++;
                require(one.phaseList == state.preparing, "preparing list");
                require(one.votesOutstanding == asked, "votes outstanding");
                require(lastAgents <= 1, "last agents");
                require(one.heapIndex >= 0 && one.timerNs <= one.deadlineNs, "timer of a preparing transaction");
            }
            case DELEGATED -> require(one.phaseList == null && asked + lastAgents == 0, "delegated transaction");
            case COMMITTING -> {
                require(asked + lastAgents == 0, "committed without a vote");
                decided(one, unended);
            }
            case ABORTING -> {
                require(one.heapIndex >= 0 && one.timerNs <= one.giveUpNs, "timer of an aborting transaction");
                decided(one, unended);
            }
            default -> throw new AssertionError(one.state);
        }
    }

    private void decided(final Transaction one, final int unended) {
        require(one.phaseList == null, "phase of a decided transaction");
        require(one.acksOutstanding == unended && unended > 0, "acknowledgements outstanding");
    }

    private static void phase(final PhaseList list, final Transaction.State phase, final int expected) {
        int count = 0;
        boolean cursorSeen = list.cursor() == null;
        Transaction previous = null;
        for (Transaction one = list.head(); one != null; one = one.nextInPhase) {
            require(one.state == phase && one.previousInPhase == previous, "phase list");
            require(previous == null || previous.ordinal < one.ordinal, "order of a phase list");
            cursorSeen |= one == list.cursor();
            previous = one;
            count++;
        }
        require(count == expected, "length of a phase list");
        require(cursorSeen, "cursor of a phase list");
    }

    private void resources() {
        int sweeping = 0;
        final Map<Session, Integer> served = new HashMap<>();
        for (final Resource resource : state.resources) {
            sweeping += resource.pass == Resource.Pass.NONE ? 0 : 1;
            require(resource.pass != Resource.Pass.NONE || resource.cursor == null, "cursor without a sweep");
            int count = 0;
            boolean cursorSeen = resource.cursor == null;
            Branch previous = null;
            for (Branch one = resource.head; one != null; one = one.nextOfResource) {
                require(one.listed && one.resource == resource && one.previousOfResource == previous, "branch list");
                require(previous == null || previous.ordinal < one.ordinal, "order of a branch list");
                require(inFlight.contains(one.transaction), "branch of a transaction that has ended");
                cursorSeen |= one == resource.cursor;
                previous = one;
                count++;
            }
            require(resource.tail == previous && cursorSeen, "end or cursor of a branch list");
            require(count == unfinished.getOrDefault(resource, 0), "length of a branch list");
            for (final Instance instance : resource.instances) {
                if (instance.session != null) {
                    served.merge(instance.session, 1, Integer::sum);
                    require(!instance.session.ended, "an instance of an ended session");
                } else {
                    require(instance.readyLink == 0, "link of an instance that has gone");
                }
            }
        }
        require(sweeping == state.sweepingResources, "sweeping resources");
        for (final Session session : state.sessions) {
            require(session.servedInstances == served.getOrDefault(session, 0), "served instances");
        }
    }

    private void timers() {
        require(state.timers.size() == timed, "number of timers");
        for (int i = 0; i < state.timers.size(); i++) {
            final Transaction one = state.timers.at(i);
            require(one.heapIndex == i && inFlight.contains(one), "timer of a transaction that has ended");
            require(i == 0 || state.timers.at((i - 1) / 2).timerNs <= one.timerNs, "order of the timers");
        }
    }

    private static void require(final boolean holds, final String what) {
        if (!holds) {
            throw new AssertionError("the state disagrees with itself: " + what);
        }
    }
}
