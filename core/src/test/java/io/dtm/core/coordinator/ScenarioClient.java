package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Stage;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A client of a {@link CoordinatorScenario}: gives ids in rising order, and asks for the decision by default. */
final class ScenarioClient {
    static final long JOIN_TOKEN = 4711;

    private static final DirectBuffer NONE = new UnsafeBuffer(new byte[0]);

    final CoordinatorScenario scenario;
    int session;
    int link;
    int stage = Stage.DECIDED;
    int timeoutMs;
    String payload = "";
    private long counter;

    ScenarioClient(final CoordinatorScenario scenario) {
        this.scenario = scenario;
    }

    private CommitCoordinator coordinator() {
        return scenario.coordinator;
    }

    ScenarioClient wants(final int acknowledge) {
        stage = acknowledge;
        return this;
    }

    ScenarioClient within(final int ms) {
        timeoutMs = ms;
        return this;
    }

    ScenarioClient withPayload(final String text) {
        payload = text;
        return this;
    }

    long nextId() {
        return id(++counter);
    }

    long id(final long ofCounter) {
        return (long) session << 32 | ofCounter;
    }

    /** One shot: branch 0 at the first participant, 1 at the second, and so on. */
    long submits(final ScenarioParticipant... participants) {
        return submits(nextId(), participants);
    }

    long submits(final long transactionId, final ScenarioParticipant... participants) {
        final int[] resources = new int[participants.length];
        for (int i = 0; i < participants.length; i++) {
            resources[i] = participants[i].resource;
            participants[i].branchIds.put(transactionId, i);
        }
        submitsAt(transactionId, resources);
        return transactionId;
    }

    void submitsAt(final long transactionId, final int... resources) {
        scenario.frame(link, () -> {
            final UnsafeBuffer bytes = CoordinatorScenario.buffer(payload);
            coordinator().submitStart(transactionId, timeoutMs, stage, resources.length);
            for (int i = 0; i < resources.length; i++) {
                coordinator().submitBranch(i, resources[i], bytes, 0, bytes.capacity());
            }
            coordinator().submitEnd();
        });
    }

    long begins() {
        return begins(nextId());
    }

    long begins(final long transactionId) {
        scenario.frame(link, () -> coordinator().begin(transactionId, timeoutMs, JOIN_TOKEN));
        return transactionId;
    }

    void enlists(final long transactionId, final ScenarioParticipant participant) {
        participant.branchIds.put(transactionId, participant.resource);
        final UnsafeBuffer bytes = CoordinatorScenario.buffer(payload);
        scenario.frame(link, () -> coordinator().enlist(
            transactionId, participant.resource, participant.resource, 0, JOIN_TOKEN, scenario.epoch,
            bytes, 0, bytes.capacity()));
    }

    /** @param expected branch ids that the commit names. */
    void commits(final long transactionId, final int... expected) {
        scenario.frame(link, () -> {
            coordinator().commitStart(transactionId, stage, expected.length);
            for (final int branchId : expected) {
                coordinator().commitExpects(branchId);
            }
            coordinator().commitEnd();
        });
    }

    void rollsBack(final long transactionId) {
        scenario.frame(link, () -> coordinator().rollback(transactionId, stage));
    }

    void inquires(final long transactionId) {
        scenario.frame(link, () -> coordinator().inquire(transactionId, stage));
    }

    void looksUp(final String resource) {
        final UnsafeBuffer name = CoordinatorScenario.buffer(resource);
        scenario.frame(link, () -> coordinator().lookup(3, name, 0, name.capacity()));
    }

    /** Over a new link, with the right token. */
    ScenarioClient resumes() {
        link = scenario.newLink();
        scenario.resume(session, link);
        return this;
    }

    void closes() {
        scenario.frame(link, () -> coordinator().sessionClose(session));
    }

    void isLost() {
        scenario.linkIsLost(link);
    }

    static DirectBuffer none() {
        return NONE;
    }
}
