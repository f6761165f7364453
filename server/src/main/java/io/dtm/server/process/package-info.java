/**
 * What starts processes of this program on the same machine, and what lets one end in order: the demo, the load rig and
 * the system tests share it.
 */
package io.dtm.server.process;
