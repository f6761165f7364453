package io.dtm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.MarkDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.codec.message.AcknowledgementsDecoder;
import io.dtm.codec.message.EpochStartedDecoder;
import io.dtm.core.journal.JournalContext;
import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.journal.inspection.JournalDamage;
import io.dtm.core.journal.inspection.JournalInspector;
import io.dtm.core.journal.inspection.JournalVisitor;
import io.dtm.core.storage.MappedStorage;
import io.dtm.server.process.ChildProcess;
import io.dtm.server.process.FreePorts;
import io.dtm.server.process.ReadyLine;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.DirectBuffer;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The journal's tools, as somebody at a terminal has them. */
class JournalCommandTest extends JournalCommandSuite {
    private static final String ID_FILE = "coordinator.id";
    private static final String CHECKPOINT = "00000000000000032768.checkpoint";
    private static final int LIMIT_S = 60;

    @Test
    void shouldDescribeWhatIsThere() {
        final List<String> text = lines("describe", directory.resolve("data").toString());

        assertEquals(4, text.stream().filter(line -> line.startsWith("segment ")).count(), out::toString);
        assertTrue(text.get(1).endsWith(journal.toString()), out::toString);
        assertTrue(out.toString().contains("the journal ends at position"), out::toString);
        final int events = Integer.parseInt(found(" (\\d+) events").get(0));
        assertEquals(events, lines("dump", journal.toString()).size(), "an event is a line");
    }

    @Test
    void shouldSayTheSameInJson() {
        final String events = lines("describe", journal.toString()).stream()
            .filter(line -> line.startsWith("total")).findFirst().orElseThrow();
        final List<String> json = lines("describe", "--json", journal.toString());

        assertEquals(1, json.size());
        Json.check(json.get(0));
        assertTrue(events.contains(" " + found("\"events\":(\\d+)").get(0) + " events"), events);
        assertEquals(4, found("\"name\":\"(\\d{20}\\.segment)\"").size());
        final List<String> dumped = lines("dump", "--json", journal.toString());
        dumped.forEach(Json::check);
        assertEquals(Integer.parseInt(events.replaceAll(".*, (\\d+) events.*", "$1")), dumped.size());
    }

    @Test
    void shouldShowOfAGroupOnlyTheElementsOfTheTransactionThatIsAskedFor() {
        final List<String> all = lines("dump", journal.toString());
        final String id = transactionInSharedRecord(all);

        final List<String> filtered = lines("dump", "--transaction", id, journal.toString());

        assertTrue(filtered.size() > 3, filtered::toString);
        assertEquals(all.stream().filter(line -> line.contains("transactionId=" + id + " ")).toList(), filtered);
        assertEquals(filtered,
            lines("dump", "--transaction", Long.toString(Long.parseLong(id, 16)), journal.toString()), "decimal");
        assertEquals(filtered, lines("dump", "--transaction", "0x" + id, journal.toString()));
        final String other = all.stream().filter(line -> line.contains(" Submit ") && !line.contains("=" + id + " "))
            .findFirst().orElseThrow().replaceAll(".*transactionId=([0-9a-f]+) .*", "$1");
        assertTrue(lines("dump", "--transaction", id, "--transaction", other, journal.toString()).size()
            > filtered.size());
        assertEquals(filtered.size(), lines("dump", "--json", "--transaction", id, journal.toString()).size());
        assertEquals(filtered.size(), found("\"transactionId\":\"(" + id + ")\"").size());
    }

    /** @return a transaction of which a record has a vote beside one of another transaction. */
    private static String transactionInSharedRecord(final List<String> lines) {
        final Pattern vote = Pattern.compile("^ *(\\d+) .* Votes .*transactionId=([0-9a-f]+) .*");
        String position = "";
        String id = "";
        for (final String line : lines) {
            final Matcher matcher = vote.matcher(line);
            if (matcher.matches()) {
                if (matcher.group(1).equals(position) && !matcher.group(2).equals(id)) {
                    return id;
                }
                position = matcher.group(1);
                id = matcher.group(2);
            }
        }
        throw new AssertionError("no record has votes of two transactions");
    }

