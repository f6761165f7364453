package io.dtm.core.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real process, killed by SIGKILL while it appends. */
class KilledProcessTest {
    private static final int KILLS = 5;
    private static final int LINES_BEFORE_KILL = 20;

    @TempDir
    private Path directory;

    @Test
    void shouldFindEveryAppendedRecordAfterAKill() throws Exception {
        final Path data = directory.resolve("data");
        for (int kill = 1; kill <= KILLS; kill++) {
            final long appended = runAndKill(data, LINES_BEFORE_KILL * kill);
            final List<Long> numbers = numbers(data);
            assertTrue(numbers.size() > appended, "it said that it had appended " + appended);
            for (int i = 0; i < numbers.size(); i++) {
                assertEquals(i, numbers.get(i));
            }
        }
        final Process process = Process.start(Process.context(new MappedStorage(data)));
        assertTrue(process.tail().evidencePosition() > Process.FIRST_POSITION);
        process.close();
    }

    /** @return the number of the last record that it reported. */
    private static long runAndKill(final Path data, final int lines) throws IOException, InterruptedException {
        long last = 0;
        try (ForkedJvm jvm = new ForkedJvm(Writer.class, data.toString())) {
            for (int i = 0; i < lines; i++) {
                final String line = jvm.line();
                assertTrue(line != null && line.matches("\\d+"), line);
                last = Long.parseLong(line);
            }
            jvm.kill();
        }
        return last;
    }

    private static List<Long> numbers(final Path data) {
        final RecordedRecords records = new RecordedRecords();
        try (JournalReader reader = JournalReader.open(data)) {
            reader.replay(0, records);
        }
        return records.entries().stream().map(entry -> number(entry.frame())).collect(Collectors.toList());
    }

    private static long number(final String frame) {
        final String[] bytes = frame.substring(1, frame.length() - 1).split(", ");
        final byte[] number = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            number[i] = Byte.parseByte(bytes[i]);
        }
        return new UnsafeBuffer(Arrays.copyOf(number, Long.BYTES)).getLong(0);
    }

    /** Appends numbers, with other threads forcing and preparing space, and says now and then how far it came. */
    static final class Writer {
        private Writer() {
        }

        public static void main(final String[] args) {
            final JournalContext context = Process.context(new MappedStorage(Path.of(args[0]))).reservedSegments(8);
            final long[] number = new long[1];
            final SegmentedJournal journal;
            try (JournalRecovery recovery = JournalRecovery.open(context)) {
                recovery.replay(0, (position, linkId, timeNs, frame, offset, length) -> number[0]++);
                journal = recovery.start();
            }
            loop(journal::prepareSpace);
            loop(journal::force);
            final UnsafeBuffer frame = new UnsafeBuffer(new byte[100]);
            while (true) {
                while (!journal.hasSpaceForNew()) {
                    Thread.yield();
                }
                frame.putLong(0, number[0]);
                journal.append(1, System.nanoTime() & Long.MAX_VALUE, frame, 0, 8 + (int) (number[0] % 90));
                journal.requestForce(journal.appendedPosition());
                if (number[0] % 10 == 0) {
                    System.out.println(number[0]);
                }
                number[0]++;
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
