package io.dtm.server.journal;

import java.io.PrintWriter;

/** Writes many lines, in large pieces, and notices when nobody reads any more. */
final class LineOutput {
    private static final int PIECE_LENGTH = 32 * 1024;

    private final PrintWriter out;
    private final StringBuilder piece = new StringBuilder();
    private boolean isBroken;

    LineOutput(final PrintWriter out) {
        this.out = out;
    }

    /** @return whether somebody still reads. */
    boolean line(final CharSequence line) {
        piece.append(line).append('\n');
        if (piece.length() >= PIECE_LENGTH) {
            flush();
        }
        return !isBroken;
    }

    void flush() {
        out.append(piece);
        piece.setLength(0);
        isBroken |= out.checkError();
    }
}