    @Test
    void shouldNarrowDownByPositionSessionAndTemplate() {
        final List<String> all = lines("dump", journal.toString());
        final String from = all.get(100).trim().split(" +")[0];
        final String to = all.get(300).trim().split(" +")[0];

        final List<String> part = lines("dump", "--from", from, "--to", to, journal.toString());
        assertEquals(all.stream().filter(line -> {
            final long position = Long.parseLong(line.trim().split(" +")[0]);
            return position >= Long.parseLong(from) && position < Long.parseLong(to);
        }).toList(), part);
        assertTrue(part.size() > 100);

        final List<String> epochs = lines("dump", "--template", "EpochStarted", journal.toString());
        assertFalse(epochs.isEmpty());
        epochs.forEach(line -> assertTrue(line.contains(" EpochStarted coordinatorId="), line));

        final List<String> session = lines("dump", "--session", "3", journal.toString());
        assertFalse(session.isEmpty());
        session.forEach(line -> assertTrue(
            line.matches(".*(sessionId=3 |transactionId=3[0-9a-f]{8}( .*|$)).*"), line));
    }

    @Test
    void shouldShowNobodysTokens() throws IOException {
        final List<String> opened = lines("dump", "--template", "SessionOpening", journal.toString());
        assertFalse(opened.isEmpty());
        opened.forEach(line -> assertTrue(line.contains("tokenHigh=(secret) tokenLow=(secret)"), line));
        journal = GoldenJournal.unpack("05-joined-before-the-answer", directory.resolve("interactive"));
        final List<String> begun = lines("dump", "--template", "Begin", journal.toString());
        assertFalse(begun.isEmpty());
        begun.forEach(line -> assertTrue(line.contains("joinToken=(secret)"), line));
    }

    @Test
    void shouldSayThatNoEventIsOfAnUnknownTransaction() {
        assertEquals(List.of(), lines("dump", "--transaction", "7fffffff00000001", journal.toString()));
        assertTrue(err.toString().contains("no event is selected"), err::toString);
    }

    @Test
    void shouldTellTheTrueEndToWhoAsksForWhatIsBehindIt() {
        final long end = end();
        for (final long from : List.of(end, end + 1, 99_999_999_999L, Long.MAX_VALUE)) {
            assertEquals(List.of(), lines("dump", "--from", Long.toString(from), journal.toString()));
            assertTrue(err.toString().contains("no event is selected; the journal ends at position " + end + " "),
                err::toString);
        }
        assertEquals(List.of(), lines("dump", "--from", "5", "--to", "5", journal.toString()));
        assertTrue(err.toString().endsWith("no event is selected\n"), err::toString);
    }

    @Test
    void shouldEndQuietlyWhenNobodyReadsAnyMore() {
        final StringBuilder read = new StringBuilder();
        final int status = run(new Writer() {
            @Override
            public void write(final char[] text, final int offset, final int length) throws IOException {
                if (read.length() > 0) {
                    throw new IOException("Broken pipe");
                }
                read.append(text, offset, length);
            }

            @Override
            public void flush() {
            }

            @Override
            public void close() {
            }
        }, "dump", journal.toString());

        assertEquals(0, status);
        assertEquals("", err.toString());
        assertTrue(read.length() > 0);
    }

    @Test
    void shouldVerifyWhatIsWhole() {
        for (final String name : List.of("data", "data/journal")) {
            assertEquals(0, run("verify", directory.resolve(name).toString()), out::toString);
            assertTrue(lastLine().startsWith("journal verify: ok: 4 segments, 1 checkpoint, "), lastLine());
            assertTrue(lastLine().endsWith(" transactions in flight"), lastLine());
        }
    }

