package io.dtm.session;

import io.dtm.client.Outcome;
import io.dtm.client.Refusal;
import java.util.ArrayList;
import java.util.List;

/** Writes down whatever the library tells. */
final class RecordingListeners
    implements OutcomeListener, JoinListener, LookupListener, BeginListener, RegistrationListener, SessionListener {
    final List<String> heard = new ArrayList<>();
    final List<String> anomalies = new ArrayList<>();
    Outcome outcome;
    /** Of the last refusal. */
    String text;
    ClientTransaction begun;

    String takeHeard() {
        final String taken = String.join("\n", heard);
        heard.clear();
        return taken;
    }

    @Override
    public void onOutcome(final long transactionId, final Outcome told) {
        outcome = told;
        heard.add(told.status() + (told.neverBegun() ? " never begun" : "")
            + " " + Transcript.id(transactionId)
            + (told.status() == Outcome.Status.ABORTED ? " " + told.reason() : ""));
    }

    @Override
    public void onRefused(final long transactionId, final Refusal refusal, final String told) {
        text = told;
        heard.add("refused " + Transcript.id(transactionId) + " " + refusal);
    }

    @Override
    public void onJoined() {
        heard.add("joined");
    }

    @Override
    public void onFound(final int resource) {
        heard.add("found " + resource);
    }

    @Override
    public void onBegun(final ClientTransaction transaction) {
        begun = transaction;
        heard.add("begun " + Transcript.id(transaction.transactionId()));
    }

    @Override
    public void onRefused(final Refusal refusal, final String told) {
        text = told;
        heard.add("refused " + refusal);
    }

    @Override
    public void onRegistered(final long coordinatorId, final int resourceId, final int epoch) {
        heard.add("registered " + resourceId + " in epoch " + epoch);
    }

    @Override
    public void onUnregistered() {
        heard.add("unregistered");
    }

    @Override
    public void onConnected(final long coordinatorId, final int epoch) {
        heard.add("connected in epoch " + epoch);
    }

    @Override
    public void onDisconnected(final String reason) {
        heard.add("disconnected: " + reason);
    }

    @Override
    public void onEpochRefused(final String text) {
        heard.add("epoch refused: " + text);
    }

    @Override
    public void onSessionLost(final int sessionId) {
        heard.add("session lost " + sessionId);
    }

    @Override
    public void onAnomaly(final String text, final Throwable cause) {
        anomalies.add(text);
    }
}
