package io.dtm.simulation.golden;

import io.dtm.codec.FrameDescriptor;
import io.dtm.core.coordinator.CheckpointOutput;
import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.CoordinatorOutput;
import io.dtm.core.coordinator.PayloadReader;
import io.dtm.core.event.EventAdapter;
import io.dtm.core.event.StartListener;
import io.dtm.core.journal.JournalReader;
import io.dtm.core.recovery.Recovered;
import io.dtm.core.recovery.Recovery;
import io.dtm.core.recovery.RecoveryOutput;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Replays a journal by the real recovery and tells, line by line, what follows from it: how many records and messages
 * of which template there are, what is decided of each transaction and branch, and the state in the end.
 */
final class GoldenReplay {
    private final Set<String> decided = new LinkedHashSet<>();
    private final Map<Integer, Integer> messages = new TreeMap<>();
    private int records;

    private GoldenReplay() {
    }

    static List<String> of(final Path directory) {
        return new GoldenReplay().replay(directory);
    }

    /** @return template ids of all messages in a journal, and how many there are of each. */
    static Map<Integer, Integer> templates(final Path directory) {
        final GoldenReplay replay = new GoldenReplay();
        replay.count(directory);
        return replay.messages;
    }

    private List<String> replay(final Path directory) {
        count(directory);
        decide(directory);
        final CommitCoordinator coordinator = recover(directory);
        final List<String> lines = new ArrayList<>();
        lines.add("records " + records);
        messages.forEach((template, count) -> lines.add("messages of template " + template + ": " + count));
        lines.add("in flight " + coordinator.countTransactions());
        lines.addAll(decided);
        coordinator.writeTo(proxy(CheckpointOutput.class,
            (item, arguments) -> lines.add("state " + item + text(arguments))));
        lines.add("digest " + Long.toHexString(coordinator.digest()));
        return lines;
    }

    private void count(final Path directory) {
        try (JournalReader reader = JournalReader.open(directory)) {
            reader.replay(0, (position, linkId, timeNs, frame, offset, length) -> {
                records++;
                int message = offset + FrameDescriptor.HEADER_LENGTH;
                for (int i = FrameDescriptor.messageCount(frame, offset); i > 0; i--) {
                    messages.merge(FrameDescriptor.templateId(frame, message), 1, Integer::sum);
                    message += FrameDescriptor.messageLength(frame, message);
                }
            });
        }
    }

    /** As the coordinator that wrote it, with its outputs. */
    private void decide(final Path directory) {
        final CommitCoordinator coordinator = new CommitCoordinator(proxy(CoordinatorOutput.class, this::decided));
        final EventAdapter adapter =
            new EventAdapter(coordinator, proxy(StartListener.class, (method, arguments) -> { }));
        try (JournalReader reader = JournalReader.open(directory)) {
            reader.replay(0, (position, linkId, timeNs, frame, offset, length) ->
                adapter.onFrame(linkId, timeNs, frame, offset));
        }
    }

    /** As a start, which looks for contradictions. */
    private static CommitCoordinator recover(final Path directory) {
        final RecoveryOutput output = new RecoveryOutput();
        final CommitCoordinator coordinator = new CommitCoordinator(output);
        try (JournalReader reader = JournalReader.open(directory)) {
            new Recovery(coordinator, output, Recovered.NOTHING).replay(handler -> reader.replay(0, handler));
        }
        return coordinator;
    }

    /** What reveals a decision; repetitions, and what a later version may add to a message, don't matter. */
    private void decided(final String output, final Object[] arguments) {
        switch (output) {
            case "outcome" -> decided.add("outcome of " + id(arguments[2]) + " at stage " + arguments[3] + ": "
                + arguments[4] + ", reason " + arguments[5]);
            case "decision" -> decided.add(
                "decision for " + id(arguments[2]) + "/" + arguments[3] + ": " + arguments[5]);
            case "commitOnePhase" -> decided.add("delegation of " + id(arguments[3]) + "/" + arguments[4]);
            case "halt" -> decided.add("halt: " + arguments[0]);
            default -> {
                // Reveals nothing.
            }
        }
    }

    private static String id(final Object transactionId) {
        return Long.toHexString((Long) transactionId);
    }

    private static <T> T proxy(final Class<T> port, final BiConsumer<String, Object[]> calls) {
        return port.cast(Proxy.newProxyInstance(port.getClassLoader(), new Class<?>[] {port},
            (proxy, method, arguments) -> {
                calls.accept(method.getName(), arguments == null ? new Object[0] : arguments);
                return null;
            }));
    }

    /** Bytes come as a buffer, an offset and a length. */
    private static String text(final Object[] arguments) {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < arguments.length; i++) {
            text.append(' ');
            if (arguments[i] instanceof DirectBuffer buffer) {
                text.append('x');
                for (int at = 0; at < (Integer) arguments[i + 2]; at++) {
                    text.append(String.format("%02x", buffer.getByte((Integer) arguments[i + 1] + at)));
                }
                i += 2;
            } else if (arguments[i] instanceof PayloadReader payload) {
                final UnsafeBuffer copy = new UnsafeBuffer(new byte[payload.length()]);
                payload.copyTo(copy, 0);
                text.append(text(new Object[] {copy, 0, copy.capacity()}).trim());
            } else {
                text.append(arguments[i]);
            }
        }
        return text.toString();
    }
}
