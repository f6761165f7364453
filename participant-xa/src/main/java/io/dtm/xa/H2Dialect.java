package io.dtm.xa;

/**
 * H2, embedded or as a server. Closing the connection of a prepared branch rolls it back, which breaks the promise of
 * a YES; so the connection stays with its branch until the decision, and when it is lost nevertheless the result is
 * reported as a heuristic hazard. After the death of the whole database process its prepared branches are there
 * again. Good for trying things out, never as evidence of durability.
 */
public final class H2Dialect implements XaDialect {
    @Override
    public boolean pinsConnection() {
        return true;
    }

    @Override
    public boolean losesPreparedOnDisconnect() {
        return true;
    }
}
