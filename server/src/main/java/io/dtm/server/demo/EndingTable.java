package io.dtm.server.demo;

import io.dtm.server.demo.TransferLog.Ending;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How often transfers ended in which way, and whether the run saw enough of each to prove something. */
final class EndingTable {
    /** What a run must have seen: a demonstration without any of them would pass for lack of trying. */
    private static final List<Ending> REQUIRED =
        List.of(Ending.COMMITTED, Ending.READ_ONLY, Ending.INSUFFICIENT_FUNDS, Ending.TIMED_OUT);
    private static final int FULL_RUN_S = 60;
    private static final int REQUIRED_IN_FULL_RUN = 20;
    private static final int REQUIRED_IN_SHORT_RUN = 1;

    private final Map<Ending, Integer> endings;
    private final Map<String, Integer> refusals;
    private final FinalCheck.Result result;
    private final int required;

    /**
     * @param endings  that the clients were told.
     * @param refusals how often which one was heard.
     * @param result   of the final check.
     * @param seconds  of the run: from 60 on, 20 of each are required, else one.
     */
    EndingTable(
        final Map<Ending, Integer> endings,
        final Map<String, Integer> refusals,
        final FinalCheck.Result result,
        final int seconds) {
        this.endings = endings;
        this.refusals = refusals;
        this.result = result;
        this.required = seconds >= FULL_RUN_S ? REQUIRED_IN_FULL_RUN : REQUIRED_IN_SHORT_RUN;
    }

    void print(final PrintStream out) {
        out.println("How the transfers ended (at least " + required + " of each with a *"
            + (required == REQUIRED_IN_FULL_RUN ? ")"
                : "; " + REQUIRED_IN_FULL_RUN + " in a run of " + FULL_RUN_S + " s or more)"));
        endings.forEach((ending, count) -> out.printf(Locale.ROOT, "%s %-45s %7d%n",
            REQUIRED.contains(ending) ? "*" : " ", ending.text, count));
        refusals.forEach((why, count) -> out.println("    refused " + count + " times: " + why));
        if (endings.get(Ending.UNKNOWN) > 0) {
            out.printf(Locale.ROOT, "    of the unknown all banks have %d, none has %d, the banks disagree on %d%n",
                result.unknown().inAll(), result.unknown().inNone(), result.unknown().inSome());
        }
    }

    /** @return what the run didn't see often enough. */
    List<String> missing() {
        return REQUIRED.stream()
            .filter(ending -> endings.get(ending) < required)
            .map(ending -> "'" + ending.text + "' came " + endings.get(ending) + " times, at least " + required
                + " are required")
            .toList();
    }
}
