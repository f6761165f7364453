package io.dtm.simulation.golden;

import io.dtm.codec.FrameDescriptor;
import io.dtm.core.coordinator.CheckpointOutput;
import io.dtm.core.coordinator.CommitCoordinator;
import io.dtm.core.coordinator.CoordinatorOutput;
import io.dtm.core.coordinator.CoordinatorRestorer;
import io.dtm.core.coordinator.PayloadReader;
import io.dtm.core.event.EventAdapter;
import io.dtm.core.event.StartListener;
import io.dtm.core.journal.reading.JournalReader;
import io.dtm.core.recovery.CheckpointDecoder;
import io.dtm.core.recovery.InspectedCheckpoint;
import io.dtm.core.recovery.RestoredCoordinator;
import io.dtm.core.storage.FileNames;
import io.dtm.core.storage.JournalStorage;
import io.dtm.core.storage.MappedStorage;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
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
 * of which template there are, what is decided of each transaction and branch, and the state in the end;
 * of each checkpoint, what it holds and that the same follows from it.
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
        final JournalStorage storage = new MappedStorage(directory);
        final List<InspectedCheckpoint> checkpoints = checkpoints(directory);
        final InspectedCheckpoint oldest = isWhole(directory) ? null : checkpoints.get(0);
        count(directory);
        decide(directory, oldest);
        final CommitCoordinator coordinator = recover(directory, newest(storage, directory));
        final List<String> lines = new ArrayList<>();
        lines.add("records " + records + (oldest == null ? "" : ", after the checkpoint at " + oldest.position()));
        messages.forEach((template, count) -> lines.add("messages of template " + template + ": " + count));
        lines.add("in flight " + coordinator.countTransactions());
        lines.addAll(decided);
        coordinator.writeTo(proxy(CheckpointOutput.class,
            (item, arguments) -> lines.add("state " + item + text(arguments))));
        lines.add("digest " + Long.toHexString(coordinator.digest()));
        for (final InspectedCheckpoint one : checkpoints) {
            final RestoredCoordinator restored =
                RestoredCoordinator.of(storage, one.name(), one.header().coordinatorId());
            lines.add("digest of the checkpoint at " + one.position() + ": "
                + Long.toHexString(restored.coordinator().digest()) + ", items " + one.items() + ", epoch "
                + restored.recovered().epoch() + ", time " + restored.recovered().lastTimeNs());
            lines.add("digest after it: " + Long.toHexString(recover(directory, restored).digest()));
        }
        return lines;
    }

    private static boolean isWhole(final Path directory) {
        return Files.exists(directory.resolve(FileNames.segment(0)));
    }

    /** @return all of them, oldest first; a golden one is valid. */
    static List<InspectedCheckpoint> checkpoints(final Path directory) {
        final List<InspectedCheckpoint> all;
        try (JournalReader reader = JournalReader.open(directory)) {
            all = InspectedCheckpoint.all(new MappedStorage(directory), reader.coordinatorId());
        }
        all.forEach(one -> {
            if (!one.isValid()) {
                throw new IllegalStateException(one.toString());
            }
        });
        return all;
    }

    private static RestoredCoordinator newest(final JournalStorage storage, final Path directory) {
        try (JournalReader reader = JournalReader.open(directory)) {
            return RestoredCoordinator.newest(storage, reader.coordinatorId(), damage -> {
                throw new IllegalStateException(damage);
            });
        }
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
    private void decide(final Path directory, final InspectedCheckpoint from) {
        final CoordinatorOutput output = proxy(CoordinatorOutput.class, this::decided);
        final CommitCoordinator coordinator;
        if (from == null) {
            coordinator = new CommitCoordinator(output);
        } else {
            final CoordinatorRestorer restorer = new CoordinatorRestorer(output);
            try (CheckpointDecoder decoder = CheckpointDecoder.open(
                new MappedStorage(directory), from.name(), from.header().coordinatorId())) {
                decoder.decode(restorer);
            }
            coordinator = restorer.coordinator();
        }
        final EventAdapter adapter =
            new EventAdapter(coordinator, proxy(StartListener.class, (method, arguments) -> { }));
        try (JournalReader reader = JournalReader.open(directory)) {
            reader.replay(from == null ? 0 : from.position(), (position, linkId, timeNs, frame, offset, length) ->
                adapter.onFrame(linkId, timeNs, frame, offset));
        }
    }

    /** As a start, which looks for contradictions. */
    private static CommitCoordinator recover(final Path directory, final RestoredCoordinator restored) {
        try (JournalReader reader = JournalReader.open(directory)) {
            restored.replay(handler -> reader.replay(restored.replayPosition(), handler));
        }
        return restored.coordinator();
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
