package io.dtm.xa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.dtm.participant.BranchId;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.Test;

class BranchXidTest {
    private static final BranchId BRANCH = new BranchId(0x0102030405060708L, -2, 65_534, 9);

    private record Foreign(int getFormatId, byte[] getGlobalTransactionId, byte[] getBranchQualifier)
        implements Xid {
    }

    private static Foreign like(final BranchXid xid) {
        return new Foreign(xid.getFormatId(), xid.getGlobalTransactionId(), xid.getBranchQualifier());
    }

    @Test
    void shouldLayOutTheNameAsDrawn() {
        final BranchXid xid = new BranchXid(BRANCH);

        assertEquals(0x44544D31, xid.getFormatId());
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, -1, -1, -1, -1, -1, -1, -1, -2},
            xid.getGlobalTransactionId());
        assertArrayEquals(new byte[] {0, 0, -1, -2, 0, 0, 0, 9}, xid.getBranchQualifier());
    }

    @Test
    void shouldReadBackWhatItNamed() {
        final BranchXid xid = new BranchXid(BRANCH);

        assertEquals(xid, BranchXid.parse(like(xid)));
        assertEquals(xid, PostgreSqlDialect.parse(PostgreSqlDialect.gid(xid)));
    }

    @Test
    void shouldNotRecogniseForeignNames() {
        final BranchXid xid = new BranchXid(BRANCH);
        final byte[] gtrid = xid.getGlobalTransactionId();
        final byte[] bqual = xid.getBranchQualifier();

        assertNull(BranchXid.parse(new Foreign(BranchXid.FORMAT_ID + 1, gtrid, bqual)));
        assertNull(BranchXid.parse(new Foreign(BranchXid.FORMAT_ID, new byte[15], bqual)));
        assertNull(BranchXid.parse(new Foreign(BranchXid.FORMAT_ID, null, bqual)));
        assertNull(BranchXid.parse(new Foreign(BranchXid.FORMAT_ID, gtrid, new byte[9])));
        assertNull(BranchXid.parse(new Foreign(BranchXid.FORMAT_ID, gtrid, null)));
        assertNull(BranchXid.parse(
            new Foreign(BranchXid.FORMAT_ID, gtrid, new byte[] {0, 0, -1, -1, 0, 0, 0, 9})));
        assertNull(BranchXid.parse(new Foreign(BranchXid.FORMAT_ID, gtrid, new byte[] {-1, 0, 0, 0, 0, 0, 0, 9})));
    }

    @Test
    void shouldNotRecogniseOtherSpellingsOfItsNames() {
        final String gid = PostgreSqlDialect.gid(new BranchXid(BRANCH));

        assertNull(PostgreSqlDialect.parse(gid.replace("=", "")));
        assertNull(PostgreSqlDialect.parse("0" + gid));
        assertNull(PostgreSqlDialect.parse(gid.replace("k=", "l=")));
        assertNull(PostgreSqlDialect.parse(gid + "_"));
    }
}
