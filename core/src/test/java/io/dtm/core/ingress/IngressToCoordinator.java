package io.dtm.core.ingress;

import io.dtm.codec.FrameValidator;
import io.dtm.codec.Origin;
import io.dtm.core.LinkReplies;
import io.dtm.core.SlowLinks;
import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.CoordinatorSettings;
import io.dtm.core.event.EventAdapter;
import io.dtm.core.fake.FakeAdmission;
import io.dtm.core.fake.FakeLinks;
import io.dtm.core.fake.GuardedBuffer;
import io.dtm.core.fake.PeerMessages;
import io.dtm.core.recovery.EpochStart;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.RecoveryOutput;
import io.dtm.core.recovery.StartEvents;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;

/**
 * The ingress agent with a real coordinator right behind it, driven by hand. A client and a participant that serves
 * resource 1 have a session each, in epoch 1.
 */
final class IngressToCoordinator implements EventPublisher, CoordinatorLevels {
    static final int FIRST_LINK = 6;
    static final int CLIENT_LINK = FIRST_LINK;
    static final int BANK_LINK = FIRST_LINK + 1;
    static final long CLIENT_SESSION = 1;
    private static final int BANK_SESSION = 2;
    private static final CoordinatorSettings SETTINGS = new CoordinatorSettings(
        2_000, 4_000, 100, 8, 64, 256, 64, 12, 16, 2, 4096, 16, 3_000, 20, 300, CoordinatorSettings.DURABILITY_FORCE);
    private static final int DUTY_CYCLES = 3;

    final FakeLinks links = new FakeLinks();
    final CommitCoordinator coordinator = new CommitCoordinator(new RecoveryOutput());
    private final EventAdapter adapter = new EventAdapter(coordinator);
    private final LinkReplies replies = new LinkReplies();
    private final IngressAgent agent;
    private long nowNs = 1_000;
    private long published = -1;
    private long token;

    IngressToCoordinator() {
        agent = new IngressAgent(new IngressConfig(
            links, this, this, () -> true, new SlowLinks(4), replies, new FakeAdmission(), () -> ++token,
            (reason, linkId) -> { }, new OperatorCommands(), new LogicalClock(() -> nowNs, 0), () -> 0,
            StartEvents.after(Recovered.NOTHING, new EpochStart(5, 55, 0), SETTINGS),
            TimeUnit.SECONDS.toNanos(10), TimeUnit.SECONDS.toNanos(2), 4, 8, 16));
        links.up(CLIENT_LINK).send(CLIENT_LINK, PeerMessages.sessionOpen(1, "client", "alice", 0, 0));
        links.up(BANK_LINK).send(BANK_LINK, PeerMessages.sessionOpen(1, "bank", "bank", 0, 0));
        links.send(BANK_LINK, PeerMessages.register(2, BANK_SESSION, "bank", 0, 0));
        work();
        if (links.waiting() > 0 || published < 0) {
            throw new AssertionError("it didn't start");
        }
    }

    void work() {
        for (int i = 0; i < DUTY_CYCLES; i++) {
            readReplies();
            agent.doWork();
        }
    }

    private void readReplies() {
        replies.read(new LinkReplies.Handler() {
            @Override
            public void onReply(
                final int linkId,
                final int templateId,
                final int blockLength,
                final DirectBuffer buffer,
                final int offset,
                final int length) {
                buffer.boundsCheck(offset, length);
            }

            @Override
            public void onClose(final int linkId) {
                links.down(linkId);
            }
        }, Integer.MAX_VALUE);
    }

    /** Some seconds pass, in steps of one. */
    void pass() {
        for (int i = 0; i < 6; i++) {
            nowNs += TimeUnit.SECONDS.toNanos(1);
            agent.doWork();
        }
    }

    @Override
    public boolean hasRoomFor(final int length) {
        return true;
    }

    @Override
    public long offer(
        final int linkId, final long timeNs, final DirectBuffer buffer, final int offset, final int length) {
        if (FrameValidator.validate(buffer, offset, length, Origin.HOST) != FrameValidator.Verdict.VALID) {
            throw new AssertionError("an invalid frame reached the ring");
        }
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        final GuardedBuffer slot = new GuardedBuffer(bytes, 0, length);
        adapter.onFrame(linkId, timeNs, slot.buffer(), 0);
        slot.checkUnchanged();
        return ++published;
    }

    @Override
    public long consumed() {
        return published;
    }

    @Override
    public long nextWakeUpNs() {
        return coordinator.nextWakeUpNs();
    }

    @Override
    public boolean hasContinuation() {
        return coordinator.hasContinuation();
    }

    @Override
    public int contradictions() {
        return 0;
    }
}
