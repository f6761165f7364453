package io.dtm.server.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.server.demo.BankDatabase.Entry;
import io.dtm.server.demo.FinalCheck.Books;
import io.dtm.server.demo.FinalCheck.Result;
import io.dtm.server.demo.FinalCheck.Unknown;
import io.dtm.server.demo.Transfer.Leg;
import io.dtm.server.demo.Transfer.Style;
import io.dtm.server.demo.TransferLog.Ending;
import io.dtm.server.demo.TransferLog.Told;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FinalCheckTest {
    private static final int FROM = 3;
    private static final int TO = 4;
    private static final Transfer TRANSFER = new Transfer(
        1, Style.ONE_SHOT, List.of(leg(0, FROM, -10), leg(1, TO, 10)), 1_000, false);

    private final List<Map<Long, List<Entry>>> ledgers = List.of(new HashMap<>(), new HashMap<>());
    private final long[][] balances = new long[2][BankDatabase.ACCOUNTS];

    @BeforeEach
    void fillAccounts() {
        for (final long[] bank : balances) {
            Arrays.fill(bank, BankDatabase.FIRST_BALANCE);
        }
    }

    @Test
    void shouldAcceptATransferThatIsInAllItsBanks() {
        apply(0, FROM, -10);
        apply(1, TO, 10);

        final Result result = check(Ending.COMMITTED);

        assertTrue(result.atomic() && result.conserved(), result.findings()::toString);
    }

    @Test
    void shouldAcceptWhateverAllBanksAgreeOnWhenTheClientDoesNotKnow() {
        assertTrue(check(Ending.UNKNOWN).atomic());
        apply(0, FROM, -10);
        apply(1, TO, 10);
        assertTrue(check(Ending.UNKNOWN).atomic());
    }

    @Test
    void shouldTellWhatBecameOfTransfersThatTheirClientsDoNotKnowOf() {
        assertEquals(new Unknown(0, 1, 0), check(Ending.UNKNOWN).unknown());
        apply(0, FROM, -10);
        assertEquals(new Unknown(0, 0, 1), check(Ending.UNKNOWN).unknown());
        apply(1, TO, 10);
        assertEquals(new Unknown(1, 0, 0), check(Ending.UNKNOWN).unknown());
        assertEquals(new Unknown(0, 0, 0), check(Ending.COMMITTED).unknown());
    }

    @Test
    void shouldFindARowOfABankThatWasOnlyToRead() {
        final Leg reading = new Leg(1, new BankOrder(1, TO, 0, BankOrder.Kind.READ, 0));
        final Transfer transfer =
            new Transfer(1, Style.ONE_SHOT, List.of(leg(0, FROM, -10), reading), 1_000, false);
        apply(0, FROM, -10);
        assertTrue(check(transfer, Ending.COMMITTED).atomic());

        apply(1, TO, 10);
        final Result result = check(transfer, Ending.COMMITTED);

        assertFalse(result.atomic());
        assertTrue(result.findings().get(0).startsWith("bank-2: ledger of transfer 1"), result.findings()::toString);
    }

    @Test
    void shouldFindARowOfAReadOnlyTransfer() {
        final Transfer transfer = new Transfer(1, Style.ONE_SHOT, List.of(
            new Leg(0, new BankOrder(1, FROM, 0, BankOrder.Kind.READ, 0)),
            new Leg(1, new BankOrder(1, TO, 0, BankOrder.Kind.READ, 0))), 1_000, false);
        assertTrue(check(transfer, Ending.READ_ONLY).atomic());
        assertTrue(check(transfer, Ending.FAULT).atomic());

        apply(1, TO, 10);

        assertFalse(check(transfer, Ending.READ_ONLY).atomic());
    }

    @Test
    void shouldFindATransferThatIsInOneOfItsBanksOnly() {
        apply(0, FROM, -10);

        final Result result = check(Ending.UNKNOWN);

        assertFalse(result.atomic());
        assertFalse(result.conserved());
        assertTrue(result.findings().get(0).contains("transfer 1"));
    }

    @Test
    void shouldFindACommitThatNoBankHas() {
        assertFalse(check(Ending.COMMITTED).atomic());
    }

    @Test
    void shouldFindARollbackThatAllBanksHave() {
        apply(0, FROM, -10);
        apply(1, TO, 10);

        assertFalse(check(Ending.TIMED_OUT).atomic());
    }

    @Test
    void shouldFindATransferThatWasDoneTwice() {
        apply(0, FROM, -10);
        apply(0, FROM, -10);
        apply(1, TO, 10);

        assertFalse(check(Ending.COMMITTED).atomic());
    }

    @Test
    void shouldFindATransferThatNobodyAskedFor() {
        apply(0, FROM, -10);
        apply(1, TO, 10);

        assertFalse(new FinalCheck(books()).run(List.of()).atomic());
    }

    @Test
    void shouldNameBankAndAccountOfABalanceThatDoesNotFollowFromTheLedger() {
        balances[1][7]++;

        final Result result = new FinalCheck(books()).run(List.of());

        assertTrue(result.atomic());
        assertFalse(result.conserved());
        assertEquals("bank-2: account 7 holds 100001, by its ledger it should be 100000", result.findings().get(0));
    }

    private void apply(final int bank, final int account, final long delta) {
        balances[bank][account] += delta;
        ledgers.get(bank).merge(
            1L, List.of(new Entry(account, delta)), (before, one) -> List.of(before.get(0), one.get(0)));
    }

    private Result check(final Ending told) {
        return check(TRANSFER, told);
    }

    private Result check(final Transfer transfer, final Ending told) {
        return new FinalCheck(books()).run(List.of(new Told(transfer, told)));
    }

    private List<Books> books() {
        return List.of(
            new Books("bank-1", balances[0], ledgers.get(0)), new Books("bank-2", balances[1], ledgers.get(1)));
    }

    private static Leg leg(final int bank, final int account, final long delta) {
        return new Leg(bank, new BankOrder(1, account, delta, BankOrder.Kind.WRITE, 0));
    }
}
