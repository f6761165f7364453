/**
 * What packages of the core share because neither may see the other: levels and answers between ingress and egress.
 */
package io.dtm.core;
