/**
 * Aeron ingress and egress of the coordinator and of the library's link to it. The adapters are thin: decisions
 * are taken behind the ports of {@code core} and {@code io.dtm.session}.
 */
package io.dtm.transport.aeron;
