package io.dtm.simulation.check;

/** What was seen of one branch. */
final class BranchRecord {
    static final long NEVER = Long.MAX_VALUE;
    static final int YES = 1;
    static final int NO = 2;
    static final int READ_ONLY = 3;

    final int branchId;
    String resource;
    /** Of its resource, as messages named it; 0: none did. */
    int resourceId;
    /** Parts of the request that must be in it, if the transaction commits. */
    long expectedParts;
    /** The client's commit named it. */
    boolean isNamed;
    /** Two processes joined with it. */
    boolean isOfTwoProcesses;
    private long incarnation;
    /** Number of qualifiers under which it is prepared at this moment. */
    int prepared;
    boolean wasPrepared;
    long committedParts;
    boolean committed;
    boolean prepareSent;
    /** The process that was asked to prepare last. */
    long askedIncarnation;
    /** The process whose participant has said YES or READ_ONLY. */
    long consentIncarnation;
    boolean onePhaseSent;
    /** Epoch in which it was asked to commit in one phase last. */
    int delegatedEpoch;
    /** An operator asked to settle it against the decision. */
    boolean mayBeMixed;
    /** An operator was told that it is settled so. */
    boolean isMixed;
    /** Some process of its resource was told to roll it back. */
    boolean rollbackSent;
    /** Its resource may forget how it ended: who looks there later learns nothing. */
    boolean evidenceReleased;
    /** Its resource knows that it will never commit. */
    boolean onePhaseAborted;
    /** Bits 1 &lt;&lt; vote: what its processes voted. */
    int voted;
    /** Bits 1 &lt;&lt; vote: what was ever journalled. */
    int journalled;
    /** End of the first journalled record with such a vote, as long as it isn't lost. */
    long yesPosition = NEVER;
    long readOnlyPosition = NEVER;
    long resultPosition = NEVER;
    int result;

    BranchRecord(final int branchId) {
        this.branchId = branchId;
    }

    void enlistedBy(final long process) {
        isOfTwoProcesses |= incarnation != 0 && incarnation != process;
        incarnation = process;
    }

    boolean hasVoted(final int vote) {
        return (voted & 1 << vote) != 0;
    }

    /** Whether the transaction's outcome is one for it, too. */
    boolean takesPart() {
        return prepareSent || onePhaseSent || isNamed || expectedParts != 0 || voted != 0 || committed;
    }

    /** Whether READ_ONLY is the vote that counts: what is in the journal, or was before its tail was lost. */
    boolean isReadOnly() {
        return journalled == 1 << READ_ONLY && !committed;
    }

    /** Whether a YES or READ_ONLY is on the device. */
    boolean hasForcedConsent(final long forced) {
        return yesPosition <= forced || readOnlyPosition <= forced;
    }
}