    @Test
    void shouldNameEachFlippedBitAndGoOn() throws IOException {
        flip(FIRST, SegmentDescriptor.HEADER_LENGTH + 64, 4);
        flip(SECOND, SegmentDescriptor.HEADER_LENGTH + 64, 4);

        assertEquals(1, run("verify", journal.toString()));

        final List<String> damages = out.toString().lines().filter(line -> line.startsWith("DAMAGE ")).toList();
        assertEquals(2, damages.size(), out::toString);
        assertTrue(damages.get(0).matches("DAMAGE " + FIRST + ", position \\d+ \\(offset \\d+\\): a bad record .*"),
            out::toString);
        assertTrue(damages.get(1).contains(SECOND), out::toString);
        assertEquals("journal verify: DAMAGED: 2 places in " + FIRST + ", " + SECOND, lastLine());
        final long damaged = Long.parseLong(found("DAMAGE " + FIRST + ", position (\\d+) ").get(0));
        assertReplayEndsAt(damaged, before(damaged));

        assertEquals(1, run("dump", journal.toString()));
        assertTrue(err.toString().contains(damages.get(0)), err::toString);
        assertEquals(1, run("describe", journal.toString()));
        assertTrue(out.toString().contains(damages.get(0).replace("DAMAGE ", "damage       ")), out::toString);
    }

    private void assertReplayEndsAt(final long position, final long records) {
        assertEquals(1, run("verify", journal.toString()), out::toString);
        assertTrue(out.toString().contains(records == 0
            ? "replay: nothing was replayed, since there is damage at position " + position + '\n'
            : "replay: ended early, since there is damage at position " + position + ": " + records
                + " records, epoch "), out::toString);
    }

    /** @return records with events before a position. */
    private long before(final long position) throws IOException {
        final Path whole = GoldenJournal.unpack("life-3", directory.resolve("before-" + position));
        final long[] count = {0};
        JournalInspector.open(whole).inspect(0, new JournalVisitor() {
            @Override
            public boolean onRecord(
                final long at,
                final long end,
                final int linkId,
                final long timeNs,
                final DirectBuffer frame,
                final int offset,
                final int length) {
                count[0] += at < position ? 1 : 0;
                return true;
            }

            @Override
            public void onDamage(final JournalDamage damage) {
                fail(damage.toString());
            }
        });
        return count[0];
    }

    @Test
    void shouldCountWhatStandsBeforeADamagedHeaderAndNameItOnce() throws IOException {
        for (final String name : List.of(SECOND, FIRST)) {
            flip(name, SegmentDescriptor.CRC_OFFSET + 100, 1);
            final long base = Long.parseLong(name.substring(0, 20));
            assertReplayEndsAt(base, before(base));
            assertTrue(out.toString().contains("DAMAGE " + name + ", position " + base + " (offset 0): the rest of its"
                + " header's page isn't zero; its records aren't looked at\n"), out::toString);
            flip(name, SegmentDescriptor.CRC_OFFSET + 100, 1);
        }
    }

    @Test
    void shouldClaimNoEndWhereTheLastRecordsCanNotBeRead() throws IOException {
        final long end = end();
        final long base = end / 32_768 * 32_768;
        final String last = String.format("%020d.segment", base);
        final String tail = "end: the journal can be read up to position " + base + "; where it ends isn't known,"
            + " since what comes next is missing or can't be read";
        flip(last, SegmentDescriptor.CRC_OFFSET + 100, 1);
        assertReplayEndsAt(base, before(base));
        assertTrue(out.toString().contains(tail), out::toString);
        for (long spare = base + 32_768; Files.deleteIfExists(segment(spare)); spare += 32_768) {
            assertReplayEndsAt(base, before(base));
            assertTrue(out.toString().contains(tail), out::toString);
        }
        Files.delete(journal.resolve(last));
        assertReplayEndsAt(base, before(base));
        assertTrue(out.toString().contains(tail), out::toString);
    }

