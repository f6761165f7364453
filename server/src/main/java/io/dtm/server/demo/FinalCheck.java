package io.dtm.server.demo;

import io.dtm.server.demo.BankDatabase.Entry;
import io.dtm.server.demo.Transfer.Leg;
import io.dtm.server.demo.TransferLog.Told;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds what the databases say against what the clients were told: every transfer has one fate in all banks, the one
 * that its client heard; every balance follows from the ledger; no money came or went.
 */
final class FinalCheck {
    /**
     * What one database holds.
     *
     * @param name     of the bank.
     * @param balances by account.
     * @param ledger   rows by transfer.
     */
    record Books(String name, long[] balances, Map<Long, List<Entry>> ledger) {
        long total() {
            long total = 0;
            for (final long balance : balances) {
                total += balance;
            }
            return total;
        }
    }

    /**
     * @param atomic    whether every transfer has one fate.
     * @param conserved whether the sum of money is what it was.
     * @param unknown   transfers, by what the databases say of them.
     * @param findings  what is wrong, each naming bank, account or transfer.
     */
    record Result(boolean atomic, boolean conserved, Unknown unknown, List<String> findings) {
    }

    /**
     * Transfers of which the client wasn't told how they ended: that is no fault as long as all banks agree.
     *
     * @param inAll  of their banks.
     * @param inNone of their banks; those that only read too.
     * @param inSome of their banks: found as not atomic.
     */
    record Unknown(int inAll, int inNone, int inSome) {
    }

    private final List<Books> banks;
    private final List<String> findings = new ArrayList<>();
    private int unknownInAll;
    private int unknownInNone;
    private int unknownInSome;

    FinalCheck(final List<Books> banks) {
        this.banks = banks;
    }

    Result run(final List<Told> transfers) {
        final Set<Long> known = new HashSet<>();
        for (final Told told : transfers) {
            known.add(told.transfer().number());
            checkFate(told);
        }
        banks.forEach(bank -> checkStrangers(bank, known));
        final boolean atomic = findings.isEmpty();
        final int fates = findings.size();
        banks.forEach(this::checkBalances);
        final long expected = (long) banks.size() * BankDatabase.ACCOUNTS * BankDatabase.FIRST_BALANCE;
        final long total = banks.stream().mapToLong(Books::total).sum();
        if (total != expected) {
            findings.add("all banks together hold " + total + ", not " + expected);
        }
        return new Result(atomic, findings.size() == fates,
            new Unknown(unknownInAll, unknownInNone, unknownInSome), List.copyOf(findings));
    }

    private void checkFate(final Told told) {
        final Transfer transfer = told.transfer();
        final List<Leg> writing = transfer.legs().stream().filter(Leg::writes).toList();
        int applied = 0;
        for (final Leg leg : writing) {
            final Books bank = banks.get(leg.bank());
            final List<Entry> rows = bank.ledger().getOrDefault(transfer.number(), List.of());
            final Entry wanted = new Entry(leg.order().account(), leg.order().delta());
            if (rows.equals(List.of(wanted))) {
                applied++;
            } else if (!rows.isEmpty()) {
                findings.add(bank.name() + ": ledger of transfer " + transfer.number() + " has " + rows
                    + ", its order was " + wanted);
            }
        }
        checkUntouched(transfer, writing);
        if (told.ending() == TransferLog.Ending.UNKNOWN) {
            count(applied, writing.size());
        }
        if (applied != 0 && applied != writing.size()) {
            findings.add("transfer " + transfer.number() + " is in the ledgers of " + applied + " of its "
                + writing.size() + " banks: " + transfer.legs());
        } else if (told.ending().isCommitted() && applied != writing.size()) {
            findings.add("transfer " + transfer.number() + " was told committed, and no bank has it");
        } else if (!told.ending().isCommitted() && told.ending() != TransferLog.Ending.UNKNOWN && applied > 0) {
            findings.add("transfer " + transfer.number() + " was told '" + told.ending().text
                + "', and all its banks have it");
        }
    }

    /** A bank that only read, or that had no part at all, must have nothing of it. */
    private void checkUntouched(final Transfer transfer, final List<Leg> writing) {
        for (int i = 0; i < banks.size(); i++) {
            final int bank = i;
            final List<Entry> rows = banks.get(bank).ledger().getOrDefault(transfer.number(), List.of());
            if (!rows.isEmpty() && writing.stream().noneMatch(leg -> leg.bank() == bank)) {
                findings.add(banks.get(bank).name() + ": ledger of transfer " + transfer.number() + " has " + rows
                    + ", it was not asked to write");
            }
        }
    }

    private void count(final int applied, final int writing) {
        if (applied == 0) {
            unknownInNone++;
        } else if (applied == writing) {
            unknownInAll++;
        } else {
            unknownInSome++;
        }
    }

    private void checkStrangers(final Books bank, final Set<Long> known) {
        bank.ledger().keySet().stream().filter(number -> !known.contains(number)).sorted().forEach(number ->
            findings.add(bank.name() + ": ledger has transfer " + number + ", which no client asked for"));
    }

    private void checkBalances(final Books bank) {
        final long[] expected = new long[BankDatabase.ACCOUNTS];
        Arrays.fill(expected, BankDatabase.FIRST_BALANCE);
        bank.ledger().values().forEach(rows -> rows.forEach(row -> expected[row.account()] += row.delta()));
        for (int account = 0; account < expected.length; account++) {
            if (bank.balances()[account] != expected[account]) {
                findings.add(bank.name() + ": account " + account + " holds " + bank.balances()[account]
                    + ", by its ledger it should be " + expected[account]);
            }
        }
    }
}
