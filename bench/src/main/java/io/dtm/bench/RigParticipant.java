package io.dtm.bench;

import io.dtm.client.Dtm;
import io.dtm.participant.BranchId;
import io.dtm.participant.DecisionReply;
import io.dtm.participant.Participant;
import io.dtm.participant.ScanReply;
import io.dtm.participant.VoteReply;
import io.dtm.session.RegistrationListener;
import io.dtm.session.ResourceRegistration;
import java.security.SecureRandom;
import org.agrona.DirectBuffer;
import org.agrona.collections.ObjectHashSet;
import org.agrona.concurrent.IdleStrategy;

/**
 * A participant process of the rig: resources that do nothing. They vote YES and acknowledge at once, on the one thread
 * that runs the driver, the Aeron client and the session.
 */
final class RigParticipant implements Participant {
    static final String READY = "participant ready";
    /** Followed by the numbers of prepared, committed and rolled back branches. */
    static final String COUNTS = "participant counts";

    private static final long SETTLE_NS = 300_000_000L;

    /** What is prepared and not decided, since a scan must report it. */
    private final ObjectHashSet<BranchId> open = new ObjectHashSet<>(1 << 14);
    private long prepared;
    private long committed;
    private long rolledBack;

    private RigParticipant() {
    }

    /** @param arguments see {@link RigPeer}; then the names of the resources that it serves. */
    public static void main(final String[] arguments) {
        final RigStop stop = RigStop.watch(() -> {
        });
        final RigParticipant participant = new RigParticipant();
        final long incarnation = new SecureRandom().nextLong() | 1;
        final int names = arguments.length - RigPeer.ARGUMENTS;
        final Ready ready = new Ready(names);
        try (Dtm dtm = RigPeer.connect(arguments)) {
            for (int i = 0; i < names; i++) {
                dtm.session(0).register(
                    new ResourceRegistration(arguments[RigPeer.ARGUMENTS + i], "rig", incarnation, participant), ready);
            }
            participant.run(dtm, stop, RigPeer.idle(arguments));
        }
        System.out.println(COUNTS + " " + participant.prepared + " " + participant.committed + " "
            + participant.rolledBack);
    }

    /** Until it is told to stop and nothing has come for a while: the last decisions may still be under way. */
    private void run(final Dtm dtm, final RigStop stop, final IdleStrategy idle) {
        long decided = -1;
        long quietSinceNs = 0;
        while (true) {
            idle.idle(dtm.doWork());
            if (stop.isOrdered()) {
                final long nowNs = System.nanoTime();
                if (decided != committed + rolledBack) {
                    decided = committed + rolledBack;
                    quietSinceNs = nowNs;
                } else if (nowNs - quietSinceNs > SETTLE_NS) {
                    return;
                }
            }
        }
    }

    @Override
    public void prepare(
        final BranchId branch,
        final DirectBuffer payload,
        final int offset,
        final int length,
        final VoteReply reply) {
        prepared++;
        open.add(branch);
        reply.yes();
    }

    @Override
    public void commit(final BranchId branch, final DecisionReply reply) {
        committed++;
        open.remove(branch);
        reply.done();
    }

    @Override
    public void rollback(final BranchId branch, final DecisionReply reply) {
        rolledBack++;
        open.remove(branch);
        reply.done();
    }

    @Override
    public void scan(final long coordinatorId, final ScanReply reply) {
        open.forEach(reply::prepared);
        reply.complete();
    }

    private static final class Ready implements RegistrationListener {
        private int missing;

        Ready(final int names) {
            missing = names;
        }

        @Override
        public void onRegistered(final long coordinatorId, final int resourceId, final int epoch) {
            if (--missing == 0) {
                System.out.println(READY);
            }
        }
    }
}
