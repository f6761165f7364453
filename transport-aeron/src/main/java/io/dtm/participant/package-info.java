/**
 * The public API of services that vote on branches of a transaction and carry out its decision. Thin around
 * {@code io.dtm.session}, where the logic is. A service implements {@link io.dtm.participant.Participant}; one that
 * serialises its own work takes {@link io.dtm.participant.KeyLocks}, which can't deadlock with those of others.
 */
package io.dtm.participant;
