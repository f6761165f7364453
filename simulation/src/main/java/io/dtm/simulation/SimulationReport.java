package io.dtm.simulation;

import java.util.List;

/**
 * What a simulation did.
 *
 * @param seed         that decided everything.
 * @param transactions business requests that came to an end.
 * @param episodes     worlds that were run, one after another.
 * @param attempts     transactions, repetitions of a request under a new id included.
 * @param committed    requests that are known to be carried out.
 * @param aborted      requests that are known not to be.
 * @param unknown      requests whose client doesn't know, or died.
 * @param crashes      processes that died.
 * @param virtualNs    virtual time that passed.
 * @param violations   promises that were broken.
 * @param traceHash    of everything that happened.
 * @param failed       the episode that broke a promise; null: none did.
 * @param invariant    that was broken first; null: none was.
 * @param texts        the failed episode in words: what it was made of, its end, and last what was broken.
 */
public record SimulationReport(
    long seed,
    long transactions,
    int episodes,
    long attempts,
    long committed,
    long aborted,
    long unknown,
    long crashes,
    long virtualNs,
    int violations,
    long traceHash,
    EpisodePlan failed,
    String invariant,
    List<String> texts) {
    /** @return the one line by which runs are compared. */
    public String summary() {
        return "simulation: seed=" + seed
            + " transactions=" + transactions
            + " episodes=" + episodes
            + " attempts=" + attempts
            + " committed=" + committed
            + " aborted=" + aborted
            + " unknown=" + unknown
            + " crashes=" + crashes
            + " virtual=" + virtualNs / 1_000_000_000L + "s"
            + " violations=" + violations
            + " trace=" + String.format("%016x", traceHash);
    }

    /** @return what was broken first, as text. */
    String firstViolation() {
        return texts.stream().filter(text -> text.startsWith(invariant + ": ")).findFirst().orElse(invariant);
    }

    /** @return whether no promise was broken. */
    public boolean isClean() {
        return violations == 0;
    }
}
