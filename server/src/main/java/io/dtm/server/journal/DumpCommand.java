package io.dtm.server.journal;

import io.dtm.core.journal.inspection.JournalDamage;
import io.dtm.core.journal.inspection.JournalInspector;
import io.dtm.core.journal.inspection.JournalVisitor;
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
import org.agrona.DirectBuffer;
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
        + "coordinator's own host), template, fields. Options narrow down; all must hold.",
    exitCodeListHeading = "Exit status:%n",
    exitCodeList = {"0:printed", "1:printed, but the journal is damaged: the error stream names where",
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

    @Override
    public Integer call() {
        final JournalInspector inspector = directory.inspector();
        checkRange();
        final EventDecoder decoder =
            checkpoint == null ? EventDecoder.ofMessages() : EventDecoder.ofCheckpointItems();
        templates.forEach(name -> checkTemplate(name, decoder.templates()));
        if (checkpoint != null) {
            return dumpCheckpoint(inspector.coordinatorId(), decoder);
        }
        final Printer printer = new Printer(decoder);
        try {
            final JournalTail tail = inspector.inspect(from, printer);
            printer.lines.flush();
            if (printer.events == 0) {
                note("no event is selected" + (tail == null ? "" : "; " + tail.description()));
            }
        } catch (final UncheckedIOException unreadable) {
            printer.lines.flush();
            throw directory.unreadable(unreadable);
        }
        return printer.isDamaged ? 1 : 0;
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

    private int dumpCheckpoint(final long coordinatorId, final EventDecoder decoder) {
        if (from != 0 || to != Long.MAX_VALUE) {
            throw new ParameterException(spec.commandLine(), "--from and --to narrow down records, not the items of a"
                + " checkpoint");
        }
        final String name = checkpointName();
        final LineOutput lines = new LineOutput(spec.commandLine().getOut());
        try {
            new CheckpointDump(filter(), lines, isJson).dump(directory.storage(), name, coordinatorId, decoder);
            return 0;
        } catch (final JournalException damaged) {
            lines.flush();
            note(DamageLine.of(new JournalDamage(name, FileNames.position(name), 0, damaged.defect())));
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
                throw new ParameterException(spec.commandLine(), "there is no checkpoint in " + directory.path());
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

    /** Prints record by record. */
    private final class Printer implements JournalVisitor {
        private final EventDecoder decoder;
        private final EventFilter filter = filter();
        private final LineOutput lines = new LineOutput(spec.commandLine().getOut());
        private final StringBuilder line = new StringBuilder();
        private long events;
        private boolean isDamaged;

        Printer(final EventDecoder decoder) {
            this.decoder = decoder;
        }

        @Override
        public boolean onRecord(
            final long position,
            final long end,
            final int linkId,
            final long timeNs,
            final DirectBuffer frame,
            final int offset,
            final int length) {
            if (position >= to) {
                return false;
            }
            boolean goesOn = true;
            for (final Event event : decoder.decode(frame, offset)) {
                if (goesOn && filter.passes(event)) {
                    events++;
                    line.setLength(0);
                    if (isJson) {
                        json(position, end, linkId, timeNs, event);
                    } else {
                        text(position, linkId, timeNs, event);
                    }
                    goesOn = lines.line(line);
                }
            }
            return goesOn;
        }

        private void text(final long position, final int linkId, final long timeNs, final Event event) {
            column(Long.toString(position), 12);
            column(LogicalTime.seconds(timeNs), 18);
            line.append("  link ").append(linkId).append("  ").append(event.template());
            line.append(event.fields().isEmpty() ? "" : " ");
            Field.appendText(event.fields(), line);
        }

        private void column(final String text, final int width) {
            line.append(" ".repeat(Math.max(1, width - text.length()))).append(text);
        }

        private void json(
            final long position, final long end, final int linkId, final long timeNs, final Event event) {
            line.append("{\"position\":").append(position).append(",\"end\":").append(end)
                .append(",\"timeNs\":").append(timeNs).append(",\"link\":").append(linkId)
                .append(",\"template\":\"").append(event.template()).append("\",\"fields\":");
            Field.appendJson(event.fields(), line);
            line.append('}');
        }

        @Override
        public void onDamage(final JournalDamage damage) {
            isDamaged = true;
            lines.flush();
            note(DamageLine.of(damage));
        }
    }
}
