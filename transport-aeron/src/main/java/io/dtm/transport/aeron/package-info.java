/**
 * Aeron ingress and egress of the coordinator and of the library's link to it. The adapters are thin: decisions
 * are taken behind the ports of {@code core} and {@code io.dtm.session}.
 * <pre>
 *   AeronServerTransport            AeronCoordinatorLink
 *     AeronLinkPoller, Publisher      the library's side of a link
 *     AuthenticatorAdmission
 *            │                               │
 *      AeronInstance, one a thread     AeronInstance, one a thread     a client that lives in its user's duty cycle
 *            │                               │
 *            └──── EmbeddedDriver, or another process' driver ────┘
 * </pre>
 */
package io.dtm.transport.aeron;
