package io.dtm.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.dtm.core.coordinator.ProtocolCodes.Close;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A coordinator and those who talk to it, for tests: time, links and ids have defaults, every call is one frame of one
 * event, and after each the state's structure is checked and the number of messages that it caused.
 */
final class CoordinatorScenario {
    static final long COORDINATOR_ID = 77;
    static final long MILLI = 1_000_000L;
    /** More than this no event of the host may send; egress counts on it. */
    static final int MAX_MESSAGES = 400;
    /** More than this no event of a peer may send: two for each of a hundred branches, and a few. */
    static final int MAX_MESSAGES_OF_PEER = 208;

    private static final UnsafeBuffer PRINCIPAL = buffer("tester");

    final RecordingOutput output = new RecordingOutput();
    CommitCoordinator coordinator = new CommitCoordinator(output);
    CoordinatorSettings settings = new SettingsBuilder().build();
    long nowNs;
    int epoch;
    private int lastLink;
    private long lastIncarnation = 100;
    private int lastSession;
    private boolean checks = true;

    /** The first epoch has started, and its grace period is over. */
    static CoordinatorScenario started() {
        return started(new SettingsBuilder());
    }

    static CoordinatorScenario started(final SettingsBuilder settings) {
        final CoordinatorScenario scenario = new CoordinatorScenario();
        scenario.settings = settings.build();
        scenario.host(() -> scenario.coordinator.settings(scenario.settings));
        scenario.restart();
        scenario.graceEnds();
        return scenario;
    }

    // the host

    /** Starts the next epoch: links are gone. */
    CoordinatorScenario restart() {
        return restart(0, 0, 0);
    }

    CoordinatorScenario restart(final int generation, final long recoveredEnd, final long downtimeMs) {
        epoch++;
        host(() -> coordinator.epochStarted(
            COORDINATOR_ID, epoch, generation, nonce(epoch), recoveredEnd, downtimeMs * MILLI));
        host(() -> coordinator.settings(settings));
        return this;
    }

    static long nonce(final int ofEpoch) {
        return 1000L + ofEpoch;
    }

    void graceEnds() {
        host(() -> coordinator.graceEnded());
    }

    void host(final Runnable event) {
        frame(0, event);
    }

    /** Takes all steps that are left, one event each. */
    int takeAllSteps() {
        int steps = 0;
        while (coordinator.hasContinuation()) {
            host(() -> coordinator.continueSteps());
            steps++;
            assertTrue(steps < 100_000, "steps don't end");
        }
        return steps;
    }

    /** Time goes on, without a tick. */
    CoordinatorScenario pass(final long ms) {
        nowNs += ms * MILLI;
        return this;
    }

    /** Time goes on, and every tick that is due comes when it is due. */
    CoordinatorScenario passTicking(final long ms) {
        final long endNs = nowNs + ms * MILLI;
        while (coordinator.nextWakeUpNs() <= endNs) {
            nowNs = Math.max(nowNs, coordinator.nextWakeUpNs());
            host(() -> coordinator.tick());
        }
        nowNs = endNs;
        return this;
    }

    void tick() {
        host(() -> coordinator.tick());
    }

    void linkIsLost(final int link) {
        frame(link, () -> coordinator.linkLost(Close.LOST));
    }

    void frame(final int link, final Runnable event) {
        final int before = output.messages();
        coordinator.startFrame(link, nowNs);
        event.run();
        final int sent = output.messages() - before;
        final int bound = link == 0 ? MAX_MESSAGES : MAX_MESSAGES_OF_PEER;
        assertTrue(sent <= bound, () -> "one event sent " + sent + " messages");
        if (checks) {
            StateCheck.check(coordinator);
        }
    }

    /** For tests with very many transactions: checks cost as much as there are of them. */
    void checkOnlyWhenAsked() {
        checks = false;
    }

    // its peers

    int newLink() {
        return ++lastLink;
    }

    /** A client with an open session, over its own link. */
    ScenarioClient client() {
        final ScenarioClient client = new ScenarioClient(this);
        client.link = newLink();
        client.session = open(client.link);
        quiet();
        return client;
    }

    /** A participant that has registered, over its own link: the only instance of the resource of that name. */
    ScenarioParticipant participant(final String resource) {
        return participant(resource, "1", 0);
    }

    ScenarioParticipant participant(final String resource, final String instance, final int capabilities) {
        final ScenarioParticipant participant = process(resource, instance, capabilities);
        participant.connects();
        quiet();
        return participant;
    }

    /** A process that hasn't connected yet. */
    ScenarioParticipant process(final String resource, final String instance, final int capabilities) {
        return new ScenarioParticipant(this, resource, instance, ++lastIncarnation, capabilities);
    }

    int open(final int link) {
        final int before = output.lines().size();
        frame(link, () -> coordinator.sessionOpening(
            1, token(lastSession + 1), 5, 0, 0, 0, 0, 0, PRINCIPAL, 0, PRINCIPAL.capacity()));
        final String line = output.lines().get(output.lines().size() - 1);
        assertTrue(output.lines().size() > before && line.endsWith("OPENED"), line);
        lastSession = Integer.parseInt(line.substring(1, line.indexOf(' ')));
        return lastSession;
    }

    static long token(final int session) {
        return 1_000_000L + session;
    }

    void resume(final int session, final int link) {
        resume(session, link, COORDINATOR_ID, 0, 0);
    }

    void resume(
        final int session,
        final int link,
        final long witnessedOf,
        final int witnessedEpoch,
        final long witnessedPosition) {
        frame(link, () -> coordinator.sessionResuming(
            2, session, token(session), 5, 0, 0, witnessedOf, witnessedEpoch, witnessedPosition,
            PRINCIPAL, 0, PRINCIPAL.capacity()));
    }

    static UnsafeBuffer buffer(final String text) {
        return new UnsafeBuffer(text.getBytes(StandardCharsets.UTF_8));
    }

    static DirectBuffer bytes(final int length) {
        final byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) 'x');
        return new UnsafeBuffer(bytes);
    }

    // what it sent

    /** Forgets what was sent so far. */
    CoordinatorScenario quiet() {
        output.take();
        return this;
    }

    /** Exactly this was sent since the last look, in this order; attaching sessions to links isn't sending. */
    void sends(final String... expected) {
        final List<String> sent = output.take();
        sent.removeIf(line -> line.contains(" -> "));
        assertEquals(String.join("\n", expected), String.join("\n", sent));
    }

    void sendsNothing() {
        sends();
    }

    /** Nothing but so many messages with these texts. */
    void sendsCounted(final Object... textsAndCounts) {
        final List<String> sent = output.take();
        sent.removeIf(line -> line.contains(" -> "));
        for (int i = 0; i < textsAndCounts.length; i += 2) {
            final String text = " " + textsAndCounts[i];
            final long count = sent.stream().filter(line -> line.contains(text)).count();
            assertEquals(textsAndCounts[i + 1], (int) count, text + " in " + sent);
            sent.removeIf(line -> line.contains(text));
        }
        assertEquals(List.of(), sent);
    }

    /** @param expected the state's name, or "none". */
    void showsState(final String expected, final long transactionId) {
        final Transaction transaction = coordinator.state.transactionById.get(transactionId);
        assertEquals(expected, transaction == null ? "none" : transaction.state.name());
    }
}
