/** What happened, as a picture in text: who told whom what, from top to bottom. */
package io.dtm.simulation.diagram;
