package io.dtm.server.demo;

import io.dtm.server.demo.BankOrder.Kind;
import io.dtm.server.demo.Transfer.Leg;
import io.dtm.server.demo.Transfer.Style;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Draws transfers from a seed: what the clients of the demo do. One client, one planner; not thread-safe. */
final class TransferPlanner {
    private static final int TIMEOUT_MS = 10_000;
    private static final int SHORT_TIMEOUT_MS = 400;
    private static final int DAWDLING_MS = 900;
    private static final int SLOW_VOTE_MS = 60;
    private static final int MAX_AMOUNT = 50;

    private final Random random;
    private final int banks;

    TransferPlanner(final long seed, final int client, final int banks) {
        this.random = new Random(seed * 31 + client);
        this.banks = banks;
    }

    Transfer next(final long number) {
        final int draw = random.nextInt(100);
        if (draw < 45) {
            return oneShot(number, moneyLegs(number, 2, MAX_AMOUNT, 0));
        } else if (draw < 55) {
            return oneShot(number, moneyLegs(number, 2 + random.nextInt(banks - 1), MAX_AMOUNT, 0));
        } else if (draw < 60) {
            return oneShot(number, moneyLegs(number, 2, MAX_AMOUNT, SLOW_VOTE_MS));
        } else if (draw < 68) {
            return oneShot(number, withReadOnlyLeg(number));
        } else if (draw < 76) {
            return oneShot(number, readOnlyLegs(number));
        } else if (draw < 86) {
            return oneShot(number, overdrawn(number));
        } else {
            return new Transfer(
                number, Style.INTERACTIVE, moneyLegs(number, 2, MAX_AMOUNT, 0), TIMEOUT_MS, draw >= 97);
        }
    }

    /** A transfer of which one bank votes too late. */
    Transfer nextThatTimesOut(final long number) {
        return new Transfer(
            number, Style.ONE_SHOT, moneyLegs(number, 2, MAX_AMOUNT, DAWDLING_MS), SHORT_TIMEOUT_MS, false);
    }

    private Transfer oneShot(final long number, final List<Leg> legs) {
        return new Transfer(number, Style.ONE_SHOT, legs, TIMEOUT_MS, false);
    }

    /** Takes an amount from the first bank and shares it out among the others; the last one may dawdle. */
    private List<Leg> moneyLegs(final long number, final int count, final int maxAmount, final int delayMs) {
        final int first = random.nextInt(banks);
        final long share = 1 + random.nextInt(maxAmount);
        final List<Leg> legs = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            final long delta = i == 0 ? -share * (count - 1) : share;
            final int delay = i == count - 1 ? delayMs : 0;
            legs.add(leg(number, (first + i) % banks, delta, Kind.WRITE, delay));
        }
        return legs;
    }

    private List<Leg> withReadOnlyLeg(final long number) {
        final List<Leg> legs = moneyLegs(number, 2, MAX_AMOUNT, 0);
        final int used = legs.get(1).bank();
        if (banks > 2) {
            legs.add(leg(number, (used + 1) % banks, 0, Kind.READ, 0));
        }
        return legs;
    }

    private List<Leg> readOnlyLegs(final long number) {
        final int first = random.nextInt(banks);
        return List.of(
            leg(number, first, 0, Kind.READ, 0), leg(number, (first + 1) % banks, 0, Kind.READ, 0));
    }

    /** More than all accounts of a bank hold. */
    private List<Leg> overdrawn(final long number) {
        final long amount = BankDatabase.FIRST_BALANCE * BankDatabase.ACCOUNTS;
        final int first = random.nextInt(banks);
        return List.of(
            leg(number, first, -amount, Kind.WRITE, 0), leg(number, (first + 1) % banks, amount, Kind.WRITE, 0));
    }

    private Leg leg(final long number, final int bank, final long delta, final Kind kind, final int delayMs) {
        return new Leg(bank, new BankOrder(number, random.nextInt(BankDatabase.ACCOUNTS), delta, kind, delayMs));
    }
}
