/**
 * A participant whose branches are XA branches of real databases: PostgreSQL, MariaDB and H2.
 */
package io.dtm.xa;
