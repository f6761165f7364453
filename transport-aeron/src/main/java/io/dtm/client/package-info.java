/**
 * The public API of services that begin transactions and ask for their outcome. Thin around {@code
 * io.dtm.session}, where the logic is.
 */
package io.dtm.client;
