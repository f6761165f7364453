package io.dtm.core.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.journal.reading.JournalReader;
import io.dtm.core.journal.reading.RecordHandler;
import io.dtm.core.storage.ForkedJvm;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.MappedStorage;
import io.dtm.core.storage.StagedStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.DirectBuffer;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real process, killed by SIGKILL while it appends and forces, again and again; each start recovers what was there.
 * {@code -Pkills} kills it hundreds of times for each storage, {@code -Ddtm.test.kills=30} so many times.
 */
class KilledProcessTest {
    private static final int KILLS = Integer.getInteger("dtm.test.kills", 5);
    private static final int LINES_BEFORE_KILL = 100;
    private static final int SMALL_TAIL_LENGTH = 32 * 1024;
    private static final String RECOVERED = "recovered ";

    private final Random random = new Random(1);
    @TempDir
    private Path directory;

    @Test
    void shouldFindEveryAppendedRecordOfMappedFiles() throws Exception {
        killAgainAndAgain(new Mode[] {Mode.MAPPED}, false);
        final Process process = Process.start(Process.context(new MappedStorage(directory.resolve("data"))));
        assertTrue(process.tail().evidencePosition() > Process.FIRST_POSITION);
        process.close();
    }

    @Test
    void shouldFindEveryAppendedRecordOfATail() throws Exception {
        killAgainAndAgain(new Mode[] {Mode.STAGED}, false);
    }

    @Test
    void shouldFindEveryAppendedRecordWhenStoragesAlternate() throws Exception {
        killAgainAndAgain(new Mode[] {Mode.STAGED, Mode.MAPPED, Mode.STAGED_ELSEWHERE}, false);
    }

    /** As after a reboot. */
    @Test
    void shouldFindEveryForcedRecordWhenTheTailIsGone() throws Exception {
        killAgainAndAgain(new Mode[] {Mode.STAGED}, true);
    }

    private void killAgainAndAgain(final Mode[] modes, final boolean losesTail) throws Exception {
        final Path data = directory.resolve("data");
        final Path memory = Files.createDirectories(memory(directory));
        long beyondForced = 0;
        long there = -1;
        try {
            for (int kill = 0; kill < KILLS; kill++) {
                final Mode mode = modes[kill % modes.length];
                final Life life = liveAndDie(data, memory, mode, 1 + random.nextInt(LINES_BEFORE_KILL));
                assertEquals(there, life.recovered(), "what start " + kill + " recovered");
                if (losesTail) {
                    Files.delete(memory.resolve(tailName()));
                }
                there = lastNumber(data);
                final Progress said = life.progress();
                final long promised = losesTail ? said.forced() : said.appended();
                assertTrue(there >= promised, "kill " + kill + ": promised was " + promised + ", there is " + there);
                beyondForced += said.appended() - said.forced();
            }
            final Life last = liveAndDie(data, memory, modes[KILLS % modes.length], 0);
            assertEquals(there, last.recovered(), "what the last start recovered");
        } finally {
            IoUtil.delete(memory.toFile(), true);
        }
        assertTrue(beyondForced > 0, "something wasn't forced when it was killed");
    }

    /** In memory, if this machine has it; else any directory, which no power loss empties here. */
    private static Path memory(final Path fallback) {
        final Path shared = StagedStorage.DEFAULT_TAIL_DIRECTORY;
        return (Files.isWritable(shared) ? shared : fallback).resolve("dtm-test-" + ProcessHandle.current().pid());
    }

    private static String tailName() {
        return String.format("dtm-%016x.tail", Process.COORDINATOR_ID);
    }

    /** @return what it had said when it died. */
    private static Life liveAndDie(final Path data, final Path memory, final Mode mode, final int lines)
        throws IOException, InterruptedException {
        try (ForkedJvm jvm = new ForkedJvm(Writer.class, data.toString(), memory.toString(), mode.name())) {
            final String start = jvm.line();
            assertTrue(start != null && start.startsWith(RECOVERED), start);
            final long recovered = Long.parseLong(start.substring(RECOVERED.length()));
            Progress progress = new Progress(recovered, recovered);
            for (int i = 0; i < lines; i++) {
                final String line = jvm.line();
                assertNotNull(Progress.of(line), line);
                progress = Progress.of(line);
            }
            jvm.kill();
            for (String line = jvm.line(); line != null; line = jvm.line()) {
                progress = Progress.of(line) != null ? Progress.of(line) : progress; // the last one may be cut
            }
            return new Life(recovered, progress);
        }
    }

