/**
 * The logic of the client and participant library: sessions, the repeat table, the resolution of branches in
 * doubt, retries. A state machine without threads, clocks or sockets, so that the simulator drives the very code
 * that users run.
 * <pre>
 *   other threads                      the duty cycle's thread: CoordinatorSession.doWork(nowNs)
 *  +-------------+  Command   +------------------------------------------------------------------+
 *  | application |-----------►| BeginQueue ──► ClientTransactions, Lookups ─┐                    |
 *  +-------------+   queue    |                                             ▼    Outbox          |
 *  | participant |-----------►| Branches, Joins, InDoubtScan ──────────► *Publisher ─────────────┼──► offer
 *  +-------------+ Completion |     ▲  (one ResourceSession a resource)     ▲                    |
 *                    queue    |     │                                       │                    |  CoordinatorLink
 *                             | CoordinatorAdapter ───────────────────► Connection, EpochGuard   |
 *                             |     ▲                                                            |
 *                             |     └────────────────────────────────────────────────────────────┼─── poll
 *                             +------------------------------------------------------------------+
 * </pre>
 * Time comes in by {@code doWork}, everything else by ports: the link, credentials, randomness, the memory of epochs,
 * participants. Frames and commands are taken only while the outbox isn't backed up, so that no queue grows without
 * bound.
 */
package io.dtm.session;
