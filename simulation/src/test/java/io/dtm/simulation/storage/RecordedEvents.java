package io.dtm.simulation.storage;

import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.journal.Journal;
import io.dtm.simulation.Episode;
import io.dtm.simulation.EpisodeSettings;
import io.dtm.simulation.engine.RandomStream;
import io.dtm.simulation.fault.Fault;
import io.dtm.simulation.fault.FaultPlan;
import io.dtm.simulation.node.ClientSettings;
import io.dtm.simulation.node.CoordinatorNode;
import io.dtm.simulation.node.ForwardingJournal;
import io.dtm.simulation.resource.ResourceSettings;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a real pipeline appended to its journal while clients, participants and links came and went.
 *
 * @param coordinatorId whose journal it was.
 * @param records       in order.
 */
record RecordedEvents(long coordinatorId, List<Record> records) {
    private static final int TRANSACTIONS = 700;
    private static final long MILLI = 1_000_000L;
    private static final long SECOND = 1_000 * MILLI;

    /**
     * A record as it was appended. Its frame holds one event or many.
     *
     * @param linkId over which it came.
     * @param timeNs logical.
     * @param frame  of it.
     */
    record Record(int linkId, long timeNs, UnsafeBuffer frame) {
    }

    /**
     * @param seed   decides everything.
     * @param number of records, at most.
     * @return the first records of an episode whose coordinator was killed now and then, but lost nothing.
     */
    static RecordedEvents of(final long seed, final int number) {
        final RandomStream random = new RandomStream(seed);
        final EpisodeSettings drawn = EpisodeSettings.draw(random.split("settings"));
        final EpisodeSettings settings = new EpisodeSettings(3, 1, false, false, 2, 1, 0, drawn.network(),
            new ResourceSettings(40_000, 80_000, 500_000, 0, 5_000, MILLI),
            new ClientSettings(
                6, 400_000, 100_000, 30_000, 500_000, 0, 0, 0, 3, 1_000, 30_000, MILLI, 10_000, MILLI, 0),
            drawn.coordinator(), settings(), 1, false,
            FaultPlan.none().with(Fault.PARTICIPANT_CRASH, SECOND / 2).with(Fault.LINK_LOSS, SECOND / 2)
                .with(Fault.CLIENT_CRASH, SECOND).with(Fault.COORDINATOR_KILL, SECOND / 2));
        final List<Record> records = new ArrayList<>();
        final Episode episode = new Episode(random, settings, TRANSACTIONS);
        episode.coordinator().plant(journal -> new RecordingJournal(journal, records));
        episode.run(() -> { });
        return new RecordedEvents(coordinatorIdIn(records), records.subList(0, Math.min(number, records.size())));
    }

    private static long coordinatorIdIn(final List<Record> records) {
        final ReplayedCoordinator coordinator = ReplayedCoordinator.empty();
        for (final Record record : records) {
            coordinator.apply(1, record);
            if (coordinator.coordinatorId() != 0) {
                return coordinator.coordinatorId();
            }
        }
        throw new IllegalStateException("no epoch began");
    }

    /** Few outcomes are retained: the state stays small, and each of thousands of recoveries cheap. */
    private static CoordinatorSettings settings() {
        final CoordinatorSettings usual = CoordinatorSettings.defaults();
        return new CoordinatorSettings(usual.defaultTimeoutMs(), usual.maxTimeoutMs(), usual.sessionTimeoutMs(),
            CoordinatorNode.MAX_BRANCHES, CoordinatorNode.MAX_PAYLOAD_BYTES, CoordinatorNode.MAX_PAYLOAD_BYTES,
            1_000, 1_000, 100, usual.maxInstances(), 1 << 20, 10, usual.retentionMs(), usual.resendInitialMs(),
            usual.resendMaxMs(), usual.durability());
    }

    private static final class RecordingJournal extends ForwardingJournal {
        private final List<Record> records;

        RecordingJournal(final Journal journal, final List<Record> records) {
            super(journal);
            this.records = records;
        }

        @Override
        public long append(
            final int linkId, final long timeNs, final DirectBuffer frame, final int offset, final int length) {
            final byte[] bytes = new byte[length];
            frame.getBytes(offset, bytes);
            records.add(new Record(linkId, timeNs, new UnsafeBuffer(bytes)));
            return super.append(linkId, timeNs, frame, offset, length);
        }
    }
}
