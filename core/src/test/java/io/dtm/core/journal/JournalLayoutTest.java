package io.dtm.core.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.MarkDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalFile;
import io.dtm.core.storage.simulated.SimulatedStorage;
import java.io.IOException;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** The bytes on disk, as docs/journal-format.md has them. They are bound: whoever changes them breaks journals. */
class JournalLayoutTest {
    private static final String HEADER = ""
        + "44 54 4d 2e 53 45 47 00 01 00 00 10 00 20 00 00 " // magic, version, header length, segment length
        + "f0 de bc 9a 78 56 34 12 00 00 00 00 00 00 00 00 " // coordinator id, base position
        + "00 00 00 00 00 00 00 00 15 cd 5b 07 00 00 00 00 " // forced position, created
        + "00 00 00 00 00 00 00 00 00 00 00 00 2a d5 b9 66 "; // nothing, CRC
    private static final String FIRST_RECORD = ""
        + "1f 00 00 01 29 d4 09 ce d2 02 96 49 00 00 00 00 07 00 00 00 " // length 31 and X, CRC, time, unforced, link
        + "00 00 00 00 00 00 00 00 61 62 63 00 "; // high halves, frame, alignment
    private static final String SECOND_RECORD = ""
        + "16 00 00 00 a9 76 ed 33 e8 03 00 00 20 00 00 00 ff ff ff ff " // length 22, CRC, 1000 ns, 32 unforced, link
        + "64 65 00 00 "; // frame, alignment
    private static final String TAIL_HEADER = ""
        + "44 54 4d 2e 54 41 49 4c 01 00 00 10 00 00 08 00 " // magic, version, header length, capacity
        + "f0 de bc 9a 78 56 34 12 00 10 00 00 00 00 00 00 " // coordinator id, start position
        + "15 cd 5b 07 00 00 00 00 20 04 00 00 " // created, margin
        + "28 7c 2b 10 00 00 00 00 00 00 00 00 00 00 00 00 "; // CRC32C of the directory, nothing
    private static final String TAIL_DIRECTORY =
        "01 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 04 00 00 00 64 61 74 61 "; // device, inode, path
    private static final String END_PREFIX = "f0 de bc 9a 78 56 34 12 38 10 00 00 00 00 00 00 08 00 00 02 ";

    private final SimulatedStorage storage = new SimulatedStorage();

    @Test
    void shouldWriteTheBytesThatTheDocumentShows() throws IOException {
        final Process process = Process.start(Process.context(storage).epochClock(() -> 123_456_789));
        process.append(7, 1_234_567_890, "abc".getBytes());
        process.append(-1, 1_234_568_890, "de".getBytes());
        process.close();

        try (JournalFile file = storage.open("00000000000000000000.segment", false)) {
            final UnsafeBuffer buffer = file.buffer();
            assertEquals(HEADER, hex(buffer, 0, 64));
            assertEquals(FIRST_RECORD, hex(buffer, 4096, 32));
            assertEquals(SECOND_RECORD, hex(buffer, 4128, 24));
        }
        try (JournalFile file = storage.open(FileNames.COORDINATOR_ID, false)) {
            final byte[] bytes = new byte[file.length()];
            file.buffer().getBytes(0, bytes);
            assertEquals("123456789abcdef0\n", new String(bytes));
        }
    }

    /** Records are the same bytes; they lie at their position modulo the capacity, which no position exceeds here. */
    @Test
    void shouldWriteTheBytesOfATailThatTheDocumentShows() throws IOException {
        final Process process =
            Process.start(Process.context(storage.staged(true)).epochClock(() -> 123_456_789));
        process.append(7, 1_234_567_890, "abc".getBytes());
        process.append(-1, 1_234_568_890, "de".getBytes());

        try (JournalFile file = storage.sharedMemory().open("memory/dtm-123456789abcdef0.tail")) {
            final UnsafeBuffer buffer = file.buffer();
            assertEquals(4096 + Process.TAIL_LENGTH + 1056, file.length());
            assertEquals(TAIL_HEADER + crc(TAIL_HEADER), hex(buffer, 0, 64));
            assertEquals(TAIL_DIRECTORY, hex(buffer, 512, 24));
            assertEquals("38 10 00 00 00 00 00 00 ", hex(buffer, 128, 8), "appended");
            assertEquals("00 10 00 00 00 00 00 00 ", hex(buffer, 256, 8), "forced");
            assertEquals(FIRST_RECORD, hex(buffer, 4096 + 4096, 32));
            assertEquals(SECOND_RECORD, hex(buffer, 4096 + 4128, 24));
        }
        try (JournalFile file = storage.open(FileNames.TAIL_POINTER, false)) {
            final byte[] bytes = new byte[file.length()];
            file.buffer().getBytes(0, bytes);
            assertEquals(512, bytes.length);
            assertTrue(new String(bytes).startsWith("memory/dtm-123456789abcdef0.tail\nin use\n"), new String(bytes));
        }
        try (JournalFile file = storage.open("00000000000000000000.segment", false)) {
            assertEquals(0, file.buffer().getLong(4096), "nothing is forced");
            process.forceAll();
            assertEquals(FIRST_RECORD, hex(file.buffer(), 4096, 32));
            assertEquals(SECOND_RECORD, hex(file.buffer(), 4128, 24));
        }
    }

