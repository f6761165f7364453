package io.dtm.simulation.node;

import io.dtm.core.coordinator.CoordinatorOutput.Alarm;
import io.dtm.core.egress.BacklogBounds;
import io.dtm.core.egress.EgressListener;
import io.dtm.simulation.check.Checker;
import io.dtm.simulation.engine.Trace;
import io.dtm.simulation.network.CoordinatorPort;
import io.dtm.simulation.node.CoordinatorNode.Answers;

/** Hears what egress tells its host, for one life of a coordinator, and lets the checker look at it. */
final class WatchedEgress implements EgressListener {
    private final String name;
    private final Trace trace;
    private final CoordinatorPort port;
    private final BacklogBounds backlogs;
    private final Checker checker;
    private final Answers answers;

    WatchedEgress(
        final String name,
        final Trace trace,
        final CoordinatorPort port,
        final BacklogBounds backlogs,
        final Checker checker,
        final Answers answers) {
        this.name = name;
        this.trace = trace;
        this.port = port;
        this.backlogs = backlogs;
        this.checker = checker;
        this.answers = answers;
    }

    @Override
    public void onOperatorAnswered(final long requestId, final int code, final String text) {
        trace.event("operator", "request %1 is answered: " + (code == 0 ? "done" : text), requestId, code);
        answers.onAnswer(requestId, code == 0);
    }

    @Override
    public void onAlarm(final Alarm alarm, final long transactionId, final int branchId) {
        trace.event(name, "alarm " + alarm + " %T branch %2", transactionId, branchId);
        checker.onAlarm(alarm.name(), transactionId);
    }

    @Override
    public void onTooSlow(final int linkId, final long backlogBytes) {
        trace.event(name, "link %1 is too slow", linkId, backlogBytes);
        checker.onTooSlow(port.peerName(linkId), backlogBytes <= backlogs.sessionBytes()
            || !port.isSlow(linkId, backlogs.slowLinkTimeoutNs()));
    }
}
