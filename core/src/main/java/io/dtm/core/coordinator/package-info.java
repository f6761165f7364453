/**
 * The two-phase-commit state machine: typed calls in, {@code CoordinatorOutput} calls out. It does no I/O, reads
 * no clock, logs nothing and starts no thread, so that a replay of the same calls yields the same outputs.
 *
 * <pre>
 *   events in     CommitCoordinator --> SessionEvents, ParticipantEvents, OperatorEvents
 *                                       SubmitEvents, InteractiveEvents, JoinEvents, BranchEvents
 *                                       Sweeps: effects on many transactions, in steps
 *   the protocol  TwoPhaseCommit, TransactionIds, BranchRoom, ResendTimers
 *   messages out  BranchMessages, OutcomeMessages --> CoordinatorOutput
 *   state         CoordinatorState: Session, Resource, Instance, Transaction, Branch,
 *                                   PhaseList, TimerHeap, PayloadStore, RetainedOutcomes
 *   checkpoint    CheckpointWriter --> CheckpointOutput: StateDigest, CoordinatorRestorer
 * </pre>
 */
package io.dtm.core.coordinator;
