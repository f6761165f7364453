package io.dtm.core.ingress;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.dtm.codec.message.AckResult;
import io.dtm.codec.message.VoteType;
import io.dtm.core.coordinator.StateCheck;
import io.dtm.core.fake.AllocationBound;
import io.dtm.core.fake.GuardedBuffer;
import io.dtm.core.fake.Message;
import io.dtm.core.fake.PeerMessages;
import java.io.ByteArrayOutputStream;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Hostile links: whatever comes over them, ingress takes it and throws nothing, and what it lets pass leaves the
 * coordinator behind it in a state that agrees with itself. An input is a list of steps, see {@link Script}.
 */
class FuzzedIngressTest {
    /** What the pools take when they grow for the first time: a slab of payloads is half a MiB. */
    private static final long FIRST_BYTES = 1 << 20;
    /** A frame's byte is copied a few times here, and a step, of one byte at least, is an object or two. */
    private static final long BYTES_PER_BYTE = 1024;

    static Stream<byte[]> scripts() {
        final long one = IngressToCoordinator.CLIENT_SESSION << 32 | 1;
        final int client = IngressToCoordinator.CLIENT_LINK;
        final int bank = IngressToCoordinator.BANK_LINK;
        final int other = IngressToCoordinator.FIRST_LINK + 2;
        return Stream.of(
            new Script().frame(client, PeerMessages.submit(one, new int[] {1}, "debit"))
                .frame(bank, PeerMessages.vote(1, one, 0, VoteType.YES, "", 1, 1))
                .frame(bank, PeerMessages.acknowledgement(1, one, 0, AckResult.DONE, 1)),
            new Script().frame(client, PeerMessages.submit(one, new int[] {1}, "debit"))
                .frame(bank, PeerMessages.vote(1, one, 0, VoteType.NO, "no money", 1, 1)),
            new Script().frame(client, PeerMessages.begin(one), PeerMessages.enlist(one, 1, "work"))
                .frame(bank, PeerMessages.enlist(one, 2, "joins")).frame(client, PeerMessages.commit(one, 1, 2)).pass(),
            new Script().frame(client, PeerMessages.begin(one), PeerMessages.rollback(one), PeerMessages.inquire(one)),
            new Script().frame(bank, PeerMessages.inDoubt(one, 1), PeerMessages.onePhaseResult(one, 1, "text")),
            new Script().frame(client, PeerMessages.lookup(3, "bank"), PeerMessages.unregister(1, 77)),
            new Script().frame(client, PeerMessages.sessionClose(1)).down(bank).pass().pass(),
            new Script().up(other).frame(other, PeerMessages.sessionOpen(1, "new", "challenge", 0, 0))
                .frame(other, PeerMessages.challengeResponse("secret")),
            new Script().up(other).frame(other, PeerMessages.sessionResume(1, 1, "alice")),
            new Script().frame(bank, PeerMessages.keepAlive()).frame(bank, PeerMessages.epochRefused()))
            .map(Script::bytes);
    }

    @MethodSource("scripts")
    @FuzzTest
    void shouldTakeWhateverLinksSay(final byte[] input) {
        AllocationBound.hold(
            FIRST_BYTES + BYTES_PER_BYTE * input.length, IngressToCoordinator::new, rig -> play(input, rig));
        final IngressToCoordinator rig = new IngressToCoordinator();
        play(input, rig);
        rig.coordinator.digest();
        StateCheck.check(rig.coordinator);
    }

    private static void play(final byte[] input, final IngressToCoordinator rig) {
        int at = 0;
        while (at < input.length) {
            final int step = input[at++];
            final int link = IngressToCoordinator.FIRST_LINK + (step >> 2 & 3);
            switch (step & 3) {
                case Script.FRAME -> {
                    final int stated = at + 1 < input.length ? input[at] & 0xFF | (input[at + 1] & 0xFF) << 8 : 0;
                    at = Math.min(input.length, at + 2);
                    final int length = Math.min(stated, input.length - at);
                    final GuardedBuffer frame = new GuardedBuffer(input, at, length);
                    rig.links.send(link, frame.buffer(), length);
                    rig.work();
                    frame.checkUnchanged();
                    at += length;
                }
                case Script.UP -> rig.links.up(link);
                case Script.DOWN -> rig.links.down(link);
                default -> rig.pass();
            }
            rig.work();
            assertEquals(0, rig.links.waiting(), "everything is taken");
        }
    }

    /** Writes inputs: each step is a byte that says what happens and at which link, and for a frame its length. */
    private static final class Script {
        static final int FRAME = 0;
        static final int UP = 1;
        static final int DOWN = 2;
        static final int PASS = 3;

        private final ByteArrayOutputStream steps = new ByteArrayOutputStream();

        Script frame(final int link, final Message... messages) {
            final DirectBuffer frame = Message.frame(messages);
            final byte[] bytes = new byte[frame.capacity()];
            frame.getBytes(0, bytes);
            step(FRAME, link);
            steps.write(bytes.length);
            steps.write(bytes.length >> 8);
            steps.writeBytes(bytes);
            return this;
        }

        Script up(final int link) {
            return step(UP, link);
        }

        Script down(final int link) {
            return step(DOWN, link);
        }

        Script pass() {
            return step(PASS, IngressToCoordinator.FIRST_LINK);
        }

        byte[] bytes() {
            return steps.toByteArray();
        }

        private Script step(final int kind, final int link) {
            steps.write(kind | link - IngressToCoordinator.FIRST_LINK << 2);
            return this;
        }
    }
}
