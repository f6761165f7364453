package io.dtm.simulation.check;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class TransactionRecordTest {
    private final TransactionRecord record = new TransactionRecord(77, true, 0);

    private static void votes(final BranchRecord branch, final int vote) {
        branch.prepareSent = true;
        branch.voted |= 1 << vote;
        branch.journalled |= 1 << vote;
    }

    @Test
    void shouldNotBeReadOnlyWithoutABranch() {
        assertFalse(record.isAllReadOnly());
        record.branch(1).enlistedBy(5);
        assertFalse(record.isAllReadOnly(), "it never takes part");
    }

    @Test
    void shouldBeReadOnlyWhenEachBranchIs() {
        votes(record.branch(1), BranchRecord.READ_ONLY);
        assertTrue(record.isAllReadOnly());
        record.branch(2).isNamed = true;
        assertFalse(record.isAllReadOnly(), "the commit names another one");
        votes(record.branch(2), BranchRecord.READ_ONLY);
        assertTrue(record.isAllReadOnly());
    }

    /** Whether its service has answered or not. */
    @Test
    void shouldNotBeReadOnlyWhenABranchVotedYes() {
        votes(record.branch(1), BranchRecord.READ_ONLY);
        votes(record.branch(2), BranchRecord.YES);
        assertFalse(record.isAllReadOnly());
        votes(record.branch(2), BranchRecord.READ_ONLY);
        assertFalse(record.isAllReadOnly(), "one of its processes voted YES");
    }

    @Test
    void shouldNotBeReadOnlyByAVoteThatDoesNotCount() {
        record.branch(1).voted |= 1 << BranchRecord.READ_ONLY;
        assertFalse(record.isAllReadOnly());
    }
}
