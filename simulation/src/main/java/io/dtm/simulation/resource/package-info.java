/**
 * Resources with durable state of their own, and the participants that serve them. They keep their promises, and lose
 * with a process what a database would lose.
 */
package io.dtm.simulation.resource;
