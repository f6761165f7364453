package io.dtm.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.codec.FrameDescriptor;
import io.dtm.codec.SegmentDescriptor;
import io.dtm.codec.message.AbortReason;
import io.dtm.codec.message.EpochStartedDecoder;
import io.dtm.codec.message.EpochStartedEncoder;
import io.dtm.core.journal.JournalContext;
import io.dtm.core.journal.JournalRecovery;
import io.dtm.core.journal.SegmentedJournal;
import io.dtm.core.journal.reading.JournalTail;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What isn't in the journal and follows from it: why a transaction ended, and which haven't. */
class JournalDecisionsTest extends JournalCommandSuite {
    private static final Path GOLDEN = Path.of("../simulation/src/test/resources/golden/journal-1");
    private static final Pattern OUTCOME =
        Pattern.compile("outcome of ([0-9a-f]+) at stage \\d: ([23]), reason (\\d+)");
    private static final Pattern DECISION = Pattern.compile(" *(\\d+) +[\\d.]+  =>  Decision"
        + " transactionId=([0-9a-f]+) decision=(COMMIT|ROLLBACK) reason=(\\w+) branchId=(\\d+|NONE)");
    private static final String COMMITTED = "2";
    private static final long MILLI_NS = 1_000_000;
    private static final long SECOND_NS = 1_000 * MILLI_NS;
    private static final long DAY_NS = 86_400 * SECOND_NS;

    private void open(final String name) throws IOException {
        journal = GoldenJournal.unpack(name, directory.resolve("decisions-" + name));
    }

    /** @return decision and reason by transaction. */
    private Map<String, String> decisions(final String... arguments) {
        final Map<String, String> decisions = new HashMap<>();
        for (final String line : lines(arguments)) {
            final Matcher matcher = DECISION.matcher(line);
            if (matcher.matches()) {
                assertEquals(null, decisions.put(matcher.group(2), matcher.group(3) + " " + matcher.group(4)), line);
            }
        }
        return decisions;
    }

    @ParameterizedTest
    @ValueSource(strings = {"life-1", "life-3", "00-commit", "00-rollback", "09-delegated", "10-all-read-only",
        "deadline-spares-the-decided", "06-a-lost-participant"})
    void shouldTellEachDecisionThatSomebodyWasTold(final String name) throws IOException {
        open(name);
        final Map<String, String> decisions = decisions("dump", "--decisions", journal.toString());
        int told = 0;
        for (final String line : Files.readAllLines(GOLDEN.resolve(name + ".txt"))) {
            final Matcher outcome = OUTCOME.matcher(line);
            if (outcome.matches()) {
                assertEquals(
                    (outcome.group(2).equals(COMMITTED) ? "COMMIT " : "ROLLBACK ")
                        + AbortReason.get(Short.parseShort(outcome.group(3))),
                    decisions.get(outcome.group(1)), line);
                told++;
            }
        }
        assertTrue(told > 0 && !decisions.isEmpty(), out::toString);
    }

    @Test
    void shouldTellADecisionThatNobodyWasTold() throws IOException {
        open("05-active-aborts-at-an-epoch");
        assertEquals(Map.of("200000001", "ROLLBACK COORDINATOR_RESTART"),
            decisions("dump", "--decisions", journal.toString()));
    }

    @Test
    void shouldPutADecisionBehindTheEventThatLedToItAndObeyTheOptions() {
        final List<String> events = lines("dump", journal.toString());
        final List<String> all = lines("dump", "--decisions", journal.toString());
        assertEquals(events, all.stream().filter(line -> !line.contains("  =>  Decision ")).toList());
        final List<String> decisions = all.stream().filter(line -> line.contains("  =>  Decision ")).toList();
        assertTrue(decisions.size() > 50, all::toString);
        assertEquals(decisions, lines("dump", "--decisions", "--template", "Decision", journal.toString()));

        final String one = decisions.stream().filter(line -> line.contains("reason=VOTE_NO")).findFirst().orElseThrow();
        final Matcher matcher = DECISION.matcher(one);
        assertTrue(matcher.matches());
        final String before = all.get(all.indexOf(one) - 1);
        assertEquals(matcher.group(1), before.trim().split(" ")[0], "the same record");
        final List<String> ofOne = lines("dump", "--decisions", "--transaction", matcher.group(2), journal.toString());
        final String cause = ofOne.get(ofOne.indexOf(one) - 1);
        assertTrue(cause.contains(" Votes ") && cause.contains(" vote=NO "), cause);
        assertTrue(cause.contains(" branchId=" + matcher.group(5) + " "), cause + one);
        final String session = matcher.group(2).substring(0, matcher.group(2).length() - 8);
        assertTrue(lines("dump", "--decisions", "--session", Integer.toString(Integer.parseInt(session, 16)),
            journal.toString()).contains(one));

        final String from = matcher.group(1);
        final List<String> later = lines("dump", "--decisions", "--from", from, journal.toString());
        assertTrue(later.contains(one));
        assertEquals(all.subList(all.size() - later.size(), all.size()), later);
        assertEquals(all.subList(0, all.size() - later.size()),
            lines("dump", "--decisions", "--to", from, journal.toString()));
        lines("dump", "--decisions", "--json", journal.toString()).forEach(Json::check);
        assertEquals(decisions.size(), found("(\"template\":\"Decision\")").size());
        assertEquals("", err.toString());
    }