    /** As a tool reads it, the tail too. Every number is there once, in order. */
    private static long lastNumber(final Path data) {
        final Numbers numbers = new Numbers();
        try (JournalReader reader = JournalReader.open(data)) {
            reader.replay(0, numbers);
        }
        return numbers.last;
    }

    /** @param recovered the last number that its start replayed, before it appended anything. */
    private record Life(long recovered, Progress progress) {
    }

    /** Each is one more than the one before it. */
    private static final class Numbers implements RecordHandler {
        private long last = -1;

        @Override
        public void onRecord(
            final long position,
            final int linkId,
            final long timeNs,
            final DirectBuffer frame,
            final int offset,
            final int length) {
            final byte[] number = new byte[Long.BYTES];
            frame.getBytes(offset, number);
            assertEquals(last + 1, new UnsafeBuffer(number).getLong(0));
            last++;
        }
    }

    /** How the journal is stored in a life. */
    enum Mode {
        MAPPED, STAGED, STAGED_ELSEWHERE;

        JournalStorage storage(final Path data, final Path memory) throws IOException {
            return switch (this) {
                case MAPPED -> new MappedStorage(data);
                case STAGED -> new StagedStorage(data, memory);
                case STAGED_ELSEWHERE -> new StagedStorage(data, Files.createDirectories(memory.resolve("elsewhere")));
            };
        }
    }

    /** Numbers of the last record that was appended, and of the last one that was forced, as far as it is known. */
    private record Progress(long appended, long forced) {
        private static final Pattern LINE = Pattern.compile("(\\d+) (-?\\d+);");

        static Progress of(final String line) {
            final Matcher matcher = LINE.matcher(line == null ? "" : line);
            return matcher.matches() ? new Progress(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)))
                : null;
        }
    }

    /** Appends numbers, with other threads forcing and preparing space, and says how far it came. */
    static final class Writer {
        private final SegmentedJournal journal;
        private final ArrayDeque<long[]> unforced = new ArrayDeque<>();
        private long forced = -1;

        private Writer(final SegmentedJournal journal) {
            this.journal = journal;
        }

        public static void main(final String[] args) throws IOException {
            final JournalStorage storage = Mode.valueOf(args[2]).storage(Path.of(args[0]), Path.of(args[1]));
            final JournalContext context =
                Process.context(storage).reservedSegments(8).tailLength(SMALL_TAIL_LENGTH);
            final Numbers numbers = new Numbers();
            final SegmentedJournal journal;
            try (JournalRecovery recovery = JournalRecovery.open(context)) {
                recovery.replay(0, numbers);
                journal = recovery.start();
            }
            System.out.println(RECOVERED + numbers.last);
            loop(journal::prepareSpace);
            loop(journal::force);
            new Writer(journal).appendForEver(numbers.last + 1);
        }

        private void appendForEver(final long from) {
            forced = from - 1;
            final UnsafeBuffer frame = new UnsafeBuffer(new byte[100]);
            for (long number = from; true; number++) {
                while (!journal.hasSpaceForNew() || !journal.hasRoom()) {
                    Thread.yield();
                }
                frame.putLong(0, number);
                final long end =
                    journal.append(1, System.nanoTime() & Long.MAX_VALUE, frame, 0, 8 + (int) (number % 90));
                unforced.add(new long[] {number, end});
                if (number % 50 == 0) {
                    journal.requestForce(end);
                }
                while (!unforced.isEmpty() && unforced.peek()[1] <= journal.forcedPosition()) {
                    forced = unforced.poll()[0];
                }
                if (number % 10 == 0) {
                    System.out.println(number + " " + forced + ";");
                }
            }
        }

        private static void loop(final Runnable duty) {
            final Thread thread = new Thread(() -> {
                while (true) {
                    duty.run();
                    Thread.yield();
                }
            });
            thread.setDaemon(true);
            thread.start();
        }
    }
}
