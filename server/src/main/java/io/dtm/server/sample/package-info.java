/** The README's examples, so that they compile. */
package io.dtm.server.sample;
