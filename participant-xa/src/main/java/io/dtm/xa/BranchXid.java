package io.dtm.xa;

import static java.nio.ByteBuffer.wrap;

import io.dtm.participant.BranchId;
import java.nio.ByteBuffer;
import javax.transaction.xa.Xid;

/**
 * The XA name of a branch, and the way back. Only names that this class made are ever touched in a resource.
 *
 * <pre>
 *   format id   44 54 4D 31 ("DTM1")
 *   gtrid       0               8               16
 *               | coordinatorId | transactionId |
 *   bqual       0          4             8
 *               | branchId | enlistEpoch |            big-endian, all of them
 * </pre>
 *
 * @param branch that is named.
 */
public record BranchXid(BranchId branch) implements Xid {
    /** Tells our branches from those of other transaction managers: "DTM1". */
    public static final int FORMAT_ID = 0x44544D31;

    private static final int GTRID_LENGTH = 2 * Long.BYTES;
    private static final int BQUAL_LENGTH = 2 * Integer.BYTES;
    private static final int MAX_BRANCH_ID = 65_534;

    /**
     * Reads a name that a resource reported.
     *
     * @param xid found in a resource, whoever's.
     * @return the branch, or null if the name isn't one of ours.
     */
    public static BranchXid parse(final Xid xid) {
        if (xid.getFormatId() != FORMAT_ID) {
            return null;
        }
        final byte[] gtrid = xid.getGlobalTransactionId();
        final byte[] bqual = xid.getBranchQualifier();
        if (gtrid == null || gtrid.length != GTRID_LENGTH || bqual == null || bqual.length != BQUAL_LENGTH) {
            return null;
        }
        final int branchId = wrap(bqual).getInt(0);
        if (branchId < 0 || branchId > MAX_BRANCH_ID) {
            return null;
        }
        return new BranchXid(new BranchId(
            wrap(gtrid).getLong(0), wrap(gtrid).getLong(Long.BYTES), branchId, wrap(bqual).getInt(Integer.BYTES)));
    }

    @Override
    public int getFormatId() {
        return FORMAT_ID;
    }

    @Override
    public byte[] getGlobalTransactionId() {
        return ByteBuffer.allocate(GTRID_LENGTH)
            .putLong(branch.coordinatorId()).putLong(branch.transactionId()).array();
    }

    @Override
    public byte[] getBranchQualifier() {
        return ByteBuffer.allocate(BQUAL_LENGTH).putInt(branch.branchId()).putInt(branch.enlistEpoch()).array();
    }

    /** @return what all names of this branch share, whatever their epoch. */
    BranchKey key() {
        return BranchKey.of(branch);
    }
}
