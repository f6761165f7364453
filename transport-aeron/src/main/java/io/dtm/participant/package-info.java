/**
 * The public API of services that vote on branches of a transaction and carry out its decision. Thin around
 * {@code io.dtm.session}, where the logic is.
 */
package io.dtm.participant;