    @Test
    void shouldReplayAllRecordsIfOnlyASpareSegmentIsMissing() throws IOException {
        final long end = end();
        final long spare = end / 32_768 * 32_768 + 32_768;
        final long records = before(Long.MAX_VALUE);
        Files.delete(segment(spare));
        assertTrue(Files.exists(segment(spare + 32_768)));

        assertEquals(1, run("verify", journal.toString()), out::toString);

        assertTrue(out.toString().contains("\nreplay: " + records + " records, epoch "), out::toString);
        assertTrue(out.toString().contains("\nend: the journal ends at position " + end + " "), out::toString);
    }

    private long end() {
        return Long.parseLong(lines("describe", "--json", journal.toString()).get(0)
            .replaceAll(".*\"endPosition\":(\\d+).*", "$1"));
    }

    private Path segment(final long base) {
        return journal.resolve(String.format("%020d.segment", base));
    }

    @Test
    void shouldSayHowMuchSpaceThereIs() throws IOException {
        try (RandomAccessFile mark = new RandomAccessFile(journal.resolve("coordinator.mark").toFile(), "rw")) {
            mark.seek(MarkDescriptor.USABLE_BYTES_OFFSET);
            mark.write(new byte[] {0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 3});
        }
        assertTrue(lines("describe", journal.toString()).contains("space        256 bytes can be had, 512 stay free;"
            + " new transactions are REFUSED since 1970-01-01T00:00:00.001Z; new transactions weren't taken 3 times"
            + " since the start"), out::toString);
        assertEquals(0, run("verify", journal.toString()), out::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"describe", "dump", "verify", "checkpoint"})
    void shouldSayThatThereIsNoJournalYetWhileAFirstStartIsUnderWay(final String command) throws IOException {
        final Path data = directory.resolve("first");
        JournalRecovery.open(new JournalContext().storage(new MappedStorage(data)).segmentLength(131_072)
            .coordinatorIdSupplier(() -> 1)).close();
        Files.delete(data.resolve(ID_FILE));

        assertRefused("there is no journal in " + data + " yet: a first start is under way, or was killed before its"
            + " end. Start the coordinator", command, data.toString());
    }

    @Test
    void shouldTellATornTailWithoutCallingItDamage() throws IOException {
        final long end = end();
        flip(String.format("%020d.segment", end / 32_768 * 32_768), end % 32_768 + 8, 1);

        assertEquals(0, run("verify", journal.toString()));
        assertTrue(
            out.toString().contains("\nend: torn end: no record at position " + end + " in segment "), out::toString);
        assertTrue(out.toString().contains("; a start cuts off the 16 bytes that follow\n"), out::toString);
        assertTrue(lastLine().contains("; a start cuts off 16 bytes behind it"), lastLine());
    }

    @Test
    void shouldNameWhatAStartWouldRefuseToReplay() throws IOException {
        journal = GoldenJournal.unpack("rare-events", directory.resolve("rare"));
        assertEquals(0, run("verify", journal.toString()), out::toString);
        assertTrue(lastLine().contains(" 1 transactions in flight"), lastLine());

        // This time the journal doesn't say that the coordinator saw the contradiction.
        appendAgain(AcknowledgementsDecoder.TEMPLATE_ID);
        assertEquals(1, run("verify", journal.toString()), out::toString);
        assertTrue(out.toString().contains("--accept-contradictions"), out::toString);
        assertEquals("journal verify: DAMAGED: 1 place in " + FIRST, lastLine());

        appendAgain(EpochStartedDecoder.TEMPLATE_ID);
        assertEquals(1, run("verify", journal.toString()), out::toString);
        assertTrue(out.toString().contains("can't be replayed"), out::toString);
        assertEquals("journal verify: DAMAGED: 1 place in " + FIRST, lastLine());
    }

