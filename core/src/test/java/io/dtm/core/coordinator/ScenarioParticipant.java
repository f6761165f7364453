package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Ack;
import io.dtm.core.coordinator.ProtocolCodes.Decision;
import io.dtm.core.coordinator.ProtocolCodes.OnePhase;
import io.dtm.core.coordinator.ProtocolCodes.Vote;
import java.util.HashMap;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;

/** One process of a participant in a {@link CoordinatorScenario}. */
final class ScenarioParticipant {
    final CoordinatorScenario scenario;
    final String resourceName;
    final String instanceName;
    final long incarnation;
    int capabilities;
    int session;
    int link;
    int resource;
    int knownEpoch;
    long knownNonce;
    /** By transaction; an interactive branch has its resource's id. */
    final Map<Long, Integer> branchIds = new HashMap<>();

    ScenarioParticipant(
        final CoordinatorScenario scenario,
        final String resourceName,
        final String instanceName,
        final long incarnation,
        final int capabilities) {
        this.scenario = scenario;
        this.resourceName = resourceName;
        this.instanceName = instanceName;
        this.incarnation = incarnation;
        this.capabilities = capabilities;
    }

    private CommitCoordinator coordinator() {
        return scenario.coordinator;
    }

    /** Opens a session over a new link, registers, and what that leads to is done. */
    ScenarioParticipant connects() {
        link = scenario.newLink();
        session = scenario.open(link);
        return registers();
    }

    /** Its session goes on over a new link. */
    ScenarioParticipant reconnects() {
        link = scenario.newLink();
        scenario.resume(session, link);
        return registers();
    }

    ScenarioParticipant registers() {
        registersOnly();
        scenario.takeAllSteps();
        return this;
    }

    /** Registers; the steps that follow are left to be taken. */
    ScenarioParticipant registersOnly() {
        final UnsafeBuffer names = CoordinatorScenario.buffer(resourceName + instanceName);
        final int before = scenario.output.lines().size();
        scenario.frame(link, () -> coordinator().register(
            4, session, incarnation, capabilities, knownEpoch, knownNonce, names, 0, resourceName.length(),
            resourceName.length(), instanceName.length()));
        for (final String line : scenario.output.lines().subList(before, scenario.output.lines().size())) {
            if (line.contains("REGISTERED")) {
                resource = Integer.parseInt(line.substring(line.indexOf(" r") + 2));
            }
        }
        return this;
    }

    void unregisters() {
        scenario.frame(link, () -> coordinator().unregister(resource, incarnation));
        scenario.takeAllSteps();
    }

    /** Its process dies and the next one connects. */
    ScenarioParticipant restarts() {
        final ScenarioParticipant next = scenario.process(resourceName, instanceName, capabilities);
        next.branchIds.putAll(branchIds);
        return next.connects();
    }

    void isLost() {
        scenario.linkIsLost(link);
        scenario.takeAllSteps();
    }

    /** Tells that it takes part, as a service does that was called within the transaction. */
    void joins(final long transactionId) {
        joins(transactionId, ScenarioClient.JOIN_TOKEN);
    }

    void joins(final long transactionId, final long joinToken) {
        branchIds.put(transactionId, resource);
        scenario.frame(link, () -> coordinator().enlist(
            transactionId, resource, resource, incarnation, joinToken, scenario.epoch, ScenarioClient.none(), 0, 0));
    }

    int branchId(final long transactionId) {
        return branchIds.get(transactionId);
    }

    void votesYes(final long transactionId) {
        votes(transactionId, Vote.YES, "");
    }

    void votesNo(final long transactionId) {
        votes(transactionId, Vote.NO, "");
    }

    void votesReadOnly(final long transactionId) {
        votes(transactionId, Vote.READ_ONLY, "");
    }

    void votes(final long transactionId, final int vote, final String text) {
        votes(transactionId, vote, text, enlistEpochOf(transactionId));
    }

    void votes(final long transactionId, final int vote, final String text, final int enlistEpoch) {
        final UnsafeBuffer bytes = CoordinatorScenario.buffer(text);
        scenario.frame(link, () -> coordinator().vote(
            resource, scenario.epoch, enlistEpoch, transactionId, branchId(transactionId), vote,
            bytes, 0, bytes.capacity()));
    }

    /** As PREPARE would have told it. */
    private int enlistEpochOf(final long transactionId) {
        return StateCheck.enlistEpoch(coordinator(), transactionId, branchId(transactionId), scenario.epoch);
    }

    void acknowledgesCommit(final long transactionId) {
        acknowledges(transactionId, Decision.COMMIT, Ack.DONE);
    }

    void acknowledgesRollback(final long transactionId) {
        acknowledges(transactionId, Decision.ROLLBACK, Ack.DONE);
    }

    void acknowledges(final long transactionId, final int decision, final int result) {
        scenario.frame(link, () -> coordinator().acknowledge(
            resource, scenario.epoch, transactionId, branchId(transactionId), decision, result));
    }

    void committedOnePhase(final long transactionId) {
        answersOnePhase(transactionId, OnePhase.COMMITTED, "");
    }

    void answersOnePhase(final long transactionId, final int result, final String text) {
        final UnsafeBuffer bytes = CoordinatorScenario.buffer(text);
        scenario.frame(link, () -> coordinator().onePhaseResult(
            resource, scenario.epoch, transactionId, branchId(transactionId), result, bytes, 0, bytes.capacity()));
    }

    /** Found the branch prepared in its resource. */
    void asksAbout(final long transactionId) {
        asksAbout(transactionId, scenario.epoch, 0);
    }

    void asksAbout(final long transactionId, final int enlistEpoch, final long position) {
        asksAbout(CoordinatorScenario.COORDINATOR_ID, transactionId, enlistEpoch, position);
    }

    void asksAbout(
        final long coordinatorId, final long transactionId, final int enlistEpoch, final long position) {
        scenario.frame(link, () -> coordinator().inDoubt(
            coordinatorId, resource, transactionId, branchIds.getOrDefault(transactionId, 0), enlistEpoch, position));
    }
}
