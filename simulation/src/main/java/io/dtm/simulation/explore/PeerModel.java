package io.dtm.simulation.explore;

import io.dtm.simulation.explore.ExploredResource.Choice;
import io.dtm.simulation.explore.ExploredResource.Standing;
import io.dtm.simulation.explore.PeerProcess.Answer;
import io.dtm.simulation.explore.PeerProcess.Input;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

    /**
     * What others need to know of a state.
     *
     * @param standings  of branches, by transaction.
     * @param kept       parts of their work, as bits.
     * @param refusals   transactions of which somebody chose not to commit.
     * @param asked      transactions in the order in which they were asked to prepare.
     * @param told       to the client, by transaction.
     * @param prepared   number of branches.
     * @param evidence   number of rows that say that a branch was committed.
     * @param statements see {@link Site#statements()}.
     * @param begun      number of the client's transactions.
     * @param awaited    number of those of which it wants to be told.
     * @param mayCommit  whether there is an interactive transaction.
     * @param answers    of services: a bit for each participant and part.
     */
    record Info(
        Map<Long, Standing> standings,
        Map<Long, Integer> kept,
        Set<Long> refusals,
        List<Long> asked,
        Map<Long, Answer> told,
        int prepared,
        int evidence,
        Ints statements,
        int begun,
        int awaited,
        boolean mayCommit,
        int answers) {
        static Info of(final Site site) {
            final PeerProcess first = site.process(0);
            final ExploredResource resource = site.resource();
            if (resource == null) {
                return new Info(Map.of(), Map.of(), Set.of(), List.of(), first.told().all(), 0, 0,
                    Ints.NONE, first.begun(), first.awaited(), first.mayCommit(), first.answers());
            }
            return new Info(resource.standings(), resource.kept(), resource.refusals(), resource.asked(), Map.of(),
                resource.preparedCount(), resource.evidenceCount(), site.statements(), 0, 0, false, 0);
        }
    }

    private record Cause(int node, int place, Input input, int detail, int content, Choice choice) {
    }

    private record Origin(int home, Cause cause) {
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

    /** @return the state of processes that have just started, all of a resource or the client's. */
    int start(final int home) {
        return number(new Site(scope, home), new Origin(home, null));
    }

    /**
     * @param node    state before.
     * @param place   of the process that takes the input.
     * @param input   that it takes.
     * @param detail  which of several.
     * @param content number of a frame, or -1.
     * @param choice  of a vote.
     */
    PeerStep take(
        final int node,
        final int place,
        final Input input,
        final int detail,
        final int content,
        final Choice choice) {
        return steps.computeIfAbsent(new Cause(node, place, input, detail, content, choice), this::compute);
    }

    private PeerStep compute(final Cause cause) {
        final int home = origins.get(cause.node).home;
        final Site site = new Site(scope, home);
        final ArrayDeque<Cause> way = new ArrayDeque<>();
        for (Cause at = cause; at != null; at = origins.get(at.node).cause) {
            way.push(at);
        }
        String failure = null;
        try {
            for (final Cause step : way) {
                site.take(step.place, step.input, step.detail,
                    step.content < 0 ? null : frames.get(step.content).content(), step.choice);
            }
        } catch (final RuntimeException | AssertionError e) {
            failure = "a process fails: " + e;
        }
        final int node = number(site, new Origin(home, cause));
        final PeerProcess process = site.process(cause.place);
        return new PeerStep(node, numbers(process.sent()), numbers(process.calls()), process.reconnects(),
            process.hasChosen(), failure != null ? failure : site.failure());
    }

    private int number(final Site site, final Origin origin) {
        final int before = states.size();
        final int node = states.of(new Bytes(prefixed(origin.home, site.normalForm())));
        if (node == before) {
            origins.add(origin);
            infos.add(Info.of(site));
        }
        return node;
    }

    private static byte[] prefixed(final int index, final byte[] form) {
        final byte[] bytes = new byte[form.length + 1];
        bytes[0] = (byte) index;
        System.arraycopy(form, 0, bytes, 1, form.length);
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
