package io.dtm.server.journal;

import io.dtm.core.journal.inspection.JournalDamage;
import io.dtm.core.journal.inspection.JournalInspector;
import io.dtm.core.journal.reading.JournalTail;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Stack;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dtm journal dump}: the events as lines. */
@Command(
    name = "dump",
    description = "Prints the events, a line for each: position of its record, logical time in seconds, link (0: the "
        + "coordinator's own host), template, fields. Options narrow down; all must hold. Logical time runs while the "
        + "coordinator does, from its first start on; 'describe' says when segments were made by the wall clock.",
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {"0:printed", "1:printed, but the journal is damaged, or of another version: the error stream"
        + " names where",
        "2:an option is wrong, or there is no journal"},
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class DumpCommand implements Callable<Integer> {
    private static final String NEWEST = "newest";

    @Spec
    private CommandSpec spec;

    @Mixin
    private JournalDirectory directory;

    @Option(names = "--json", description = "A JSON object a line. Ids are strings, hexadecimal.")
    private boolean isJson;

    @Option(names = "--transaction", paramLabel = "ID", converter = TransactionId.Converter.class,
        description = "Events of this transaction, hexadecimal as printed, or decimal. May be repeated.")
    private List<TransactionId> transactions = List.of();

    @Option(names = "--session", paramLabel = "ID", description = "Events that name this session, decimal as printed,"
        + " and those of the transactions that it began. May be repeated.")
    private Set<Integer> sessions = Set.of();

    @Option(names = "--template", paramLabel = "NAME", description = "Events of this kind, 'Votes' for example. May be"
        + " repeated.")
    private Set<String> templates = Set.of();

    @Option(names = "--from", paramLabel = "POSITION", defaultValue = "0",
        description = "Records from this position on.")
    private long from;

    @Option(names = "--to", paramLabel = "POSITION", description = "Records before this position.")
    private long to = Long.MAX_VALUE;

    @Option(names = "--checkpoint", arity = "0..1", paramLabel = "POSITION", preprocessor = AttachedPosition.class,
        description = "Instead of the events the items of a checkpoint: of the newest one, or with '=' and a position"
            + " of that one.")
    private String checkpoint;

    @Option(names = "--decisions", description = "Also what the coordinator decided by the events, and why an abort:"
        + " by replaying the journal, from the newest checkpoint before --from on. The template is 'Decision'; link and"
        + " position are those of the event that led to it.")
    private boolean isDecisions;

    @Option(names = "--in-flight", description = "Instead of the events the transactions that aren't finished where the"
        + " journal ends, by replaying it: state, since when, deadline, and each branch with its participant and vote.")
    private boolean isInFlight;

    @Override
    public Integer call() {
        final JournalInspector inspector = directory.inspector();
        checkRange();
        checkKind();
        final EventDecoder decoder =
            checkpoint == null ? EventDecoder.ofMessages() : EventDecoder.ofCheckpointItems();
        final Set<String> known = decoder.templates();
        if (isDecisions) {
            known.add(EventPrinter.DECISION);
        }
        templates.forEach(name -> checkTemplate(name, known));
        if (checkpoint != null) {
            return dumpCheckpoint(inspector.coordinatorId(), decoder);
        }
        final LineOutput lines = new LineOutput(spec.commandLine().getOut());
        try {
            return isInFlight ? dumpInFlight(inspector, lines) : dumpEvents(inspector, decoder, lines);
        } catch (final UncheckedIOException unreadable) {
            lines.flush();
            throw directory.unreadable(unreadable);
        }
    }

    private int dumpEvents(final JournalInspector inspector, final EventDecoder decoder, final LineOutput lines) {
        final Replay replay =
            isDecisions ? Replay.behind(directory.storage(), inspector.coordinatorId(), from) : null;
        final EventPrinter printer =
            new EventPrinter(decoder, filter(), lines, isJson, from, to, replay, this::note);
        final JournalTail tail =
            inspector.inspect(replay == null ? from : Math.min(from, replay.basePosition()), printer);
        lines.flush();
        if (printer.printed() == 0) {
            note("no event is selected" + (tail == null ? "" : "; " + tail.description()));
        }
        return (replay != null && isShort(replay, tail)) | printer.isDamaged() ? 1 : 0;
    }

    /** Says what of the decisions can't be known. @return whether there is a damage behind it. */
    private boolean isShort(final Replay replay, final JournalTail tail) {
        if (tail != null) {
            replay.reach(tail.position(), damage -> { });
        }
        if (!replay.isWhole()) {
            note("not all decisions are told, since " + replay.endReason());
        } else if (from < replay.basePosition()) {
            note("the journal's beginning was let go: decisions are told from position " + replay.basePosition()
                + " on, where the oldest checkpoint is");
        }
        return !replay.isWhole();
    }

    private int dumpInFlight(final JournalInspector inspector, final LineOutput lines) {
        final Replay replay = Replay.behind(directory.storage(), inspector.coordinatorId(), 0);
        final Begins begins = new Begins(replay, this::note);
        final JournalTail tail = inspector.inspect(replay.basePosition(), begins);
        replay.reach(tail.position(), begins::onDamage);
        final CheckpointDump dump = new CheckpointDump(filter(), lines, isJson);
        InFlight.of(replay.coordinator(), begins.timesNs()).forEach(dump::take);
        lines.flush();
        if (!replay.isWhole()) {
            note("that is not the journal's end, since " + replay.endReason());
        } else if (dump.printed() == 0) {
            note((transactions.isEmpty() && sessions.isEmpty() ? "no transaction is in flight; "
                : "none of these transactions is in flight; ") + tail.description());
        }
        return replay.isWhole() && !begins.isDamaged() ? 0 : 1;
    }

    private void checkRange() {
        if (from < 0 || to < 0) {
            throw new ParameterException(spec.commandLine(), "positions start at 0: there is none at "
                + Math.min(from, to));
        }
        if (to < from) {
            throw new ParameterException(spec.commandLine(), "--to " + to + " lies before --from " + from);
        }
    }

    private void checkKind() {
        if ((checkpoint == null ? 0 : 1) + (isDecisions ? 1 : 0) + (isInFlight ? 1 : 0) > 1) {
            throw new ParameterException(spec.commandLine(), "--checkpoint, --decisions and --in-flight are three"
                + " things: name one");
        }
        if (isInFlight && !(templates.isEmpty() && from == 0 && to == Long.MAX_VALUE)) {
            throw new ParameterException(spec.commandLine(), "--in-flight tells of the journal's end: --from, --to and"
                + " --template mean nothing then");
        }
    }

    private int dumpCheckpoint(final long coordinatorId, final EventDecoder decoder) {
        if (from != 0 || to != Long.MAX_VALUE) {
            throw new ParameterException(spec.commandLine(), "--from and --to narrow down records, not the items of a"
                + " checkpoint");
        }
        final String name = checkpointName();
        final LineOutput lines = new LineOutput(spec.commandLine().getOut());
        try {
            final CheckpointDump dump = new CheckpointDump(filter(), lines, isJson);
            dump.dump(directory.storage(), name, coordinatorId, decoder);
            if (dump.printed() == 0) {
                note("no item of " + name + " is selected");
            }
            return 0;
        } catch (final JournalException damaged) {
            lines.flush();
            note(DamageLine.of(new JournalDamage(
                name, FileNames.position(name), 0, damaged.defect(), damaged.isOtherVersion())));
            return 1;
        } catch (final UncheckedIOException unreadable) {
            lines.flush();
            throw directory.unreadable(unreadable);
        }
    }

    private String checkpointName() {
        try {
            final List<String> names = directory.storage().list().stream().filter(FileNames::isCheckpoint).toList();
            final long position = checkpoint.equals(NEWEST) ? 0 : Long.parseLong(checkpoint);
            if (names.isEmpty()) {
                throw new ParameterException(spec.commandLine(), "there is no checkpoint in " + directory.path()
                    + ": the coordinator makes one every dtm.checkpoint.interval of journal, and ./dtm journal"
                    + " checkpoint of a stopped one");
            }
            final String asked = checkpoint.equals(NEWEST)
                ? names.get(names.size() - 1) : FileNames.checkpoint(Math.max(0, position));
            if (names.contains(asked) && position >= 0) {
                return asked;
            }
            throw new ParameterException(spec.commandLine(), "there is no checkpoint at position " + checkpoint
                + "; there are " + String.join(", ", names));
        } catch (final NumberFormatException ex) {
            throw new ParameterException(spec.commandLine(), "--checkpoint: '" + checkpoint + "' is no position");
        } catch (final IOException ex) {
            throw directory.unreadable(new UncheckedIOException(ex));
        }
    }

    private void checkTemplate(final String name, final Set<String> known) {
        if (!known.contains(name)) {
            throw new ParameterException(spec.commandLine(), "--template " + name + " is unknown; there are "
                + String.join(", ", known));
        }
    }

    private EventFilter filter() {
        final Set<Long> ids = transactions.stream()
            .flatMap(id -> id.values().stream()).collect(Collectors.toCollection(HashSet::new));
        return new EventFilter(ids, sessions, templates);
    }

    private void note(final String text) {
        spec.commandLine().getErr().println(spec.qualifiedName() + ": " + text);
    }

    /** Takes a position with '=' only: what comes next may be the directory. */
    private static final class AttachedPosition implements IParameterPreprocessor {
        @Override
        public boolean preprocess(
            final Stack<String> arguments,
            final CommandSpec command,
            final ArgSpec option,
            final Map<String, Object> found) {
            final boolean isAttached = command.parser().separator().equals(found.get("separator"));
            if (!isAttached) {
                option.setValue(NEWEST);
            }
            return !isAttached;
        }
    }
}