    @Test
    void shouldSayWhichDecisionsCanNotBeKnown() throws IOException {
        open("life-16");
        assertTrue(decisions("dump", "--decisions", journal.toString()).size() > 1);
        assertTrue(err.toString().contains("the journal's beginning was let go: decisions are told from position 65536"
            + " on"), err::toString);
        lines("dump", "--decisions", "--from", "98304", journal.toString());
        assertEquals("", err.toString());

        Files.delete(journal.resolve("00000000000000065536.checkpoint"));
        Files.delete(journal.resolve("00000000000000098304.checkpoint"));
        assertEquals(1, run("dump", "--decisions", journal.toString()));
        assertTrue(err.toString().contains("not all decisions are told, since there is nothing to begin with"),
            err::toString);
        assertTrue(out.toString().lines().count() > 100, "but the events are");
    }

    @Test
    void shouldEndTheDecisionsAtADamage() throws IOException {
        final Map<String, String> whole = decisions("dump", "--decisions", journal.toString());
        flip(SECOND, SegmentDescriptor.HEADER_LENGTH + 64, 4);
        assertEquals(1, run("dump", "--decisions", journal.toString()));
        assertTrue(err.toString().contains("DAMAGE " + SECOND), err::toString);
        assertTrue(err.toString().contains("not all decisions are told, since there is damage at position "),
            err::toString);
        final long told = out.toString().lines().filter(line -> line.contains("  =>  Decision ")).count();
        assertTrue(told > 0 && told < whole.size(), told + " of " + whole.size());
    }

    @Test
    void shouldTellWhatIsInFlight() throws IOException {
        open("06-old-prepares-first");
        final List<String> both = lines("dump", "--in-flight", journal.toString());
        assertEquals(2, both.size(), both::toString);
        final Pattern line = Pattern.compile("\\d  Transaction transactionId=[0-9a-f]+ state=ABORTING"
            + " since=\\d+\\.\\d{9} deadline=NONE reason=VOTE_NO causeBranchId=0 flags=TOLD"
            + " branches=\\[\\{branchId=0 participant=\"P[12]\" state=DONE vote=NO},"
            + " \\{branchId=1 participant=\"P[12]\" state=ASKED"
            + " vote=NONE}] missing=\\[]");
        both.forEach(one -> assertTrue(line.matcher(one).matches(), one));
        final String begun = lines("dump", "--template", "Submit", "--transaction", "200000001", journal.toString())
            .get(0).trim().split(" +")[1];
        assertTrue(both.get(0).contains(" since=" + begun + " "), both.get(0));
        assertEquals(both.subList(1, 2),
            lines("dump", "--in-flight", "--transaction", "200000002", journal.toString()));
        lines("dump", "--in-flight", "--json", journal.toString()).forEach(Json::check);

        assertEquals(List.of(), lines("dump", "--in-flight", "--transaction", "7", journal.toString()));
        assertTrue(err.toString().contains("none of these transactions is in flight; the journal ends at"),
            err::toString);
        open("00-commit");
        assertEquals(List.of(), lines("dump", "--in-flight", journal.toString()));
        assertTrue(err.toString().contains("no transaction is in flight; the journal ends at"), err::toString);
    }

