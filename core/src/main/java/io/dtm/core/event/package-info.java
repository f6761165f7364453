/**
 * Decodes journalled frames into typed calls of the coordinator. Live processing and recovery share it, so both
 * read an event the same way.
 */
package io.dtm.core.event;
