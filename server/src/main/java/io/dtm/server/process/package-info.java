/**
 * What starts processes of this program on the same machine: the demo, the load rig and the system tests share it.
 */
package io.dtm.server.process;
