package io.dtm.simulation;

import io.dtm.simulation.diagram.SequenceDiagram;
import io.dtm.simulation.engine.Trace;
import io.dtm.simulation.network.WireMessage;
import io.dtm.simulation.node.CoordinatorNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The end of an episode as a sequence diagram: everything if it was short, otherwise what befell the transactions that
 * the violation names, and everybody's faults. A message stands where it is sent: it arrives later, or never.
 */
final class TraceDiagram {
    /** Up to so many events everything is shown. */
    private static final int SHORT = 60;
    private static final int LONGEST = 120;
    private static final String CHECKER = "checker";
    private static final String TRANSACTION = "%T";
    private static final Pattern NAMED = Pattern.compile("\\b\\d+:\\d+\\b");
    private static final Pattern MESSAGE = Pattern.compile("(-->|<--) (\\w+) %T %2");
    private static final List<String> VOTES = List.of("", "YES", "NO", "READ_ONLY");
    private static final List<String> DECISIONS = List.of("", "COMMIT", "ROLLBACK");
    private static final List<String> RESULTS = List.of("", "COMMITTED", "ABORTED");
    private static final List<String> OUTCOMES =
        List.of("", "ACCEPTED", "COMMITTED", "ABORTED", "NEVER_BEGUN", "EXPIRED");

    private final Set<String> named = new HashSet<>();
    private final List<Trace.Event> shown;

    /**
     * @param trace      of the episode.
     * @param violations as text: names transactions.
     */
    TraceDiagram(final Trace trace, final List<String> violations) {
        for (final String violation : violations) {
            final Matcher matcher = NAMED.matcher(violation);
            while (matcher.find()) {
                named.add(matcher.group());
            }
        }
        final List<Trace.Event> all = trace.kept().stream().filter(event -> !isSignOfLife(event)).toList();
        final List<Trace.Event> chosen = all.size() <= SHORT || named.isEmpty()
            ? all : all.stream().filter(this::matters).toList();
        final int end = end(chosen);
        shown = chosen.subList(Math.max(0, end - LONGEST), end);
    }

    /** What comes after the violation is of no interest. */
    private static int end(final List<Trace.Event> events) {
        for (int i = events.size(); i > 0; i--) {
            if (events.get(i - 1).actor().equals(CHECKER)) {
                return i;
            }
        }
        return events.size();
    }

    private static boolean isSignOfLife(final Trace.Event event) {
        return event.pattern().contains(WireMessage.Kind.KEEP_ALIVE.name());
    }

    private boolean matters(final Trace.Event event) {
        return event.pattern().contains(TRANSACTION)
            ? named.contains(Trace.transaction(event.first())) : !event.actor().equals("operator");
    }

    /** @return its lines, with virtual seconds. */
    List<String> lines() {
        final Set<String> transactions = new TreeSet<>();
        for (final Trace.Event event : shown) {
            if (event.pattern().contains(TRANSACTION) && isTransaction(event.first())) {
                transactions.add(Trace.transaction(event.first()));
            }
        }
        final SequenceDiagram diagram = new SequenceDiagram(columns());
        for (final Trace.Event event : shown) {
            draw(diagram, event, transactions.size() > 1);
        }
        final List<String> lines = new ArrayList<>();
        if (transactions.size() == 1) {
            lines.add("Transaction " + transactions.iterator().next() + ":");
        }
        final List<String> drawn = diagram.lines();
        lines.add(" ".repeat(12) + drawn.get(0));
        for (int i = 1; i < drawn.size(); i++) {
            lines.add(String.format(Locale.ROOT, "%12.6f", shown.get(i - 1).timeNs() / 1e9) + drawn.get(i));
        }
        return lines;
    }

    /** Clients, the coordinator, and the participants' processes. */
    private List<String> columns() {
        final Set<String> clients = new TreeSet<>();
        final Set<String> participants = new TreeSet<>();
        for (final Trace.Event event : shown) {
            final String actor = event.actor();
            if (actor.startsWith("C")) {
                clients.add(actor);
            } else if (actor.startsWith("R")) {
                participants.add(isDatabase(actor) ? processOf(actor) : Domain.processOf(actor));
            }
        }
        final List<String> columns = new ArrayList<>(clients);
        for (final String coordinator : Domain.COORDINATORS) {
            if (coordinator.equals(CoordinatorNode.NAME)
                || shown.stream().anyMatch(event -> event.actor().equals(coordinator))) {
                columns.add(coordinator);
            }
        }
        columns.addAll(participants);
        return columns;
    }

    private static boolean isDatabase(final String actor) {
        return actor.startsWith("R") && Character.isDigit(actor.charAt(actor.length() - 1));
    }

    /** Whose column a resource shares. */
    private static String processOf(final String database) {
        return database + "a";
    }

    private static void draw(final SequenceDiagram diagram, final Trace.Event event, final boolean namesTransactions) {
        final Matcher matcher = MESSAGE.matcher(event.pattern());
        if (matcher.matches()) {
            final boolean toPeer = matcher.group(1).equals("<--");
            final String text = label(matcher.group(2), event, namesTransactions);
            final String coordinator = Domain.coordinatorOf(event.actor());
            final String process = Domain.processOf(event.actor());
            diagram.message(toPeer ? coordinator : process, toPeer ? process : coordinator, text);
        } else if (isDatabase(event.actor())) {
            diagram.note(processOf(event.actor()), "database: " + event.text());
        } else if (event.actor().startsWith("R") || event.actor().startsWith("C")) {
            diagram.note(Domain.processOf(event.actor()), event.text());
        } else if (event.actor().startsWith(CoordinatorNode.NAME)) {
            diagram.note(event.actor(), event.text());
        } else {
            diagram.note(CoordinatorNode.NAME, event.actor() + ": " + event.text());
        }
    }

    private static String label(final String kind, final Trace.Event event, final boolean namesTransaction) {
        final long branch = event.second() / 10_000;
        final int value = (int) (event.second() / 100 % 100);
        final String what = switch (WireMessage.Kind.valueOf(kind)) {
            case VOTE -> "VOTE " + name(VOTES, value);
            case DECISION -> name(DECISIONS, value);
            case SUBMIT_BRANCH -> "with";
            case COMMIT_EXPECTS -> "expects";
            case ACKNOWLEDGEMENT -> "ACK " + name(DECISIONS, value);
            case ONE_PHASE_RESULT -> name(RESULTS, value);
            case OUTCOME -> name(OUTCOMES, value);
            default -> kind;
        };
        return what
            + (branch == WireMessage.NO_BRANCH || !isTransaction(event.first()) ? "" : " b" + branch)
            + (namesTransaction && isTransaction(event.first()) ? " " + Trace.transaction(event.first()) : "");
    }

    private static String name(final List<String> names, final int value) {
        return value < names.size() ? names.get(value) : Integer.toString(value);
    }

    /** Messages without a transaction show something else in its place. */
    private static boolean isTransaction(final long id) {
        return id >>> 32 != 0;
    }
}
