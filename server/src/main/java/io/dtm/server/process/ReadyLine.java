package io.dtm.server.process;

/** What processes of this program say when they serve: whoever starts one waits for it. */
public final class ReadyLine {
    /** In the line with which a coordinator says that peers are answered from now on. */
    public static final String COORDINATOR = "coordinator ready";

    private ReadyLine() {
    }
}
