package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Ack;
import io.dtm.core.coordinator.ProtocolCodes.Decision;
import io.dtm.core.coordinator.ProtocolCodes.OnePhase;
import io.dtm.core.coordinator.ProtocolCodes.Vote;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;

/** A participant's process in a {@link RandomWorld}: does by the book what the library and a database do. */
final class RandomProcess {
    private static final UnsafeBuffer NO_TEXT = new UnsafeBuffer(new byte[0]);

    /** What outlives processes: prepared branches, and the evidence of one-phase commits. */
    static final class Database {
        final String name;
        final int capabilities;
        final TreeMap<Key, Prepared> prepared = new TreeMap<>();
        final Map<Key, Integer> evidence = new HashMap<>();

        Database(final String name, final int capabilities) {
            this.name = name;
            this.capabilities = capabilities;
        }
    }

    /** Of a branch. */
    record Key(long transactionId, int branchId) implements Comparable<Key> {
        @Override
        public int compareTo(final Key other) {
            final int order = Long.compare(transactionId, other.transactionId);
            return order != 0 ? order : Integer.compare(branchId, other.branchId);
        }
    }

    /** A prepared branch. */
    record Prepared(int enlistEpoch, int askedInEpoch) {
    }

    private final RandomWorld world;
    final Database database;
    final String instance;
    final long incarnation;
    int resource;
    int session;
    int link;
    private final Map<Key, Integer> votes = new HashMap<>();
    private final Map<Key, Boolean> rolledBack = new HashMap<>();

    RandomProcess(final RandomWorld world, final Database database, final String instance, final long incarnation) {
        this.world = world;
        this.database = database;
        this.instance = instance;
        this.incarnation = incarnation;
    }

    void onPrepare(final long transactionId, final int branchId, final int enlistEpoch, final long named) {
        world.require(named == incarnation, "PREPARE for another incarnation at " + database.name);
        final Key key = new Key(transactionId, branchId);
        if (rolledBack.containsKey(key)) {
            votes.put(key, Vote.NO);
        }
        final int vote = votes.computeIfAbsent(key, unused -> chooseVote());
        if (vote == Vote.YES && !database.prepared.containsKey(key) && !rolledBack.containsKey(key)
            && world.isUndone(key)) {
            database.prepared.put(key, new Prepared(enlistEpoch, world.epoch()));
        }
        final int epoch = world.epoch();
        world.reply(this, "vote " + vote + " " + key, transactionId, branchId, vote, coordinator -> coordinator.vote(
            resource, epoch, enlistEpoch, transactionId, branchId, vote, NO_TEXT, 0, 0));
    }

    private int chooseVote() {
        final int dice = world.random(10);
        return dice < 7 ? Vote.YES : dice < 9 ? Vote.READ_ONLY : Vote.NO;
    }

    void onDecision(final long transactionId, final int branchId, final int decision, final boolean presumed) {
        final Key key = new Key(transactionId, branchId);
        if (database.prepared.remove(key) != null) {
            world.done(key, decision);
        }
        if (decision == Decision.ROLLBACK) {
            rolledBack.put(key, true);
        }
        if (!presumed) {
            final int epoch = world.epoch();
            world.reply(this, "ack " + decision + " " + key, coordinator -> coordinator.acknowledge(
                resource, epoch, transactionId, branchId, decision, Ack.DONE));
        }
    }

    void onCommitOnePhase(final long transactionId, final int branchId, final long named) {
        final Key key = new Key(transactionId, branchId);
        final int result = database.evidence.computeIfAbsent(key, unused -> {
            final int chosen = named == incarnation && world.random(4) > 0 ? OnePhase.COMMITTED : OnePhase.ABORTED;
            world.done(key, chosen == OnePhase.COMMITTED ? Decision.COMMIT : Decision.ROLLBACK);
            world.delegateAnswered(key, chosen == OnePhase.COMMITTED);
            return chosen;
        });
        final int epoch = world.epoch();
        world.reply(this, "one phase " + result + " " + key, coordinator -> coordinator.onePhaseResult(
            resource, epoch, transactionId, branchId, result, NO_TEXT, 0, 0));
    }

    /** Asks about every branch that is prepared (rule 8). */
    void scan() {
        database.prepared.forEach((key, prepared) -> world.reply(this, "in doubt " + key, coordinator ->
            coordinator.inDoubt(
                CoordinatorScenario.COORDINATOR_ID, resource, key.transactionId, key.branchId,
                prepared.enlistEpoch, 0)));
    }
}
