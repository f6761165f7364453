package io.dtm.systemtest;

import io.dtm.codec.FrameValidator;
import io.dtm.codec.Origin;
import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.CoordinatorInput;
import io.dtm.core.coordinator.CoordinatorOutput;
import io.dtm.core.coordinator.ProtocolCodes.Cause;
import io.dtm.core.coordinator.ProtocolCodes.Close;
import io.dtm.core.coordinator.ProtocolCodes.Decision;
import io.dtm.core.event.EventAdapter;
import io.dtm.core.event.StartListener;
import io.dtm.core.journal.reading.JournalReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What a coordinator's journal tells, read-only: the events in their order, and, by replaying them through the real
 * coordinator, the messages that each of them caused.
 */
final class JournalStory {
    /**
     * One event or one message.
     *
     * @param timeNs    logical time of its record.
     * @param name      of the method of {@link CoordinatorInput} or {@link CoordinatorOutput}.
     * @param arguments of it; buffers are no longer valid.
     */
    record Entry(long timeNs, String name, List<Object> arguments) {
        boolean is(final String what) {
            return name.equals(what);
        }
    }

    private final List<Entry> events = new ArrayList<>();
    private final List<Entry> messages = new ArrayList<>();
    private final List<Long> cuts = new ArrayList<>();
    private final CommitCoordinator coordinator;
    private long timeNs;

    private JournalStory() {
        coordinator = new CommitCoordinator(
            recorder(CoordinatorOutput.class, (method, arguments) -> keep(messages, method, arguments)));
    }

    static JournalStory read(final Path journal) {
        final JournalStory story = new JournalStory();
        final CoordinatorInput input = recorder(CoordinatorInput.class, story::onEvent);
        final EventAdapter adapter = new EventAdapter(input, recorder(StartListener.class, story::onStart));
        try (JournalReader reader = JournalReader.open(journal)) {
            reader.replay(0, (position, linkId, recordTimeNs, frame, offset, length) -> {
                if (FrameValidator.validate(frame, offset, length, Origin.HOST) != FrameValidator.Verdict.VALID) {
                    throw new AssertionError("an invalid frame in the journal at " + position);
                }
                adapter.onFrame(linkId, recordTimeNs, frame, offset);
            });
        }
        return story;
    }

    private interface Call {
        void onCall(Method method, Object[] arguments);
    }

    private static <T> T recorder(final Class<T> type, final Call call) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
            (proxy, method, arguments) -> {
                call.onCall(method, arguments == null ? new Object[0] : arguments);
                return null;
            }));
    }

    private void onStart(final Method method, final Object[] arguments) {
        if (method.getName().equals("onHistoryCut")) {
            cuts.add((Long) arguments[0]);
        }
    }

    private void onEvent(final Method method, final Object[] arguments) {
        if (method.getName().equals("startFrame")) {
            timeNs = (long) arguments[1];
        } else {
            keep(events, method, arguments);
        }
        try {
            method.invoke(coordinator, arguments);
        } catch (final IllegalAccessException | InvocationTargetException failed) {
            throw new AssertionError("the journal can't be replayed", failed);
        }
    }

    private void keep(final List<Entry> entries, final Method method, final Object[] arguments) {
        entries.add(new Entry(timeNs, method.getName(), List.of(arguments)));
    }

    private static List<Entry> chosen(final List<Entry> entries, final Predicate<Entry> predicate) {
        return entries.stream().filter(predicate).toList();
    }

    /** @return the submits of a transaction. */
    List<Entry> submits(final long transactionId) {
        return chosen(events, event -> event.is("submitStart") && event.arguments().get(0).equals(transactionId));
    }

    /** @return the votes of a branch; argument 1 is the epoch, 5 the vote. */
    List<Entry> votes(final long transactionId, final int branchId) {
        return chosen(events, event -> event.is("vote")
            && event.arguments().get(3).equals(transactionId) && event.arguments().get(4).equals(branchId));
    }

    /** @return the acknowledgements of a branch. */
    List<Entry> acknowledgements(final long transactionId, final int branchId) {
        return chosen(events, event -> event.is("acknowledge")
            && event.arguments().get(2).equals(transactionId) && event.arguments().get(3).equals(branchId));
    }

    /** @return the PREPAREs that were to be sent for a branch. */
    List<Entry> prepares(final long transactionId, final int branchId) {
        return chosen(messages, message -> message.is("prepare")
            && message.arguments().get(4).equals(transactionId) && message.arguments().get(5).equals(branchId));
    }

    /** @return the COMMITs, or ROLLBACKs, that were to be sent for a branch, repetitions included. */
    List<Entry> decisions(final long transactionId, final int branchId, final boolean commit) {
        return chosen(messages, message -> message.is("decision")
            && message.arguments().get(2).equals(transactionId) && message.arguments().get(3).equals(branchId)
            && message.arguments().get(5).equals(commit ? Decision.COMMIT : Decision.ROLLBACK)
            && message.arguments().get(6).equals(Cause.DECIDED));
    }

    /** @return the outcomes that a client was to be told. */
    List<Entry> outcomes(final long transactionId) {
        return chosen(messages, message -> message.is("outcome") && message.arguments().get(2).equals(transactionId));
    }

    /** @return the starts of the coordinator; argument 0 is its id, 1 the epoch. */
    List<Entry> epochs() {
        return chosen(events, event -> event.is("epochStarted"));
    }

    /** @return positions at which operators cut the journal. */
    List<Long> cuts() {
        return cuts;
    }

    /** @return how many events of this name there are. */
    int count(final String event) {
        return chosen(events, one -> one.is(event)).size();
    }

    /** @return how many sessions had a link and ended by its loss. */
    int sessionsLost() {
        return chosen(messages, message -> message.is("sessionClosed")
            && message.arguments().get(1).equals(Close.LOST)).size();
    }

    /** @return how many transactions were decided. */
    int decided() {
        return chosen(messages, message -> message.is("decided")).size();
    }

    /** @return the coordinator's alarms. */
    List<Entry> alarms() {
        return chosen(messages, message -> message.is("alarm"));
    }

    /** @return what was decided twice, and the decisions of a branch that aren't its transaction's. */
    List<String> contradictions() {
        final Map<Object, Object> decisions = new HashMap<>();
        final List<String> found = new ArrayList<>();
        for (final Entry message : messages) {
            final List<Object> arguments = message.arguments();
            if (message.is("decided") && decisions.put(arguments.get(0), arguments.get(1)) != null) {
                found.add("decided twice: " + arguments);
            } else if (message.is("decision") && arguments.get(6).equals(Cause.DECIDED)
                && !arguments.get(5).equals(decisions.get(arguments.get(2)))) {
                found.add("not as decided: " + arguments);
            }
        }
        return found;
    }

    int transactionsInFlight() {
        return coordinator.transactionsInFlight();
    }
}
