package io.dtm.core.ingress;

/** Draws resume tokens: unguessable in production, repeatable in the simulator. Ingress agent only. */
@FunctionalInterface
public interface TokenSource {
    /** @return 64 random bits. */
    long nextToken();
}
