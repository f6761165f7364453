package io.dtm.simulation.explore;

import io.dtm.client.Outcome;
import io.dtm.simulation.explore.ExploredResource.Choice;
import io.dtm.simulation.explore.ExploredResource.Standing;
import io.dtm.simulation.explore.PeerProcess.Input;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Processes with the library as functions: a state and an input give a state and messages. A state is known by its
 * {@link NormalForm}; a process in it is made by the inputs that first led there. What was once computed is remembered.
 */
final class PeerModel {
    /**
     * What an input leads to.
     *
     * @param node       number of the state.
     * @param sent       frames to the coordinator.
     * @param calls      to other processes.
     * @param reconnects whether it has given its link up; what was sent goes over the next one.
     * @param hasChosen  whether it was asked to vote.
     * @param failure    what must not happen and did; null: nothing.
     */
    record PeerStep(int node, Ints sent, Ints calls, boolean reconnects, boolean hasChosen, String failure) {
    }

    /** What others need to know of a state. */
    record Info(
        Map<Long, Standing> standings,
        Map<Long, Integer> kept,
        Map<Long, Outcome.Status> told,
        int prepared,
        boolean hasStatements,
        int begun,
        int awaited,
        boolean mayCommit,
        int answers) {
    }

    private record Cause(int node, Input input, int content, Choice choice) {
    }

    private record Origin(int index, int parent, Input input, int content, Choice choice) {
    }

    private final Scope scope;
    private final Numbered<Bytes> frames;
    private final Numbered<Bytes> states = new Numbered<>();
    private final List<Origin> origins = new ArrayList<>();
    private final List<Info> infos = new ArrayList<>();
    private final Map<Cause, PeerStep> steps = new HashMap<>();

    PeerModel(final Scope scope, final Numbered<Bytes> frames) {
        this.scope = scope;
        this.frames = frames;
    }

    int count() {
        return states.size();
    }

    Info info(final int node) {
        return infos.get(node);
    }

    /** @return the state of a process that has just started. */
    PeerStep start(final int index) {
        return compute(new Origin(index, -1, Input.START, -1, Choice.YES));
    }

    PeerStep take(final int node, final Input input, final int content, final Choice choice) {
        return steps.computeIfAbsent(new Cause(node, input, content, choice), cause ->
            compute(new Origin(origins.get(node).index, node, input, content, choice)));
    }

    private PeerStep compute(final Origin origin) {
        final PeerProcess process = new PeerProcess(scope, origin.index);
        final ArrayDeque<Origin> way = new ArrayDeque<>();
        for (Origin at = origin; at != null; at = at.parent < 0 ? null : origins.get(at.parent)) {
            way.push(at);
        }
        String failure = null;
        try {
            for (final Origin step : way) {
                process.take(step.input, step.content < 0 ? null : frames.get(step.content).content(), step.choice);
            }
        } catch (final RuntimeException | AssertionError e) {
            failure = "a process fails: " + e;
        }
        final Bytes form = new Bytes(prefixed(origin.index, NormalForm.of(process.state(), process.nowNs())));
        final int before = states.size();
        final int node = states.of(form);
        if (node == before) {
            origins.add(origin);
            infos.add(new Info(
                process.resource() == null ? Map.of() : process.resource().standings(),
                process.resource() == null ? Map.of() : process.resource().kept(),
                process.told().all(),
                process.resource() == null ? 0 : process.resource().preparedCount(),
                process.resource() != null && process.resource().hasStatements(),
                process.begun(),
                process.awaited(),
                process.mayCommit(),
                process.answers()));
        }
        return new PeerStep(node, numbers(process.sent()), numbers(process.calls()), process.reconnects(),
            process.hasChosen(), failure != null ? failure : process.failure());
    }

    private static byte[] prefixed(final int index, final Bytes form) {
        final byte[] bytes = new byte[form.content().length + 1];
        bytes[0] = (byte) index;
        System.arraycopy(form.content(), 0, bytes, 1, form.content().length);
        return bytes;
    }

    private Ints numbers(final List<Bytes> contents) {
        Ints numbers = Ints.NONE;
        for (final Bytes content : contents) {
            numbers = numbers.with(frames.of(content));
        }
        return numbers;
    }
}