    @Test
    void shouldBringTheDeadlineOfTheUndecidedNearerByADowntime() throws IOException {
        open("00-commit");
        lines("dump", "--json", "--template", "Submit", journal.toString());
        final long end = Long.parseLong(found("\"end\":(\\d+)").get(0));
        cutAt(end);
        lines("dump", "--in-flight", "--json", journal.toString());
        final long before = Long.parseLong(found("\"state\":\"PREPARING\".*\"deadline\":(\\d+),").get(0));

        restart(MILLI_NS);
        lines("dump", "--in-flight", "--json", journal.toString());
        assertEquals(List.of(Long.toString(before - MILLI_NS)),
            found("\"state\":\"PREPARING\".*\"deadline\":(\\d+),"), out::toString);
        final long deadlineNs = before - MILLI_NS;
        assertTrue(lines("dump", "--in-flight", journal.toString()).get(0).contains(
            String.format(" deadline=%d.%09d ", deadlineNs / SECOND_NS, deadlineNs % SECOND_NS)), out::toString);
    }

    /** After it everything, the deadlines too, lies before the logical time's beginning. */
    @Test
    void shouldTellWhatIsInFlightAfterADowntimeThatIsLongerThanTheJournalsTime() throws IOException {
        open("00-commit");
        lines("dump", "--json", "--template", "Submit", journal.toString());
        cutAt(Long.parseLong(found("\"end\":(\\d+)").get(0)));
        restart(DAY_NS);
        assertTrue(lines("dump", "--in-flight", journal.toString()).get(0).contains(
            " state=PREPARING since=0.200024041 deadline=PASSED "), out::toString);
        Json.check(lines("dump", "--in-flight", "--json", journal.toString()).get(0));
        assertTrue(out.toString().contains("\"deadline\":\"PASSED\""), out::toString);

        open("rare-events");
        restart(DAY_NS);
        assertTrue(lines("dump", "--in-flight", journal.toString()).get(0).contains(
            " state=COMMITTING since=0.200024041 deadline=NONE "), out::toString);
    }

    /** As a kill behind a record leaves it that nobody had called forced. */
    private void cutAt(final long position) throws IOException {
        try (RandomAccessFile segment = new RandomAccessFile(journal.resolve(FIRST).toFile(), "rw")) {
            segment.seek(position);
            segment.write(new byte[(int) (segment.length() - position)]);
        }
        Files.delete(journal.resolve("coordinator.mark"));
    }

    private void restart(final long downtimeNs) {
        final JournalContext context = new JournalContext()
            .directory(journal).segmentLength(131_072).lowSpaceBytes(0).coordinatorIdSupplier(() -> 1);
        final UnsafeBuffer epoch = new UnsafeBuffer(new byte[0]);
        try (JournalRecovery recovery = JournalRecovery.open(context)) {
            final JournalTail tail = recovery.replay(0, (position, linkId, timeNs, frame, offset, length) -> {
                final int message = offset + FrameDescriptor.HEADER_LENGTH;
                if (FrameDescriptor.messageCount(frame, offset) > 0
                    && FrameDescriptor.templateId(frame, message) == EpochStartedDecoder.TEMPLATE_ID) {
                    epoch.wrap(new byte[length]);
                    epoch.putBytes(0, frame, offset, length);
                }
            });
            final int body = FrameDescriptor.HEADER_LENGTH + FrameDescriptor.PREFIX_LENGTH;
            final EpochStartedDecoder last = new EpochStartedDecoder().wrap(
                epoch, body, EpochStartedDecoder.BLOCK_LENGTH, EpochStartedDecoder.SCHEMA_VERSION);
            new EpochStartedEncoder().wrap(epoch, body)
                .epoch(last.epoch() + 1).nonce(last.nonce() + 1).recoveredEnd(tail.position()).downtimeNs(downtimeNs);
            try (SegmentedJournal live = recovery.start()) {
                live.append(0, tail.timeNs(), epoch, 0, epoch.capacity());
                live.requestForce(live.appendedPosition());
                live.force();
            }
        }
    }

    @Test
    void shouldRefuseWhatDoesNotGoTogether() {
        assertRefused("name one", "dump", "--decisions", "--in-flight", journal.toString());
        assertRefused("name one", "dump", "--checkpoint=5", "--in-flight", journal.toString());
        assertRefused("--in-flight tells of the journal's end", "dump", "--in-flight", "--to", "9", journal.toString());
        assertRefused("--template Decision is unknown", "dump", "--template", "Decision", journal.toString());
    }
}