    private void appendAgain(final int templateId) {
        final JournalContext context = new JournalContext()
            .directory(journal).segmentLength(131_072).lowSpaceBytes(0).coordinatorIdSupplier(() -> 1);
        final int[] link = {0};
        final UnsafeBuffer copy = new UnsafeBuffer(new byte[0]);
        try (JournalRecovery recovery = JournalRecovery.open(context)) {
            final long timeNs = recovery.replay(0, (position, linkId, time, frame, offset, length) -> {
                if (FrameDescriptor.messageCount(frame, offset) > 0
                    && FrameDescriptor.templateId(frame, offset + FrameDescriptor.HEADER_LENGTH) == templateId) {
                    link[0] = linkId;
                    copy.wrap(new byte[length]);
                    copy.putBytes(0, frame, offset, length);
                }
            }).timeNs();
            try (SegmentedJournal live = recovery.start()) {
                live.append(link[0], timeNs, copy, 0, copy.capacity());
                live.requestForce(live.appendedPosition());
                live.force();
            }
        }
    }

    @Test
    void shouldNameAJournalOfAnotherVersionAndWhatToDo() throws IOException {
        assertOtherVersion(3, "has format version 2; this program knows 1. Nothing is damaged, and nothing was changed."
            + " Start the program that wrote it, or a newer one");
        assertOtherVersion(2, "has format version 0; this program knows 1. Nothing is damaged, and nothing was changed."
            + " Start the program that wrote it, let no new transaction in, ");
        assertTrue(err.toString().contains("make a checkpoint with it (dtm journal checkpoint), and upgrade then"),
            err::toString);
    }

    /** @param mask turns version 1 into the one that is told: 2 or, with the first applied, 0. */
    private void assertOtherVersion(final int mask, final String what) throws IOException {
        flip(FIRST, 8, mask);

        assertEquals(1, run("verify", journal.toString()));

        assertTrue(out.toString().contains("UNREADABLE " + FIRST + ", position 0 (offset 0): " + what), out::toString);
        assertEquals("journal verify: UNREADABLE by this version: 1 place in " + FIRST, lastLine());
        assertTrue(out.toString().contains("replay: nothing was replayed, since another version wrote what is at"
            + " position 0\n"), out::toString);
        assertFalse(out.toString().contains("DAMAGE"), out::toString);
        assertEquals(1, run("describe", journal.toString()));
        assertTrue(out.toString().contains("segment      " + FIRST + "  UNREADABLE"), out::toString);
        assertTrue(out.toString().contains("\nunreadable   " + FIRST + ", position 0"), out::toString);
        assertEquals(1, run("describe", "--json", journal.toString()));
        Json.check(out.toString().trim());
        assertEquals(1, run("dump", journal.toString()));
        assertTrue(err.toString().contains("UNREADABLE " + FIRST), err::toString);
    }

    @Test
    void shouldNameADamagedIdFile() throws IOException {
        Files.writeString(journal.resolve(ID_FILE), "nobody");
        assertEquals(1, run("verify", journal.toString()));
        assertTrue(out.toString().contains("DAMAGE " + ID_FILE), out::toString);
        assertTrue(out.toString().contains("replay: nothing was replayed, since " + ID_FILE + " is damaged\n"),
            out::toString);
        Files.writeString(journal.resolve(ID_FILE), "0000000000000001\n");
        assertEquals(1, run("verify", journal.toString()));
        assertEquals("journal verify: DAMAGED: 1 place in " + ID_FILE, lastLine());
        Files.delete(journal.resolve(ID_FILE));
        assertEquals(1, run("verify", journal.toString()));
        assertTrue(out.toString().contains("it is missing"), out::toString);
        assertFalse(out.toString().contains("0 records"), out::toString);
    }

    @Test
    void shouldPrintNoNameThatCommandsATerminal() throws IOException {
        Files.writeString(journal.resolve("a\u001b[31m\nb"), "");
        for (final String command : List.of("verify", "describe")) {
            assertEquals(0, run(command, journal.toString()), out::toString);
            assertTrue(out.toString().contains("a\\u001b[31m\\u000ab is no file of a journal"), out::toString);
            assertFalse(out.toString().contains("\u001b"), out::toString);
        }
    }

