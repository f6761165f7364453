package io.dtm.simulation.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.message.LinkLostDecoder;
import io.dtm.codec.message.SessionOpeningDecoder;
import io.dtm.codec.message.SessionResumingDecoder;
import io.dtm.simulation.network.WireMessage;
import io.dtm.simulation.network.WireMessage.Kind;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class OracleTest {
    private static final int CLIENT = 9;
    private static final long ID = ((long) CLIENT << 32) + 77;
    private static final long LATE_ID = ID + 1;
    private static final int YES = 1;
    private static final int NO = 2;
    private static final int COMMITTED = 1;
    private static final int TIMEOUT_MS = 1_000;

    // AbortReason
    private static final int CLIENT_REQUEST = 1;
    private static final int VOTE_NO = 2;
    private static final int DEADLINE = 3;
    private static final int NO_PARTICIPANT = 4;
    private static final int NEW_INCARNATION = 5;
    private static final int PARTICIPANT_LOST = 7;
    private static final int CLIENT_LOST = 8;
    private static final int COORDINATOR_RESTART = 9;
    private static final int ONE_PHASE_ABORTED = 11;

    private final Oracle oracle = new Oracle();

    /** Two resources, each served over a link of its number by a process of ten times that; a transaction over both. */
    @BeforeEach
    void submit() {
        apply(0, Kind.EPOCH_STARTED, message -> message.epoch = 1);
        for (int resource = 1; resource <= 2; resource++) {
            open(resource, resource);
            register(resource, resource * 10, resource);
        }
        open(CLIENT, CLIENT);
        oracle.record(0);
        apply(CLIENT, Kind.SUBMIT, message -> {
            message.transactionId = ID;
            message.timeoutMs = TIMEOUT_MS;
        });
        for (int resource = 1; resource <= 2; resource++) {
            final int of = resource;
            apply(CLIENT, Kind.SUBMIT_BRANCH, message -> branch(message, of));
            oracle.asked(asked(of), oracle.records());
        }
    }

    private void apply(final int linkId, final Kind kind, final Consumer<WireMessage> fill) {
        final WireMessage message = new WireMessage();
        message.kind = kind;
        fill.accept(message);
        oracle.apply(linkId, message);
    }

    /** A session that is opened over a link; its token is what its id is called by here. */
    private void open(final int linkId, final int sessionId) {
        asks(linkId, sessionId);
        final WireMessage opened = new WireMessage();
        opened.sessionId = sessionId;
        opened.tokenHigh = token(sessionId);
        oracle.opened(opened);
    }

    private void asks(final int linkId, final int sessionId) {
        apply(linkId, Kind.HOST_EVENT, message -> {
            message.value = SessionOpeningDecoder.TEMPLATE_ID;
            message.tokenHigh = token(sessionId);
        });
    }

    private static long token(final int sessionId) {
        return 1_000 + sessionId;
    }

    private static void branch(final WireMessage message, final int resource) {
        message.transactionId = ID;
        message.branchId = resource;
        message.resourceId = resource;
        message.enlistEpoch = 1;
    }

    private static WireMessage asked(final int resource) {
        final WireMessage message = new WireMessage();
        branch(message, resource);
        message.incarnation = resource * 10;
        return message;
    }

    private void register(final int resource, final long incarnation, final int sessionId) {
        apply(resource, Kind.REGISTER, message -> {
            message.text = "R" + resource;
            message.instance = "one";
            message.incarnation = incarnation;
            message.sessionId = sessionId;
        });
    }

    private void vote(final int linkId, final int resource, final int vote) {
        apply(linkId, Kind.VOTE, message -> {
            branch(message, resource);
            message.value = vote;
        });
    }

    /** One that is refused gets no id: the next one that is opened has it. */
    @Test
    void shouldGiveNoIdToASessionThatIsOneTooMany() {
        asks(3, 99);
        apply(1, Kind.HOST_EVENT, message -> message.value = LinkLostDecoder.TEMPLATE_ID);
        open(4, 3);
        apply(4, Kind.REGISTER, message -> {
            message.text = "R1";
            message.instance = "one";
            message.sessionId = 3;
            message.incarnation = 10;
        });
        vote(4, 1, YES);
        vote(2, 2, YES);

        assertTrue(oracle.commits(ID));
    }

    @Test
    void shouldCommitWithTheLastConsent() {
        vote(1, 1, YES);
        assertFalse(oracle.commits(ID));
        vote(2, 2, YES);
        assertTrue(oracle.mustCommit(ID), () -> oracle.describe(ID));
        assertEquals(ID, oracle.takeVoted());
    }

    @Test
    void shouldNotCommitWhenOneRefuses() {
        vote(1, 1, YES);
        vote(2, 2, NO);
        vote(2, 2, YES);
        assertFalse(oracle.commits(ID));
    }

    @Test
    void shouldCountNoVoteOfAnotherProcessOrOverAnotherLink() {
        vote(1, 1, YES);
        vote(1, 2, YES);
        assertFalse(oracle.commits(ID), "another resource's link");
        register(2, 21, 2);
        vote(2, 2, YES);
        assertFalse(oracle.commits(ID), "a process that wasn't asked");
        register(2, 20, 2);
        vote(2, 2, YES);
        assertFalse(oracle.commits(ID), "a process that was replaced doesn't come back");
    }

    @Test
    void shouldCountNoVoteOverALinkThatIsLost() {
        vote(1, 1, YES);
        apply(2, Kind.HOST_EVENT, message -> message.value = LinkLostDecoder.TEMPLATE_ID);
        vote(2, 2, YES);
        assertFalse(oracle.commits(ID));
    }

    @Test
    void shouldCountAVoteOfAnEarlierEpochWhenItsResourceHasComeBack() {
        vote(1, 1, YES);
        apply(0, Kind.EPOCH_STARTED, message -> message.epoch = 2);
        comeBack(2);
        vote(2, 2, YES);
        assertFalse(oracle.commits(ID), "the first resource has not been seen in this epoch");
        comeBack(1);
        assertTrue(oracle.commits(ID), () -> oracle.describe(ID));
    }

    private void comeBack(final int resource) {
        apply(resource, Kind.HOST_EVENT, message -> {
            message.value = SessionResumingDecoder.TEMPLATE_ID;
            message.tokenHigh = token(resource);
        });
        register(resource, resource * 10, resource);
    }

    @Test
    void shouldTakeADelegatesWord() {
        vote(1, 1, YES);
        apply(2, Kind.ONE_PHASE_RESULT, message -> {
            branch(message, 2);
            message.value = COMMITTED;
        });
        assertTrue(oracle.commits(ID), () -> oracle.describe(ID));
    }

    /** The begin for which it was asked was lost; a later copy of it, and of the votes, finds its session gone. */
    @Test
    void shouldNotMissACommitOfWhatWasNeverBegun() {
        final WireMessage prepare = asked(1);
        prepare.transactionId = LATE_ID;
        oracle.asked(prepare, oracle.records());
        oracle.loseTail();
        apply(0, Kind.EPOCH_STARTED, message -> message.epoch = 2);
        comeBack(1);
        comeBack(CLIENT);
        submitLate(0);
        apply(1, Kind.VOTE, message -> {
            branch(message, 1);
            message.transactionId = LATE_ID;
            message.value = YES;
        });
        assertFalse(oracle.mustCommit(LATE_ID), () -> oracle.describe(LATE_ID));
    }

    /** Reasons of which nothing is in the journal. */
    @ParameterizedTest
    @ValueSource(ints = {CLIENT_REQUEST, VOTE_NO, DEADLINE, NO_PARTICIPANT, NEW_INCARNATION, PARTICIPANT_LOST,
        CLIENT_LOST, COORDINATOR_RESTART, ONE_PHASE_ABORTED})
    void shouldObjectToAReasonThatIsNotThere(final int reason) {
        assertNotNull(oracle.objection(ID, reason, 1));
    }

    @Test
    void shouldObjectToARollbackOfWhatAllHaveConsentedTo() {
        vote(1, 1, YES);
        vote(2, 2, YES);
        register(1, 11, 1);
        assertNotNull(oracle.objection(ID, NEW_INCARNATION, 1));
    }

    @Test
    void shouldAcceptAReasonThatIsInTheJournal() {
        vote(1, 1, NO);
        assertNull(oracle.objection(ID, VOTE_NO, 1));
        register(2, 21, 2);
        assertNull(oracle.objection(ID, NEW_INCARNATION, 2));
        assertNotNull(oracle.objection(ID, NEW_INCARNATION, 1), "the other one's process is the one that was asked");
        oracle.record(TIMEOUT_MS * 1_000_000L);
        assertNull(oracle.objection(ID, DEADLINE, 1));
    }

    @Test
    void shouldMissADecisionSomeTimeAfterTheDeadline() {
        final long deadlineNs = TIMEOUT_MS * 1_000_000L;
        assertEquals(0, oracle.takeOverdue(deadlineNs + 10, 10));
        assertEquals(ID, oracle.takeOverdue(deadlineNs + 11, 10));
        assertEquals(0, oracle.takeOverdue(deadlineNs + 12, 10), "it is told once");
    }

    /** The refusal of the first begin was lost; the one that counts was appended, and asked about, since. */
    @Test
    void shouldGoByTheLastBeginThatWasAppendedBeforeAnythingWasSaid() {
        final WireMessage prepare = asked(1);
        prepare.transactionId = LATE_ID;
        submitLate(0);
        oracle.asked(prepare, oracle.records() + 1);
        submitLate(5);
        submitLate(7);
        final long deadlineNs = TIMEOUT_MS * 1_000_000L;
        assertEquals(ID, oracle.takeOverdue(deadlineNs + 1, 0));
        assertEquals(0, oracle.takeOverdue(deadlineNs + 5, 0));
        assertEquals(LATE_ID, oracle.takeOverdue(deadlineNs + 6, 0));
    }

    /** What was said was said of a begin that a power loss took back. */
    @Test
    void shouldMissNoDecisionOfWhatWasSaidOfALostBegin() {
        oracle.loseTail();
        assertEquals(0, oracle.takeOverdue(Long.MAX_VALUE, 0));
    }

    private void submitLate(final long timeNs) {
        oracle.record(timeNs);
        apply(CLIENT, Kind.SUBMIT, message -> {
            message.transactionId = LATE_ID;
            message.timeoutMs = TIMEOUT_MS;
        });
    }

    @Test
    void shouldMissNoDecisionOfADelegateOrOfWhatIsDecided() {
        final WireMessage delegation = asked(2);
        delegation.kind = Kind.ONE_PHASE_COMMIT;
        oracle.asked(delegation, oracle.records());
        assertEquals(0, oracle.takeOverdue(Long.MAX_VALUE, 0));
    }
}
