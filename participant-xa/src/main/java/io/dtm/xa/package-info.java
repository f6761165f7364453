/**
 * A participant whose branches are XA branches of a real database. PostgreSQL is what it is made for; H2 serves with
 * limits; others need an {@link io.dtm.xa.XaDialect} that says what their drivers do otherwise.
 *
 * <pre>
 *   library's duty cycle          this package                                             database
 *   --------------------          ----------------------------------------------------    ---------------------
 *   prepare (one shot) ---------> work threads:     BranchWork, then FirstPhase ---------> XA start, SQL, prepare
 *   prepare (interactive) --+     service threads:  begin, SQL on the branch's own ------> XA start, SQL
 *   commit, rollback, scan -+---> decision threads: SecondPhase, FirstPhase -------------> commit, rollback, list
 *   commitOnePhase -------------> work threads:     BranchWork, OnePhase, Evidence ------> SQL, row, commit
 *                          replies &lt;-- from the thread that did it
 * </pre>
 *
 * Two layers. Below, over any {@link javax.transaction.xa.XAResource}: {@link io.dtm.xa.BranchXid} maps branches to
 * names and back, {@code FirstPhase} brings a branch to its vote, {@code SecondPhase} carries decisions out and never
 * takes an error for the last word, {@code OnePhase} commits with {@code Evidence}. Above:
 * {@link io.dtm.xa.BranchWork} for one-shot branches, {@link io.dtm.xa.InteractiveBranch} for the others, and
 * {@link io.dtm.xa.XaParticipant}, which knows each branch of this process in a {@code BranchTable}.
 * <p>
 * Rules that hold the threads together: work may wait for locks, decisions never do, so they have threads and
 * connections of their own; a branch's monitor is held for transitions of its phase and never during a call to the
 * database; nobody waits for a connection, because everyone who needs one is counted beforehand, and beyond the count
 * the vote is NO with the reason "overloaded".
 */
package io.dtm.xa;
