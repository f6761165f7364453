package io.dtm.core.coordinator;

import io.dtm.core.coordinator.ProtocolCodes.Reject;
import io.dtm.core.coordinator.ProtocolCodes.Template;
import java.util.Arrays;
import org.agrona.DirectBuffer;

/** Participants register, leave and are looked up; the histories of epochs are compared (rules 3, 12). */
final class ParticipantEvents {
    private static final long NO_REQUEST = 0;
    private static final String REPLACED =
        "a later process of this instance has registered: stop this one, or give it an instance name of its own";

    private final CoordinatorState state;
    private final CoordinatorOutput output;
    private final Sweeps sweeps;
    private final HistoryCheck history;

    ParticipantEvents(final CoordinatorState state, final Sweeps sweeps, final HistoryCheck history) {
        this.state = state;
        this.output = state.output;
        this.sweeps = sweeps;
        this.history = history;
    }

    void register(
        final long requestId,
        final int sessionId,
        final long incarnation,
        final int capabilities,
        final int knownEpoch,
        final long knownNonce,
        final byte[] resourceName,
        final byte[] instanceName) {
        final Session session = state.session(sessionId);
        if (session == null || session.ended) {
            output.linkRejected(
                state.linkId, requestId, Template.REGISTER, Reject.SESSION_UNKNOWN, "open a session first");
            return;
        }
        if (session.linkId != state.linkId) {
            return; // over a former link
        }
        if (history.isAnother(knownEpoch, knownNonce)) {
            output.halt(history.another(knownEpoch));
            return;
        }
        if (incarnation == 0 || resourceName.length == 0) {
            reject(session, requestId, Template.REGISTER, Reject.MALFORMED,
                "a participant needs a resource name, and an incarnation other than 0");
            return;
        }
        final Resource resource = resource(session, requestId, resourceName);
        if (resource == null) {
            return;
        }
        final Instance before = resource.over(state.linkId);
        final boolean isRepeated = before != null && before.session == session && before.incarnation == incarnation;
        final Instance instance = instance(resource, session, requestId, instanceName, incarnation);
        if (instance == null) {
            return;
        }
        instance.arrive(session, capabilities);
        resource.connectedEpoch = state.epoch;
        output.registered(session.id, requestId, resource.id, state.nonceAt(knownEpoch, knownNonce));
        if (!isRepeated) {
            sweeps.start(resource);
        }
    }

    private Resource resource(final Session session, final long requestId, final byte[] name) {
        final Resource known = find(name);
        if (known != null) {
            if (Arrays.equals(known.principal, session.principal)) {
                return known;
            }
            reject(session, requestId, Template.REGISTER, Reject.NAME_TAKEN,
                "this resource name belongs to another principal: choose another name");
            return null;
        }
        if (state.resources.size() >= state.settings.maxResources()) {
            reject(session, requestId, Template.REGISTER, Reject.TOO_MANY_RESOURCES,
                "all " + state.settings.maxResources() + " resource names are in use: raise maxResources");
            return null;
        }
        final Resource added = new Resource(state.resources.size() + 1, name, session.principal);
        state.resources.add(added);
        return added;
    }

    private Instance instance(
        final Resource resource,
        final Session session,
        final long requestId,
        final byte[] name,
        final long incarnation) {
        final Instance overLink = resource.over(state.linkId);
        if (overLink != null && !Arrays.equals(overLink.name, name)) {
            reject(session, requestId, Template.REGISTER, Reject.TOO_MANY_INSTANCES,
                "another instance of this resource is served over this link: use one link for each");
            return null;
        }
        Instance spare = null;
        for (int i = 0; i < resource.instances.size(); i++) {
            final Instance instance = resource.instances.get(i);
            if (Arrays.equals(instance.name, name)) {
                return claim(instance, session, requestId, incarnation);
            }
            if (spare == null && !instance.isPresent()) {
                spare = instance;
            }
        }
        if (resource.instances.size() >= state.settings.maxInstances()) {
            if (spare == null) {
                reject(session, requestId, Template.REGISTER, Reject.TOO_MANY_INSTANCES,
                    "all " + state.settings.maxInstances() + " instances of this resource are connected: stop one, or "
                        + "raise maxInstances");
                return null;
            }
            spare.replaceBy(0); // its branches see that they are a former process's
            resource.instances.remove(spare);
        }
        final Instance added = new Instance(resource, name);
        added.incarnation = incarnation;
        resource.instances.add(added);
        return added;
    }

    private Instance claim(
        final Instance instance, final Session session, final long requestId, final long incarnation) {
        if (instance.wasReplaced(incarnation)) {
            reject(session, requestId, Template.REGISTER, Reject.STALE_INCARNATION, REPLACED);
            return null;
        }
        if (instance.incarnation != incarnation) {
            if (instance.isReady() && instance.session != session) {
                // Two processes that run at a time: the former one would wait for work that never comes.
                output.rejected(instance.session.id, NO_REQUEST, instance.resource.id, Template.REGISTER,
                    Reject.STALE_INCARNATION, REPLACED);
            }
            instance.replaceBy(incarnation);
        }
        return instance;
    }

    void unregister(final int resourceId, final long incarnation) {
        final Resource resource = state.resource(resourceId);
        final Instance instance = resource == null ? null : resource.over(state.linkId);
        if (instance != null && instance.incarnation == incarnation) {
            instance.replaceBy(0);
            instance.leave();
            sweeps.start(resource);
        }
    }

    void lookup(final long requestId, final DirectBuffer name, final int offset, final int length) {
        final Session session = anySessionOfLink();
        if (session == null) {
            output.linkRejected(
                state.linkId, requestId, Template.LOOKUP, Reject.SESSION_UNKNOWN, "open a session first");
            return;
        }
        final Resource resource = find(SessionEvents.copy(name, offset, length));
        if (resource == null) {
            reject(session, requestId, Template.LOOKUP, Reject.UNKNOWN_PARTICIPANT,
                "no participant has registered under this name yet");
        } else {
            output.found(session.id, requestId, resource.id);
        }
    }

    /** A peer refuses this epoch: if it has seen it as it is, this directory is not the one that it knows. */
    void epochRefused(
        final int knownEpoch, final long knownNonce, final int offeredEpoch, final long offeredNonce) {
        if (offeredEpoch == state.epoch && offeredNonce == state.nonce
            && history.isAnother(knownEpoch, knownNonce) && anySessionOfLink() != null) {
            output.halt(history.another(knownEpoch));
        }
    }

    private Session anySessionOfLink() {
        for (int i = 0; i < state.sessions.size(); i++) {
            if (state.sessions.get(i).linkId == state.linkId && !state.sessions.get(i).ended) {
                return state.sessions.get(i);
            }
        }
        return null;
    }

    private Resource find(final byte[] name) {
        for (int i = 0; i < state.resources.size(); i++) {
            if (Arrays.equals(state.resources.get(i).name, name)) {
                return state.resources.get(i);
            }
        }
        return null;
    }

    private void reject(
        final Session session, final long requestId, final int template, final int code, final String text) {
        output.rejected(session.id, requestId, ProtocolCodes.NO_BRANCH, template, code, text);
    }
}