    @Test
    void shouldMarkTheEndOfASegmentThatIsLeftEarly() throws IOException {
        final Process process = Process.start(storage);
        process.append(7, 1_234_567_890, "abc".getBytes());
        process.append(-1, 1_234_568_890, "de".getBytes());
        process.append(1, 1_234_568_890, new byte[1024]);
        process.append(1, 1_234_568_890, new byte[1024]);
        process.append(1, 1_234_568_890, new byte[1024]);
        final long end = process.append(1, 1_234_568_890, new byte[800]);
        process.append(1, 1_234_568_890, new byte[1024]);
        process.close();

        final String prefix = END_PREFIX.replace("38 10", hex(end & 0xFF) + " " + hex(end >> 8));
        try (JournalFile file = storage.open("00000000000000000000.segment", false)) {
            assertEquals("08 00 00 02 " + crc(prefix) + "00 00 00 00 00 00 00 00 ",
                hex(file.buffer(), (int) end, 16));
        }
        try (JournalFile file = storage.open("00000000000000008192.segment", false)) {
            assertEquals(8192, SegmentDescriptor.basePosition(file.buffer()));
        }
    }

    @Test
    void shouldCostTwentyBytesARecordAndAlignment() {
        final Process process = Process.start(storage);
        process.append("first");
        final long start = process.journal().appendedPosition();
        assertEquals(start + 24, process.append("abcd"));
        assertEquals(start + 24 + 32, process.append("abcde"));
    }

    @Test
    void shouldTellToolsWhoRuns() throws IOException {
        final Process process = Process.start(Process.context(storage).epochClock(() -> 42));
        process.append("something");
        process.forceAll();
        try (JournalFile mark = storage.open(FileNames.MARK, false)) {
            final UnsafeBuffer buffer = mark.buffer();
            assertEquals(MarkDescriptor.VERSION, buffer.getInt(MarkDescriptor.VERSION_OFFSET));
            assertEquals(ProcessHandle.current().pid(), MarkDescriptor.pid(buffer));
            assertEquals(Process.COORDINATOR_ID, MarkDescriptor.coordinatorId(buffer));
            assertEquals(process.journal().forcedPosition(), MarkDescriptor.forcedPosition(buffer));
            assertEquals(42, buffer.getLong(MarkDescriptor.TIMESTAMP_OFFSET));
            assertTrue(MarkDescriptor.appendedPosition(buffer) <= process.journal().appendedPosition());

            process.close();

            assertEquals(0, MarkDescriptor.pid(buffer));
            assertEquals(process.journal().forcedPosition(), MarkDescriptor.forcedPosition(buffer));
        }
    }

    private static String crc(final String hex) {
        final CRC32C crc = new CRC32C();
        for (final String part : hex.trim().split(" ")) {
            crc.update(Integer.parseInt(part, 16));
        }
        final int value = (int) crc.getValue();
        return hex(value & 0xFF) + " " + hex(value >> 8 & 0xFF) + " " + hex(value >> 16 & 0xFF) + " "
            + hex(value >>> 24) + " ";
    }

    private static String hex(final UnsafeBuffer buffer, final int offset, final int length) {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(hex(buffer.getByte(offset + i) & 0xFF)).append(' ');
        }
        return text.toString();
    }

    private static String hex(final long value) {
        return String.format("%02x", value);
    }
}