    @Test
    void shouldSayHowOftenNewTransactionsWereNotTaken() throws IOException {
        try (RandomAccessFile mark = new RandomAccessFile(journal.resolve("coordinator.mark").toFile(), "rw")) {
            mark.seek(MarkDescriptor.USABLE_BYTES_OFFSET);
            mark.write(new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
        }
        assertTrue(lines("describe", journal.toString()).contains("space        1 bytes can be had, 2 stay free; new"
            + " transactions weren't taken once since the start"), out::toString);
    }

    @Test
    void shouldNameAForeignSegmentAndAForeignFile() throws IOException {
        Files.writeString(journal.resolve("notes.txt"), "mine");
        assertEquals(0, run("verify", journal.toString()), out::toString);
        assertTrue(out.toString().contains("note: notes.txt is no file of a journal"), out::toString);

        final Path other = GoldenJournal.unpack("life-1", directory.resolve("other"));
        Files.copy(other.resolve(FIRST), journal.resolve("00000000000000131072.segment"));
        assertEquals(1, run("verify", journal.toString()), out::toString);
        assertTrue(out.toString().contains("DAMAGE 00000000000000131072.segment"), out::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"describe", "dump", "verify", "checkpoint"})
    void shouldSayInOneLineWhatIsNoJournal(final String command) throws IOException {
        final Path empty = Files.createDirectory(directory.resolve("empty"));
        final Path file = Files.writeString(directory.resolve("file"), "");

        assertRefused("there is no directory " + directory.resolve("none"),
            command, directory.resolve("none").toString());
        assertRefused(file + " is no directory", command, file.toString());
        assertRefused("there is no journal in " + empty, command, empty.toString());
        assertRefused("Missing required parameter: 'DIR'", command);
        try (var files = Files.list(empty)) {
            assertEquals(0, files.count(), "nothing was made");
        }
    }

    @Test
    void shouldSayThatADirectoryCanNotBeRead() throws IOException {
        Files.setPosixFilePermissions(journal, PosixFilePermissions.fromString("---------"));
        try {
            assumeFalse(Files.isReadable(journal), "root may read everything");
            assertRefused("can't be read", "verify", journal.toString());
        } finally {
            Files.setPosixFilePermissions(journal, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SECOND, "coordinator.mark", ID_FILE, CHECKPOINT, "coordinator.tail", "coordinator.cut"})
    void shouldNameEachFileThatCanNotBeRead(final String name) throws IOException {
        final Path file = journal.resolve(name);
        if (Files.exists(file)) {
            Files.move(file, directory.resolve("elsewhere"));
        }
        Files.createSymbolicLink(file, directory.resolve("elsewhere"));
        assertNamedUnreadable(name);
        Files.delete(file);
        Files.createDirectory(file);
        assertNamedUnreadable(name);
    }

    private void assertNamedUnreadable(final String name) {
        assertEquals(1, run("verify", journal.toString()), out::toString);
        assertTrue(out.toString().contains("DAMAGE " + name + ", "), out::toString);
        assertEquals("journal verify: DAMAGED: 1 place in " + name, lastLine());
        assertEquals(1, run("describe", journal.toString()), out::toString);
        assertEquals(1, found("(?m)^damage +(" + name + ", .*)$").size(), out::toString);
        final boolean isSegment = name.equals(SECOND);
        assertEquals(isSegment ? 1 : 0, found("(?m)^segment +(" + SECOND + "  UNREADABLE.*)$").size(), out::toString);
        assertEquals(4, found("(?m)^(segment ).*$").size(), out::toString);
        assertEquals(name.equals(CHECKPOINT) ? 0 : 1, run("dump", journal.toString()), err::toString);
        assertTrue(out.toString().lines().count() > 100);
    }

    @Test
    void shouldRefuseOptionsThatMakeNoSense() {
        assertRefused("'vote' is no transaction id", "dump", "--transaction", "vote", journal.toString());
        assertRefused("--template Vote is unknown; there are Acknowledgements, ",
            "dump", "--template", "Vote", journal.toString());
        for (final String told : List.of("Decisions", "Outcomes", "Prepares", "SessionOpen", "KeepAlive")) {
            assertRefused("--template " + told + " is unknown; there are Acknowledgements, Begin, ",
                "dump", "--template", told, journal.toString());
            assertFalse(err.toString().contains(", " + told + ","), err::toString);
        }
        for (final String event : List.of("Submit", "Votes", "SessionOpening", "EpochStarted", "SettingsApplied")) {
            assertEquals(0, run("dump", "--template", event, journal.toString()));
        }
        assertRefused("--from", "dump", "--from", "here", journal.toString());
        assertRefused("positions start at 0: there is none at -5", "dump", "--from", "-5", journal.toString());
        assertRefused("positions start at 0: there is none at -5", "dump", "--to", "-5", journal.toString());
        assertRefused("--to 9 lies before --from 10", "dump", "--from", "10", "--to", "9", journal.toString());
        assertRefused("Unknown option", "verify", "--json", journal.toString());
        assertRefused("name a command: describe, dump, verify or checkpoint");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mapped", "staged"})
    void shouldLookAtARunningCoordinatorAndAtAKilledOne(final String storage) throws Exception {
        final Path data = directory.resolve("running");
        final Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "dtm-test-");
        final ChildProcess coordinator = new ChildProcess("coordinator", directory.resolve("log"),
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"), Dtm.class.getName(),
            List.of("coordinator", "-D", "dtm.directory=" + data, "-D", "dtm.journal.segment.length=131072",
                "-D", "dtm.journal.storage=" + storage, "-D", "dtm.journal.tail.directory=" + memory,
                "-D", "dtm.driver.directory=" + directory,
                "-D", "dtm.ingress.endpoint=localhost:" + FreePorts.udpPair()));
        coordinator.start();
        try {
            coordinator.awaitLine(ReadyLine.COORDINATOR, LIMIT_S);
            assertTrue(lines("describe", data.toString()).stream()
                .anyMatch(line -> line.matches("process +" + coordinator.pid() + ", running")), out::toString);
            assertEquals(0, run("verify", data.toString()), out::toString);
            assertEquals(3, lines("dump", data.toString()).size(), "settings, epoch, settings");
            assertEquals(1, run("checkpoint", data.toString()), out::toString);
            assertTrue(lastLine().startsWith("OWNED"), lastLine());
            assertTrue(coordinator.isAlive());
        } finally {
            coordinator.kill();
        }
        assertTrue(lines("describe", data.toString()).stream()
            .anyMatch(line -> line.matches("process +\\d+, isn't seen to run: it was killed, or .*")), out::toString);
        assertEquals(0, run("verify", data.toString()), out::toString);
        assertEquals(MarkDescriptor.FILE_LENGTH, Files.size(data.resolve("journal/coordinator.mark")));
        try {
            if (storage.equals("staged")) {
                lookAtTheTail(data);
            }
        } finally {
            IoUtil.delete(memory.toFile(), false);
        }
    }

    private void lookAtTheTail(final Path data) throws IOException {
        final String location = Files.readAllLines(data.resolve("journal/coordinator.tail")).get(0);
        assertTrue(lines("describe", data.toString()).stream()
            .anyMatch(line -> line.startsWith("staged       " + location + "  ring of 8388608 bytes")), out::toString);
        try (RandomAccessFile tail = new RandomAccessFile(location, "rw")) {
            tail.seek(20);
            tail.write(99);
        }
        assertEquals(1, run("verify", data.toString()), out::toString);
        assertTrue(out.toString().contains("DAMAGE " + location), out::toString);
        Files.delete(Path.of(location));
        assertEquals(0, run("verify", data.toString()), out::toString);
        assertTrue(out.toString().contains("note: tail " + location), out::toString);
        assertTrue(out.toString().contains("is gone, though this machine wasn't started again"), out::toString);
    }
}
