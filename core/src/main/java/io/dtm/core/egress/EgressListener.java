package io.dtm.core.egress;

import io.dtm.core.coordinator.CoordinatorOutput.Alarm;

/** What egress has for the host, not for links. Called on the egress agent; must not block. */
public interface EgressListener {
    /**
     * An operator's request was answered, and what the answer says is durable.
     *
     * @param requestId of the request.
     * @param code      a RejectCode, 0: done.
     * @param text      what to tell the operator.
     */
    void onOperatorAnswered(long requestId, int code, String text);

    /**
     * Something that must not happen did: count it and log it.
     *
     * @param alarm         its kind.
     * @param transactionId concerned.
     * @param branchId      concerned; 65535: none.
     */
    void onAlarm(Alarm alarm, long transactionId, int branchId);

    /**
     * A link didn't take what was for it, or more waited for all together than may: its backlog exceeded the bound and
     * was dropped.
     *
     * @param linkId       of the link.
     * @param backlogBytes that were dropped.
     */
    void onTooSlow(int linkId, long backlogBytes);
}
