package io.dtm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A journal, and somebody at a terminal who has tools for it. */
abstract class JournalCommandSuite {
    static final String FIRST = "00000000000000000000.segment";
    static final String SECOND = "00000000000000032768.segment";
    static final int BAD_USAGE = 2;

    @TempDir
    Path directory;
    Path journal;
    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();

    @BeforeEach
    void unpack() throws IOException {
        journal = GoldenJournal.unpack("life-3", directory.resolve("data/journal"));
    }

    int run(final Writer to, final String... arguments) {
        err.getBuffer().setLength(0);
        final List<String> all = new ArrayList<>(List.of("journal"));
        all.addAll(List.of(arguments));
        final CommandLine line = Dtm.commandLine()
            .setOut(new PrintWriter(to, true)).setErr(new PrintWriter(err, true));
        return line.execute(all.toArray(String[]::new));
    }

    int run(final String... arguments) {
        out.getBuffer().setLength(0);
        return run(out, arguments);
    }

    List<String> lines(final String... arguments) {
        assertEquals(0, run(arguments), () -> out + "" + err);
        return out.toString().lines().toList();
    }

    String lastLine() {
        final List<String> all = out.toString().lines().toList();
        return all.get(all.size() - 1);
    }

    void assertRefused(final String why, final String... arguments) {
        assertEquals(BAD_USAGE, run(arguments), () -> out + "" + err);
        assertEquals(1, err.toString().lines().count(), err::toString);
        assertTrue(err.toString().contains(why), err::toString);
    }

    void flip(final String name, final long offset, final int mask) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(journal.resolve(name).toFile(), "rw")) {
            file.seek(offset);
            final int before = file.read();
            file.seek(offset);
            file.write(before ^ mask);
        }
    }

    List<String> found(final String pattern) {
        final Matcher matcher = Pattern.compile(pattern).matcher(out.toString());
        final List<String> all = new ArrayList<>();
        while (matcher.find()) {
            all.add(matcher.group(1));
        }
        return all;
    }
}
